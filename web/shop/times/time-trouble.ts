import { formatShopMoment } from '../../shared/shop-clock.ts';
import type { ShopSettings } from './openings.ts';

/** Why an order cannot have the time that it is wanted for. */
export interface TimeTrouble {
  readonly text: string;
  /** What can be chosen in its place, as RFC 3339. */
  readonly nextTimes: readonly string[];
}

/** A refusal of a quote, a cart or a placement. */
export interface ToldRefusal {
  readonly code: string;
  readonly [member: string]: unknown;
}

/** Finds what the refusals of an order state about its time. */
export function findTimeTrouble(
  refusals: readonly ToldRefusal[],
  shop: Pick<ShopSettings, 'timeZone'>,
  now: Date,
): TimeTrouble | null {
  for (const refusal of refusals) {
    const nextTimes = listNextTimes(refusal);
    switch (refusal.code) {
      case 'orders.shop_closed':
        return { text: describeClosed(refusal.opensAt as string | null, shop, now), nextTimes };
      case 'fulfilment.slot_full':
        if (nextTimes.length === 0) return { text: 'There are no free times left.', nextTimes };
        return { text: withNext('Sorry, this time is taken.', nextTimes), nextTimes };
      case 'fulfilment.time_not_available':
        return { text: withNext('This time cannot be chosen any more.', nextTimes), nextTimes };
    }
  }
  return null;
}

/** Describes a closed shop, for which orders can be placed ahead. */
export function describeClosed(
  opensAt: string | null,
  { timeZone }: Pick<ShopSettings, 'timeZone'>,
  now: Date,
): string {
  if (opensAt === null) return 'We are closed.';
  return `We are closed now. We open ${formatShopMoment(new Date(opensAt), { timeZone, now })}.`;
}

/** Describes a pause, during which no order is taken. */
export function describePause(
  { timeZone, pausedUntil }: Pick<ShopSettings, 'timeZone' | 'pausedUntil'>,
  now: Date,
): string {
  return pausedUntil === null
    ? 'We are not taking orders at the moment. Please try again later.'
    : `We are not taking orders at the moment. We start again ${formatShopMoment(new Date(pausedUntil), { timeZone, now })}.`;
}

function listNextTimes({ nextTimes }: ToldRefusal): readonly string[] {
  return Array.isArray(nextTimes) ? (nextTimes as string[]) : [];
}

function withNext(text: string, nextTimes: readonly string[]): string {
  return nextTimes.length === 0
    ? `${text} Please choose another one.`
    : `${text} The next ones are:`;
}
