/** The shop's clock: dates are texts such as `2026-11-29`, times are instants. */

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Returns the date that the shop's clock shows. */
export function toShopDate(at: Date, timeZone: string): string {
  const { year, month, day } = readClock(at, timeZone);
  return `${year}-${month}-${day}`;
}

/** Returns the time of day that the shop's clock shows, as fields of forms have it: `18:30`. */
export function toShopTime(at: Date, timeZone: string): string {
  const { hour, minute } = readClock(at, timeZone);
  return `${hour}:${minute}`;
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}

/**
 * Returns the instant at which the shop's clock shows a time, in minutes after the beginning of a date. A time that the
 * clock skips is moved forward by what is skipped, and one that comes twice means the first.
 */
export function toShopInstant(date: string, minutes: number, timeZone: string): Date {
  const localMs = Date.parse(date) + minutes * MINUTE_MS;
  const before = findOffsetMs(localMs - DAY_MS, timeZone);
  const after = findOffsetMs(localMs + DAY_MS, timeZone);
  const isShown = (offsetMs: number) => findOffsetMs(localMs - offsetMs, timeZone) === offsetMs;
  return new Date(localMs - (isShown(before) || !isShown(after) ? before : after));
}

function findOffsetMs(ms: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = readClock(new Date(ms), timeZone);
  const localMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return localMs - Math.floor(ms / 1_000) * 1_000;
}

type ClockPart = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second';

const clocks = new Map<string, Intl.DateTimeFormat>();

function readClock(at: Date, timeZone: string): Record<ClockPart, string> {
  const clock = clocks.get(timeZone) ?? buildClock(timeZone);
  clocks.set(timeZone, clock);
  const parts = clock.formatToParts(at).map(({ type, value }) => [type, value]);
  return Object.fromEntries(parts) as Record<ClockPart, string>;
}

function buildClock(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}

/** Formats the time of day on the shop's clock: `18:30`. */
export function formatShopTime(at: Date, timeZone: string, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { timeZone, timeStyle: 'short' }).format(at);
}

/** Formats a date of the shop: `Today`, `Tomorrow`, `Tue 1 Dec`. */
export function formatShopDate(date: string, today: string, locale?: string): string {
  if (date === today) return 'Today';
  if (date === addDays(today, 1)) return 'Tomorrow';
  return new Intl.DateTimeFormat(locale, {
    timeZone: 'UTC',
    weekday: 'short',
    day: 'numeric',
    month: 'short',
  }).format(new Date(date));
}

/** Formats a moment by the shop's clock, for the middle of a sentence: `today at 18:30`, `on Tue 1 Dec at 18:30`. */
export function formatShopMoment(
  at: Date,
  { timeZone, now, locale }: { timeZone: string; now: Date; locale?: string },
): string {
  const [date, today] = [toShopDate(at, timeZone), toShopDate(now, timeZone)];
  const shown = formatShopDate(date, today, locale);
  const day = date === today || date === addDays(today, 1) ? shown.toLowerCase() : `on ${shown}`;
  return `${day} at ${formatShopTime(at, timeZone, locale)}`;
}

/** Returns whether the clock of this machine shows another time than the shop's. */
export function differsFromShop(at: Date, timeZone: string): boolean {
  return findOffsetMs(at.getTime(), timeZone) !== -at.getTimezoneOffset() * MINUTE_MS;
}
