import type { ShopSettings } from '../settings/settings.ts';
import { addDays, toNextQuarter } from './local-time.ts';
import { findFirstDate, findLastDate, listOpeningsOn } from './openings.ts';

const QUARTER_MS = 15 * 60_000;

/**
 * Returns the next times at or after `from` that a shop without slots offers: the quarters of an hour on its clock that
 * are in an opening and within the horizon, in the order of time.
 */
export function listQuartersFrom(
  shop: ShopSettings,
  from: Date,
  { now, max }: { readonly now: Date; readonly max: number },
): Date[] {
  const times: Date[] = [];
  const last = findLastDate(shop, now);
  for (let date = findFirstDate(shop, from); date <= last; date = addDays(date, 1)) {
    for (const { start, end } of listOpeningsOn(shop, date)) {
      let at = toNextQuarter(start < from ? from : start, shop.timeZone);
      while (at < end) {
        if (times.length === max) return times;
        times.push(at);
        at = toNextQuarter(new Date(at.getTime() + QUARTER_MS), shop.timeZone);
      }
    }
  }
  return times;
}
