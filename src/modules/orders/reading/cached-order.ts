import { CachedValue } from '../../../drivers/cache/cached-value.ts';
import { CachedReply } from '../../../http/index.ts';
import type { Caller } from '../../../shared/caller.ts';
import { getAudience } from '../order-status.ts';
import type { OrderView } from '../schemas.ts';
import { buildOrderView, type OrderCustomer, type OrderState } from './present-order.ts';

/** The state of an order at one sequence, with the reply for each audience. */
export type CachedOrder = CachedValue<OrderState, ShownOrder>;

interface ShownOrder {
  readonly customer: OrderCustomer | null;
  readonly reply: CachedReply<OrderView>;
}

export function cacheOrder(state: OrderState): CachedOrder {
  return new CachedValue(state);
}

/** Restores an order from a cache outside this process, which stores the state as JSON. */
export function reviveOrder(json: unknown): CachedOrder {
  return cacheOrder(json as OrderState);
}

/**
 * Returns the reply for this caller. All callers of an audience share it until the order or its customer changes.
 * `customer` is shown to staff only.
 */
export function showOrder(
  order: CachedOrder,
  caller: Caller,
  customer: OrderCustomer | null,
): CachedReply<OrderView> {
  const audience = getAudience(caller);
  const shown = order.getDerived(audience);
  if (shown !== undefined && isSameCustomer(shown.customer, customer)) return shown.reply;
  const state = order.value;
  const reply = new CachedReply(buildOrderView(caller, state, customer), state.version);
  order.setDerived(audience, { customer, reply });
  return reply;
}

/** Compares values, because customers are reloaded every second and have rarely changed. */
function isSameCustomer(one: OrderCustomer | null, other: OrderCustomer | null): boolean {
  return one === other || (one?.name === other?.name && one?.email === other?.email);
}
