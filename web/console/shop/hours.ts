/** Opening hours as the API has them, and where their openings are in a week. */

import { type Weekday, weekdays } from '../parts/weekdays.ts';

/** Beginning and end on the shop's clock: `17:00`, `02:00`. */
export type OpeningTimes = readonly [opens: string, closes: string];

export type OpeningHours = { readonly [Day in Weekday]?: readonly OpeningTimes[] };

const DAY_MINUTES = 24 * 60;

/** What is proposed to a shop that was always open. */
export const proposedHours: OpeningHours = Object.fromEntries(
  weekdays.map((day) => [day, [['10:00', '22:00']]]),
);

function readClock(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

/** Returns minutes after the midnight at which the day begins. An end after the next midnight is more than 1,440. */
export function toMinutes([opens, closes]: OpeningTimes): { start: number; end: number } {
  const start = readClock(opens);
  const end = readClock(closes);
  return { start, end: end > start ? end : end + DAY_MINUTES };
}

/** The part of an opening that is on one day. */
export interface Bar {
  /** Its day and its place among the openings of that day. */
  readonly day: Weekday;
  readonly place: number;
  /** In minutes after midnight, from 0 to 1,440. */
  readonly from: number;
  readonly to: number;
  /** Whether it is the rest of an opening that began on the day before. */
  readonly isRest: boolean;
}

/** Returns the bars of each day of a week. Sunday night continues on Monday. */
export function listBars(hours: OpeningHours): readonly (readonly Bar[])[] {
  const week: Bar[][] = weekdays.map(() => []);
  for (const [index, day] of weekdays.entries()) {
    for (const [place, times] of (hours[day] ?? []).entries()) {
      const { start, end } = toMinutes(times);
      const to = Math.min(end, DAY_MINUTES);
      week[index]!.push({ day, place, from: start, to, isRest: false });
      if (end > DAY_MINUTES) {
        const next = week[(index + 1) % weekdays.length]!;
        next.unshift({ day, place, from: 0, to: end - DAY_MINUTES, isRest: true });
      }
    }
  }
  return week;
}

/** Returns the hours with the openings of some days changed, in the order of time, without days that are closed. */
export function changeDays(
  hours: OpeningHours,
  days: readonly Weekday[],
  change: (openings: readonly OpeningTimes[]) => readonly OpeningTimes[],
): OpeningHours {
  const entries = weekdays.flatMap((day) => {
    const before = hours[day] ?? [];
    const openings = days.includes(day) ? change(before) : before;
    return openings.length === 0 ? [] : [[day, sort(openings)] as const];
  });
  return Object.fromEntries(entries);
}

function sort(openings: readonly OpeningTimes[]): readonly OpeningTimes[] {
  return openings.toSorted((one, other) => toMinutes(one).start - toMinutes(other).start);
}

export type End = 'same day' | 'midnight' | 'next day' | 'whole day';

/** Returns when an opening ends, in relation to the day on which it begins. */
export function findEnd(times: OpeningTimes): End {
  const { start, end } = toMinutes(times);
  if (end - start === DAY_MINUTES) return 'whole day';
  if (end === DAY_MINUTES) return 'midnight';
  return end > DAY_MINUTES ? 'next day' : 'same day';
}
