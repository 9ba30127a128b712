import { Temporal } from 'temporal-polyfill';
import { DAY_MINUTES } from '../settings/opening-minutes.ts';
import { type Weekday, weekdays } from '../settings/settings.ts';

const DAY_MS = DAY_MINUTES * 60_000;

/** Dates of the shop's calendar are texts such as `2026-11-29`. */

export function addDays(date: string, days: number): string {
  // Ten times as fast as by Temporal, which is needed for clocks only.
  const text = new Date(Date.parse(date) + days * DAY_MS).toISOString();
  return text.slice(0, text.indexOf('T'));
}

export function findWeekday(date: string): Weekday {
  return weekdays[(new Date(date).getUTCDay() + 6) % 7]!;
}

export function toLocalDate(at: Date, timeZone: string): string {
  return toZoned(at, timeZone).toPlainDate().toString();
}

/**
 * Returns the instant at which a clock shows a time, in minutes after the midnight at which the date begins. A time that
 * the clock skips is moved forward by what is skipped, and one that comes twice means the first.
 */
export function toInstant(date: string, minutes: number, timeZone: string): Date {
  const day = Temporal.PlainDate.from(addDays(date, Math.floor(minutes / DAY_MINUTES)));
  const ofDay = minutes % DAY_MINUTES;
  const local = day.toPlainDateTime({ hour: Math.floor(ofDay / 60), minute: ofDay % 60 });
  const zoned = local.toZonedDateTime(timeZone, { disambiguation: 'compatible' });
  return new Date(zoned.epochMilliseconds);
}

/** Returns whether a clock shows this date at all: when a date line is moved, a day may be skipped. */
export function isOnClock(date: string, timeZone: string): boolean {
  return toInstant(date, 0, timeZone) < toInstant(date, DAY_MINUTES, timeZone);
}

const QUARTER_MS = 15 * 60_000;

/** Returns the first quarter of an hour on the clock at or after an instant. */
export function toNextQuarter(at: Date, timeZone: string): Date {
  let ms = at.getTime();
  // Twice: a clock change may come before the quarter.
  for (let round = 0; round < 2; round += 1) {
    const offsetMs = toZoned(new Date(ms), timeZone).offsetNanoseconds / 1_000_000;
    ms = Math.ceil((ms + offsetMs) / QUARTER_MS) * QUARTER_MS - offsetMs;
  }
  return new Date(ms);
}

function toZoned(at: Date, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone);
}
