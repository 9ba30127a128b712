/** Whether many callers are waiting, so that background work can slow down meanwhile. */
export interface Pressure {
  /** A caller starts to wait (1), or has its response (-1). */
  change(by: 1 | -1): void;
  isHigh(): boolean;
}

/** Callers waiting at a time, on average. A server that keeps up with a thousand orders a second has ten to twenty. */
const HIGH_COUNT = 32;
/** The time constant of the average: a count this old weighs about a third, so that a short burst does not matter. */
const MEMORY_MS = 500;

/** Creates a pressure gauge. `now` is a monotonic clock in milliseconds. */
export function createPressure(now: () => number = () => performance.now()): Pressure {
  let count = 0;
  let average = 0;
  let changedAt = now();

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
