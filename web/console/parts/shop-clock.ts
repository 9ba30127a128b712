import * as clock from '../../shared/shop-clock.ts';

/** Times on the shop's clock. The browser of the staff may be in another time zone. */

const formats = new Map<string, Intl.DateTimeFormat>();

function findFormat(timeZone: string, options: Intl.DateTimeFormatOptions, locale?: string) {
  const key = JSON.stringify([timeZone, options, locale]);
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale, { ...options, timeZone });
    formats.set(key, format);
  }
  return format;
}

/** Formats a time (RFC 3339) as the shop's clock shows it: `18:30`. */
export function formatClock(at: string, timeZone: string): string {
  return findFormat(timeZone, { timeStyle: 'short' }).format(new Date(at));
}

/** Formats a time as the shop's clock shows it, with the day unless that is today: `Tue, 1 Dec, 18:30`. */
export function formatMoment(at: string, timeZone: string, nowMs: number): string {
  const isToday = toShopDate(Date.parse(at), timeZone) === toShopDate(nowMs, timeZone);
  return isToday ? formatClock(at, timeZone) : formatDayAndClock(at, timeZone);
}

/** Formats a time as the shop's clock and calendar show it: `Tue, 1 Dec, 18:30`. */
export function formatDayAndClock(at: string, timeZone: string): string {
  const options = { weekday: 'short', day: 'numeric', month: 'short' } as const;
  return findFormat(timeZone, { ...options, hour: '2-digit', minute: '2-digit' }).format(
    new Date(at),
  );
}

/** Formats a time as the shop's clock and calendar show it, in full: `1 December 2026 at 18:30`. */
export function formatDateAndClock(at: string, timeZone: string): string {
  return findFormat(timeZone, { dateStyle: 'long', timeStyle: 'short' }).format(new Date(at));
}

/** Formats a time of any year as the shop's clock and calendar show it, in short: `1 Dec 2026, 18:30`. */
export function formatDateAndTime(at: string, timeZone: string): string {
  return findFormat(timeZone, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));
}

/** Does the same to the second, with the time zone: `1 December 2026 at 18:30:12 GMT`. */
export function formatExactly(at: string, timeZone: string): string {
  return findFormat(timeZone, { dateStyle: 'long', timeStyle: 'long' }).format(new Date(at));
}

/** Formats a date of the shop's calendar (`2026-12-25`). */
export function formatDate(date: string): string {
  const options = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const;
  return findFormat('UTC', options).format(new Date(`${date}T00:00Z`));
}

/** Formats a time of day (`17:00`) in the browser's language. */
export function formatTimeOfDay(time: string): string {
  const at = new Date(`2024-01-01T${time === '24:00' ? '00:00' : time}Z`);
  return findFormat('UTC', { timeStyle: 'short' }).format(at);
}

/** Returns the date of the shop's calendar, such as `2026-12-01`. */
export function toShopDate(atMs: number, timeZone: string): string {
  return clock.toShopDate(new Date(atMs), timeZone);
}

/** Returns the time of day on the shop's clock, such as `18:30`. */
export function toShopTime(atMs: number, timeZone: string): string {
  return clock.toShopTime(new Date(atMs), timeZone);
}

/**
 * Returns the instant (RFC 3339) at which the shop's clock shows a time; null if the texts are no date and time. As on
 * the server, a time that the clock skips is moved forward, and one that comes twice means the first.
 */
export function toInstant(date: string, time: string, timeZone: string): string | null {
  if (Number.isNaN(Date.parse(`${date}T${time}Z`))) return null;
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return clock.toShopInstant(date, 60 * hours + minutes, timeZone).toISOString();
}

const weekdayFormats = {
  long: new Intl.DateTimeFormat(undefined, { weekday: 'long', timeZone: 'UTC' }),
  short: new Intl.DateTimeFormat(undefined, { weekday: 'short', timeZone: 'UTC' }),
};

/** Returns the name of a day of the week, counted from 0 for Monday, in the browser's language. */
export function formatWeekday(day: number, style: 'long' | 'short' = 'long'): string {
  // 1 January 2024 was a Monday.
  return weekdayFormats[style].format(new Date(Date.UTC(2024, 0, 1 + day)));
}
