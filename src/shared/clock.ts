/** The time as rules see it. Injected, so that a test can move it. Rows are stamped by the database instead. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
