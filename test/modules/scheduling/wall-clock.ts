/** Clocks by `Intl`, without the library that the product uses. Local times are in milliseconds, as if they were UTC. */

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const WEEK_MS = 7 * DAY_MS;

export interface ClockChange {
  /** The first instant after the change. */
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

export type Clock = (ms: number) => number;

/** Returns the local time of an instant. */
export function createWallClock(timeZone: string): Clock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (ms) => {
    const [month, day, year, hour, minute, second] = format.format(ms).match(/\d+/g)!.map(Number);
    return Date.UTC(year!, month! - 1, day!, hour!, minute!, second!);
  };
}

/** Finds the changes of a clock in a period, at most one a week, to the minute. */
export function findClockChanges(clock: Clock, from: number, to: number): ClockChange[] {
  const offsetAt = (ms: number) => clock(ms) - ms;
  const changes: ClockChange[] = [];
  let before = offsetAt(from);
  for (let ms = from; ms < to; ms += WEEK_MS) {
    const after = offsetAt(ms + WEEK_MS);
    if (after === before) continue;
    let [low, high] = [ms, ms + WEEK_MS];
    while (high - low > MINUTE_MS) {
      const middle = low + Math.floor((high - low) / MINUTE_MS / 2) * MINUTE_MS;
      if (offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    changes.push({ at: high, before, after });
    before = after;
  }
  return changes;
}

/** Returns the instant of a local time near a change: the first of two, and a skipped one moved forward. */
export function findInstant(local: number, { at, before, after }: ClockChange): number {
  if (local - before < at) return local - before;
  return local - after >= at ? local - after : local - before;
}

/** Returns the date of a local time. */
export function toDate(local: number): string {
  return new Date(local).toISOString().slice(0, 10);
}

export function toDayStart(date: string): number {
  return Date.parse(`${date}T00:00:00Z`);
}
