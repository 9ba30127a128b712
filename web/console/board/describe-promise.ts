import { formatDate, toShopDate } from '../parts/shop-clock.ts';

const MINUTE_MS = 60_000;
/** Of an order for the next day, how soon it must be for the time left to say more than its day: around midnight. */
const SOON_MINUTES = 6 * 60;

export interface DescribedPromise {
  readonly isLate: boolean;
  /** How late the order is, how long it is until its promised time, or the day of that if it is another one. */
  readonly text: string;
}

/** Describes a promised time as the board shows it beside the clock. */
export function describePromise(promise: string, now: number, timeZone: string): DescribedPromise {
  const at = Date.parse(promise);
  const lateMinutes = toMinutes(now - at);
  if (lateMinutes > 0) return { isLate: true, text: `${formatDuration(lateMinutes)} late !` };
  const isToday = toShopDate(at, timeZone) === toShopDate(now, timeZone);
  const isSoon = isToday || -lateMinutes <= SOON_MINUTES;
  const text = isSoon ? `in ${formatDuration(-lateMinutes)}` : formatDate(toShopDate(at, timeZone));
  return { isLate: false, text };
}

/** Returns whole minutes, rounded down. */
export function toMinutes(ms: number): number {
  return Math.floor(ms / MINUTE_MS);
}

/** Formats whole minutes, such as `12 min`, `3 h 5 min` or `2 d 4 h`. */
export function formatDuration(minutes: number): string {
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24
    ? `${hours} h ${minutes % 60} min`
    : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
