import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { weekdays } from '../../../src/modules/scheduling/settings/settings.ts';
import { listQuartersFrom } from '../../../src/modules/scheduling/times/offered-times.ts';
import { findOpening, listOpenings } from '../../../src/modules/scheduling/times/openings.ts';
import { listSlots, listSlotsFrom } from '../../../src/modules/scheduling/times/slots.ts';
import { anyHours, buildShop } from './build-shop.ts';
import {
  type ClockChange,
  createWallClock,
  findClockChanges,
  findInstant,
  toDate,
  toDayStart,
} from './wall-clock.ts';

/** Every time zone and every change of its clocks from 2020 to 2030, each with some opening hours. */
const zones = Intl.supportedValuesOf('timeZone');
const FROM = Date.UTC(2020, 0, 1);
const TO = Date.UTC(2031, 0, 1);
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

interface NaivePeriod {
  readonly date: string;
  readonly start: number;
  readonly end: number;
}

/** Returns the openings that begin on a date, as the clock has them, even if they overlap. */
function listNaive(
  shop: ReturnType<typeof buildShop>,
  date: string,
  change: ClockChange,
): NaivePeriod[] {
  if (shop.closedDates.some((closed) => closed.date === date)) return [];
  const day = toDayStart(date);
  // A date that the clock skips has none.
  if (findInstant(day, change) >= findInstant(day + DAY_MS, change)) return [];
  const weekday = weekdays[(new Date(day).getUTCDay() + 6) % 7]!;
  const hours =
    shop.openingHours === null ? [['00:00', '24:00']] : (shop.openingHours[weekday] ?? []);
  return hours.map(([from, to]) => {
    const [start, end] = [from!, to!].map((text) => {
      const [hour, minute] = text.split(':').map(Number);
      return (hour! * 60 + minute!) * MINUTE_MS;
    });
    const begin = findInstant(day + start!, change);
    return {
      date: toDate(begin + (begin < change.at ? change.before : change.after)),
      start: begin,
      end: findInstant(day + end! + (end! <= start! ? DAY_MS : 0), change),
    };
  });
}

function checkChange(
  timeZone: string,
  change: ClockChange,
  hours: typeof anyHours extends fc.Arbitrary<infer T> ? T : never,
): void {
  const today = toDayStart(toDate(change.at + change.before));
  const dates = [-4, -3, -2, -1, 0, 1, 2, 3, 4].map((days) => toDate(today + days * DAY_MS));
  const { closedDays, ...settings } = hours;
  const closedDates = [...new Set(closedDays)].map((days) => ({
    date: toDate(today + days * DAY_MS),
    reason: null,
  }));
  const shop = buildShop({ ...settings, timeZone, closedDates });
  const naive = dates.flatMap((date) => listNaive(shop, date, change));
  const openings = listOpenings(shop, dates[0]!, dates.at(-1)!);

  // In order, not empty, none overlaps.
  for (const [index, { start, end }] of openings.entries()) {
    assert.ok(start < end);
    if (index > 0) assert.ok(openings[index - 1]!.end <= start);
  }
  // Each begins as the hours mean, and belongs to the day on which it begins.
  for (const { date, start } of openings) {
    assert.ok(naive.some((one) => one.date === date && one.start === start.getTime()));
  }
  // Between two boundaries nothing changes, so agreeing at each of them is agreeing at each minute.
  const inside = (ms: number) => ms > change.at - 2.5 * DAY_MS && ms < change.at + 2.5 * DAY_MS;
  const boundaries = [
    ...naive.flatMap(({ start, end }) => [start, end]),
    ...openings.flatMap(({ start, end }) => [start.getTime(), end.getTime()]),
    change.at,
  ];
  for (const ms of boundaries.flatMap((boundary) => [boundary - 1, boundary]).filter(inside)) {
    const expected = naive.some(({ start, end }) => start <= ms && ms < end);
    const found = findOpening(shop, new Date(ms));
    assert.equal(found !== null, expected, `${timeZone} ${new Date(ms).toISOString()}`);
    if (found !== null)
      assert.ok(openings.some(({ start }) => start.getTime() === found.start.getTime()));
  }
  checkSlots(shop, dates, openings);
  checkOffered(shop, change, openings);
}

function checkSlots(
  shop: ReturnType<typeof buildShop>,
  dates: readonly string[],
  openings: ReturnType<typeof listOpenings>,
): void {
  const lengthMs = shop.slotMinutes * MINUTE_MS;
  const slots = dates.flatMap((date) => listSlots(shop, date).map((slot) => ({ ...slot, date })));
  const expected = openings.flatMap(({ date, start, end }) =>
    Array.from(
      { length: Math.floor((end.getTime() - start.getTime()) / lengthMs) },
      (_, index) => ({
        start: new Date(start.getTime() + index * lengthMs),
        end: new Date(start.getTime() + (index + 1) * lengthMs),
        date,
      }),
    ),
  );
  assert.deepEqual(slots, expected);
}

function checkOffered(
  shop: ReturnType<typeof buildShop>,
  { at, before, after }: ClockChange,
  openings: ReturnType<typeof listOpenings>,
): void {
  const from = new Date(at - 2 * 3_600_000);
  const times = listQuartersFrom(shop, from, { now: from, max: 20 });
  const expected: number[] = [];
  const last = openings.at(-1)?.end.getTime() ?? 0;
  for (let ms = Math.ceil(from.getTime() / MINUTE_MS) * MINUTE_MS; ms < last; ms += MINUTE_MS) {
    if (expected.length === 20) break;
    const local = ms + (ms < at ? before : after);
    if (local % (15 * MINUTE_MS) !== 0) continue;
    if (openings.some(({ start, end }) => start.getTime() <= ms && ms < end.getTime()))
      expected.push(ms);
  }
  assert.deepEqual(times.slice(0, expected.length).map(Number), expected);
  const [slot] = listSlotsFrom(shop, from, from);
  if (slot !== undefined) assert.ok(slot.start >= from);
}

describe('openings, slots and offered times follow the clock', () => {
  for (const timeZone of zones) {
    const changes = findClockChanges(createWallClock(timeZone), FROM, TO);
    const offset = createWallClock(timeZone)(FROM) - FROM;
    const none = { at: Date.UTC(2025, 5, 1), before: offset, after: offset };
    test(`of ${timeZone}, with ${changes.length} changes from 2020 to 2030`, () => {
      for (const change of changes.length === 0 ? [none] : changes) {
        const follows = fc.property(anyHours, (hours) => checkChange(timeZone, change, hours));
        fc.assert(follows, { numRuns: 1 });
      }
    });
  }
});
