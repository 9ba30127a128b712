import { formatMoment } from '../parts/shop-clock.ts';
import type { Shop } from '../parts/use-shop.ts';

/** Describes a pause: `until 18:45`. */
export function describePause({ pausedUntil, timeZone }: Shop, nowMs: number): string {
  return pausedUntil === null
    ? 'until you take orders again'
    : `until ${formatMoment(pausedUntil, timeZone, nowMs)}`;
}
