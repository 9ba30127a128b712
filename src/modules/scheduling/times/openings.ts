import { toMinutes, wholeDay } from '../settings/opening-minutes.ts';
import type { ShopSettings } from '../settings/settings.ts';
import { addDays, findWeekday, isOnClock, toInstant, toLocalDate } from './local-time.ts';
import { memoryOf, memoryOfDay, type Opening, type Period } from './shop-memory.ts';

/** An opening lasts up to 24 hours by the clock, and clocks have skipped up to a day. */
const DAYS_LASTED_MAX = 2;
const NEXT_OPENING_DAYS_MAX = 400;

/** Returns the openings that begin on these dates, from the first to the last, in the order of time. None overlap. */
export function listOpenings(shop: ShopSettings, from: string, to: string): Opening[] {
  const openings: Opening[] = [];
  for (let date = from; date <= to; date = addDays(date, 1)) {
    openings.push(...listOpeningsOn(shop, date));
  }
  return openings;
}

/** Returns the opening at this time, or null if the shop is closed. */
export function findOpening(shop: ShopSettings, at: Date): Opening | null {
  const memory = memoryOf(shop);
  if (memory.opening !== null && contains(memory.opening, at)) return memory.opening;
  const date = findDate(shop, at);
  // One day more: where clocks are put back at midnight, an opening of the next day may have begun.
  for (let days = 1; days >= -DAYS_LASTED_MAX; days -= 1) {
    const openings = listOpeningsOn(shop, addDays(date, days));
    const opening = openings.find((one) => contains(one, at));
    if (opening !== undefined) {
      memory.opening = opening;
      return opening;
    }
  }
  return null;
}

/** Returns whether the shop is open, whether or not it is paused. */
export function isOpen(shop: ShopSettings, at: Date): boolean {
  return isAlwaysOpen(shop) || findOpening(shop, at) !== null;
}

/** Returns the next opening that begins after this time, or null if there is none within 400 days. */
export function findNextOpening(shop: ShopSettings, after: Date): Opening | null {
  if (shop.openingHours !== null && Object.keys(shop.openingHours).length === 0) return null;
  const today = findDate(shop, after);
  for (let days = -DAYS_LASTED_MAX; days <= NEXT_OPENING_DAYS_MAX; days += 1) {
    const openings = listOpeningsOn(shop, addDays(today, days));
    const next = openings.find(({ start }) => start > after);
    if (next !== undefined) return next;
  }
  return null;
}

/** Returns whether the shop takes orders for openings that begin on this date. */
export function isWithinHorizon(shop: ShopSettings, date: string, now: Date): boolean {
  return date <= findLastDate(shop, now);
}

/** Returns the last date for which the shop takes orders. */
export function findLastDate(shop: ShopSettings, now: Date): string {
  return addDays(findDate(shop, now), shop.horizonDays);
}

/** Returns the first date whose openings may end after this time. */
export function findFirstDate(shop: ShopSettings, at: Date): string {
  return addDays(findDate(shop, at), -DAYS_LASTED_MAX);
}

/** Returns the openings that begin on this date. */
export function listOpeningsOn(shop: ShopSettings, date: string): readonly Opening[] {
  // Where the clock skips the end of a day, an opening of that day may begin on the next.
  if (!hasHours(shop, date) && !hasHours(shop, addDays(date, -1))) return [];
  const day = memoryOfDay(shop, date);
  day.openings ??= computeOpenings(shop, date);
  return day.openings;
}

function isAlwaysOpen({ openingHours, closedDates }: ShopSettings): boolean {
  return openingHours === null && closedDates.length === 0;
}

/**
 * Returns the openings of a date so that they overlap with no other. Only a clock change makes them overlap, because a
 * time that the clock skips is moved forward, past times that it does not skip. An opening then ends where the next one
 * begins, and one within another is left out, as is one that ends before it begins. So the shop is open all the time
 * that the clock means.
 */
function computeOpenings(shop: ShopSettings, date: string): Opening[] {
  const around: Opening[] = [];
  for (let days = -DAYS_LASTED_MAX; days <= DAYS_LASTED_MAX; days += 1) {
    around.push(...listPeriods(shop, addDays(date, days)));
  }
  const apart: Opening[] = [];
  for (const opening of around.toSorted((one, other) => Number(one.start) - Number(other.start))) {
    const before = apart.at(-1);
    if (opening.end <= opening.start || (before && opening.end <= before.end)) continue;
    if (before && opening.start < before.end) {
      apart.pop();
      if (before.start < opening.start) apart.push({ ...before, end: opening.start });
    }
    apart.push(opening);
  }
  return apart.filter((opening) => opening.date === date);
}

/** Returns the openings that the hours of a date mean, even if they overlap. */
function listPeriods(shop: ShopSettings, date: string): readonly Opening[] {
  if (!hasHours(shop, date)) return [];
  const day = memoryOfDay(shop, date);
  day.periods ??= computePeriods(shop, date);
  return day.periods;
}

function computePeriods({ openingHours, timeZone }: ShopSettings, date: string): Opening[] {
  if (!isOnClock(date, timeZone)) return [];
  const hours =
    openingHours === null ? [wholeDay] : (openingHours[findWeekday(date)] ?? []).map(toMinutes);
  return hours.map((minutes) => {
    const start = toInstant(date, minutes.start, timeZone);
    const end = toInstant(date, minutes.end, timeZone);
    return { date: toLocalDate(start, timeZone), start, end };
  });
}

/** Returns whether a date has hours. */
function hasHours(shop: ShopSettings, date: string): boolean {
  if (memoryOf(shop).closedDates.has(date)) return false;
  return shop.openingHours === null || shop.openingHours[findWeekday(date)] !== undefined;
}

/** Orders are placed today, for a few days. */
const DATES_REMEMBERED_MAX = 8;
const DAY_MS = 24 * 60 * 60_000;

/** Returns the date that the shop's clock shows at this time. */
function findDate(shop: ShopSettings, at: Date): string {
  const { dates } = memoryOf(shop);
  const known = dates.find((one) => contains(one, at));
  if (known !== undefined) return known.date;
  const date = toLocalDate(at, shop.timeZone);
  const start = toInstant(date, 0, shop.timeZone);
  const end = toInstant(addDays(date, 1), 0, shop.timeZone);
  // Where clocks are put back just after midnight, a day has two periods. Days with a clock change are not remembered.
  if (end.getTime() - start.getTime() === DAY_MS) {
    if (dates.length === DATES_REMEMBERED_MAX) dates.shift();
    dates.push({ date, start, end });
  }
  return date;
}

function contains({ start, end }: Period, at: Date): boolean {
  return start <= at && at < end;
}
