/** The time constant of the average: starts this long ago weigh about a third. */
const MEMORY_MS = 1_000;

/** The recent rate of events, such as starts of jobs. */
export interface StartRate {
  count(): void;
  perSecond(): number;
}

/** Creates a rate that decays exponentially. `now` is a monotonic clock in milliseconds. */
export function createStartRate(now: () => number = () => performance.now()): StartRate {
  let recent = 0;
  let changedAt = now();

  function decay(): number {
    const at = now();
    recent *= Math.exp((changedAt - at) / MEMORY_MS);
    changedAt = at;
    return recent;
  }

  return {
    count() {
      recent = decay() + 1;
    },
    perSecond: () => (decay() * 1_000) / MEMORY_MS,
  };
}
