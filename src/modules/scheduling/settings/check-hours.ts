import type { InputError } from '../../../shared/errors.ts';
import { DAY_MINUTES, toMinutes } from './opening-minutes.ts';
import { type OpeningHours, weekdays } from './settings.ts';

const WEEK_MINUTES = weekdays.length * DAY_MINUTES;

/** An opening in minutes after the beginning of a week. */
interface WeekOpening {
  readonly pointer: string;
  /** Such as `mon 17:00–02:00`. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Finds what is wrong with opening hours besides their form. */
export function checkHours(hours: OpeningHours): InputError[] {
  const late = findLateStarts(hours);
  return late.length > 0 ? late : findOverlaps(listOpenings(hours));
}

function findLateStarts(hours: OpeningHours): InputError[] {
  return weekdays.flatMap((day) =>
    (hours[day] ?? []).flatMap(([start], index) =>
      start === '24:00'
        ? { pointer: `/openingHours/${day}/${index}/0`, detail: 'must be before 24:00' }
        : [],
    ),
  );
}

/** Returns the openings of a week, in the order of their beginnings. */
function listOpenings(hours: OpeningHours): WeekOpening[] {
  return weekdays
    .flatMap((day, dayIndex) =>
      (hours[day] ?? []).map((times, index) => {
        const { start, end } = toMinutes(times);
        return {
          pointer: `/openingHours/${day}/${index}`,
          text: `${day} ${times[0]}–${times[1]}`,
          start: start + dayIndex * DAY_MINUTES,
          end: end + dayIndex * DAY_MINUTES,
        };
      }),
    )
    .sort((one, other) => one.start - other.start);
}

/** Compares each opening with the one before it: the first of a week with the last of the week before. */
function findOverlaps(openings: readonly WeekOpening[]): InputError[] {
  return openings.flatMap(({ pointer, start }, index) => {
    const before = openings.at(index - 1)!;
    const end = index === 0 ? before.end - WEEK_MINUTES : before.end;
    return start < end ? { pointer, detail: `overlaps ${before.text}` } : [];
  });
}
