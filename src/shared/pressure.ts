/** Whether a crowd waits for work of theirs, so that work for which nobody waits goes slowly meanwhile. */
export interface Pressure {
  /** Somebody begins to wait (1), or has an answer (-1). */
  change(by: 1 | -1): void;
  isHigh(): boolean;
}

/** As many wait at any moment, on average. A server that keeps up with a thousand orders a second has ten to twenty. */
const HIGH_COUNT = 32;
/** What was so long ago counts for a third, so that a burst is no crowd. */
const MEMORY_MS = 500;

/** `now`: a clock in milliseconds that only goes forward. */
export function createPressure(now: () => number = () => performance.now()): Pressure {
  let count = 0;
  let average = 0;
  let changedAt = now();

  /** The count has stood since the last change. */
  function updateAverage(): void {
    const at = now();
    average += (count - average) * (1 - Math.exp((changedAt - at) / MEMORY_MS));
    changedAt = at;
  }

  return {
    change(by) {
      updateAverage();
      count += by;
    },
    isHigh() {
      updateAverage();
      return average >= HIGH_COUNT;
    },
  };
}
