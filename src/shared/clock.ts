/** The time that rules use. Injected, so that tests can set it. Timestamps of rows come from the database instead. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
