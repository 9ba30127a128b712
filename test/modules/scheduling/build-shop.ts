import fc from 'fast-check';
import {
  type OpeningHours,
  type OpeningTimes,
  type ShopSettings,
  weekdays,
} from '../../../src/modules/scheduling/settings/settings.ts';

/** Returns a shop with the defaults of a new one. */
export function buildShop(settings: Partial<ShopSettings> = {}): ShopSettings {
  return {
    version: 1,
    name: null,
    timeZone: 'UTC',
    fulfilmentTypes: ['PICKUP'],
    openingHours: null,
    closedDates: [],
    acceptingOrders: true,
    pausedUntil: null,
    leadMinutes: 0,
    slotMinutes: 0,
    slotOrdersMax: 0,
    horizonDays: 7,
    tipPercents: [5, 10, 15],
    ...settings,
  };
}

/** Returns the same openings for each day. */
export function everyDay(...openings: readonly OpeningTimes[]): OpeningHours {
  return Object.fromEntries(weekdays.map((day) => [day, openings]));
}

const WEEK_MINUTES = 7 * 1_440;

/** Clocks change on Sundays, as a rule. */
const changeDay = fc.oneof(
  { weight: 2, arbitrary: fc.constant(6) },
  { weight: 1, arbitrary: fc.nat(6) },
);

/** Valid opening hours: parts of a week that do not overlap, most often with times in the hours in which clocks change. */
const openingHours = fc
  .uniqueArray(
    fc.oneof(
      { weight: 1, arbitrary: fc.nat(WEEK_MINUTES - 1) },
      {
        weight: 3,
        arbitrary: fc
          .tuple(changeDay, fc.integer({ min: -12, max: 48 }))
          .map(([day, steps]) => (day * 1_440 + steps * 5 + WEEK_MINUTES) % WEEK_MINUTES),
      },
    ),
    { minLength: 6, maxLength: 30, size: 'max' },
  )
  .map((minutes) => {
    const sorted = minutes.toSorted((one, other) => one - other);
    const hours: Partial<Record<string, OpeningTimes[]>> = {};
    // Every second part is open, and two that follow each other sometimes touch.
    for (let index = 0; index < sorted.length; index += 1) {
      if (index % 3 === 2) continue;
      const start = sorted[index]!;
      const end = sorted[index + 1] ?? sorted[0]! + WEEK_MINUTES;
      const length = Math.min(end - start, 1_440);
      const day = weekdays[Math.floor(start / 1_440)]!;
      hours[day] ??= [];
      hours[day].push([toClock(start % 1_440), toClock((start + length) % 1_440)]);
    }
    return hours as OpeningHours;
  });

function toClock(minutes: number): string {
  const text = (part: number) => String(part).padStart(2, '0');
  return `${text(Math.floor(minutes / 60))}:${text(minutes % 60)}`;
}

/** Hours and slots of any shop, without a time zone. */
export const anyHours = fc.record({
  openingHours: fc.oneof(
    { weight: 6, arbitrary: openingHours },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  slotMinutes: fc.integer({ min: 5, max: 240 }),
  leadMinutes: fc.nat(1_440),
  /** Which of the days around a clock change are closed. */
  closedDays: fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 2 }),
});
