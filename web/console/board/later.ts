// Not from `shared/api.ts`, which only browsers can load, so that tests can load this file.
import type { Order } from '../../../clients/typescript/src/index.ts';
import { findPromise } from '../parts/promise.ts';

/** How long before its time an order is started on if the shop has no lead time. */
const LEAD_MINUTES_DEFAULT = 30;

/**
 * Returns whether the kitchen has nothing to do for an order yet: nobody has started on it, and its time is further away
 * than the shop's lead time (30 minutes without one) and a slot. So an order for as soon as possible, which is promised
 * the next slot after the lead time, is never for later unless that slot was full.
 */
export function isForLater(
  order: Order,
  { leadMinutes, slotMinutes }: { readonly leadMinutes: number; readonly slotMinutes: number },
  nowMs: number,
): boolean {
  const promise = findPromise(order);
  if (promise === null || (order.status !== 'PENDING' && order.status !== 'CONFIRMED')) {
    return false;
  }
  const aheadMinutes = (leadMinutes > 0 ? leadMinutes : LEAD_MINUTES_DEFAULT) + slotMinutes;
  return Date.parse(promise) - aheadMinutes * 60_000 > nowMs;
}

/** Compares orders by the time for which they were promised, or else placed. */
export function compareByPromise(one: Order, other: Order): number {
  const time = ({ createdAt, fulfilment }: Order) => fulfilment.promisedFor ?? createdAt;
  return time(one).localeCompare(time(other)) || one.createdAt.localeCompare(other.createdAt);
}
