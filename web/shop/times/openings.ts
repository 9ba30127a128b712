// Not from `shared/api.ts`, which only browsers can load, so that tests can load this file.
import type { operations } from '../../../clients/typescript/src/index.ts';
import { addDays, toShopDate, toShopInstant } from '../../shared/shop-clock.ts';

export type ShopSettings =
  operations['getShopSettings']['responses'][200]['content']['application/json'];

type Hours = Pick<ShopSettings, 'timeZone' | 'openingHours' | 'closedDates'>;

const DAY_MINUTES = 1_440;
const QUARTER_MS = 15 * 60_000;

/** A day that an order can be for, with the dates on which its openings begin. */
export interface OfferedDay {
  readonly date: string;
  /** Of today, the last opening of yesterday may still be going on. */
  readonly openingDates: readonly string[];
  /** Null if the shop opens on it. */
  readonly closed: { readonly reason: string | null } | null;
}

/** Lists the days for which the shop takes orders, from today to its horizon. */
export function listDays(
  shop: Hours & Pick<ShopSettings, 'horizonDays' | 'leadMinutes'>,
  now: Date,
): OfferedDay[] {
  const today = toShopDate(now, shop.timeZone);
  const earliest = findEarliest(shop, now);
  return Array.from({ length: shop.horizonDays + 1 }, (_, index) => {
    const date = addDays(today, index);
    const before = index > 0 ? [] : [addDays(today, -2), addDays(today, -1)];
    const openingDates = [...before, date].filter((one) =>
      listOpenings(shop, one).some(({ end }) => end > earliest),
    );
    const reason = shop.closedDates.find((closed) => closed.date === date)?.reason ?? null;
    return { date, openingDates, closed: openingDates.length > 0 ? null : { reason } };
  });
}

/** Returns the first time for which an order can be taken. */
export function findEarliest({ leadMinutes }: Pick<ShopSettings, 'leadMinutes'>, now: Date): Date {
  return new Date(now.getTime() + leadMinutes * 60_000);
}

/** Lists the quarters of an hour that a shop without slots offers in the openings that begin on a date. */
export function listQuarters(shop: Hours, date: string, earliest: Date): Date[] {
  return listOpenings(shop, date).flatMap(({ start, end }) => {
    const times: Date[] = [];
    // The offset of every time zone is a multiple of a quarter of an hour.
    const fromMs = Math.max(start.getTime(), earliest.getTime());
    for (let ms = Math.ceil(fromMs / QUARTER_MS) * QUARTER_MS; ms < end.getTime(); ms += QUARTER_MS)
      times.push(new Date(ms));
    return times;
  });
}

/** Returns the openings that begin on a date. Where a clock change makes two overlap, the first ends with the second. */
function listOpenings(shop: Hours, date: string): { start: Date; end: Date }[] {
  const openings = listMinutes(shop, date)
    .map(([start, end]) => ({
      start: toShopInstant(date, start, shop.timeZone),
      end: toShopInstant(date, end, shop.timeZone),
    }))
    .sort((a, b) => a.start.getTime() - b.start.getTime());
  return openings.map(({ start, end }, index) => {
    const next = openings[index + 1]?.start ?? end;
    return { start, end: next < end ? next : end };
  });
}

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

function listMinutes({ openingHours, closedDates }: Hours, date: string): [number, number][] {
  if (closedDates.some((closed) => closed.date === date)) return [];
  if (openingHours === null) return [[0, DAY_MINUTES]];
  const ofDay = openingHours[weekdays[new Date(date).getUTCDay()]!] ?? [];
  return ofDay.map(([from, to]) => {
    const [start, end] = [parseMinutes(from!), parseMinutes(to!)];
    return [start, end <= start ? end + DAY_MINUTES : end];
  });
}

function parseMinutes(time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  return hours! * 60 + minutes!;
}
