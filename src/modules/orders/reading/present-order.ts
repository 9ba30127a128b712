import { type Caller, isStaff } from '../../../shared/caller.ts';
import { freezeDeep } from '../../../shared/freeze-deep.ts';
import { money } from '../../../shared/money.ts';
import { linesOnly, presentBill, presentLine } from '../../pricing/index.ts';
import { defaultFulfilment, type Order, type OrderLine } from '../order.ts';
import { allowedTransitions } from '../order-status.ts';
import type { OrderView } from '../schemas.ts';

export interface OrderCustomer {
  readonly id: string;
  readonly email: string;
  readonly name: string;
}

/** The part of an order that every reader sees, as JSON. It depends on no caller, so it may be cached and shared. */
export type OrderState = Omit<OrderView, 'allowedTransitions' | 'customer'>;

/** Builds the state of an order, frozen part by part: freezing it recursively costs eight times as much. */
export function buildOrderState(order: Order, lines: readonly OrderLine[]): OrderState {
  const { currency } = order;
  const parts = order.bill ?? linesOnly;
  const shown = { currency, pricesIncludeTax: parts.pricesIncludeTax };
  return Object.freeze({
    id: order.id,
    number: order.number,
    status: order.status,
    paymentStatus: order.paymentStatus,
    version: order.version,
    customerId: order.customerId,
    vip: order.vip,
    items: Object.freeze(lines.map((line, index) => presentLine(line, index + 1, shown))),
    total: Object.freeze(money(order.totalMinor, currency)),
    bill: presentBill({ currency, lines, parts, totalMinor: order.totalMinor }),
    note: order.note,
    fulfilment: order.fulfilment === null ? defaultFulfilment : freezeDeep(order.fulfilment),
    shippingAddress: order.shippingAddress,
    expiresAt: order.expiresAt?.toISOString() ?? null,
    createdAt: order.createdAt.toISOString(),
    updatedAt: order.updatedAt.toISOString(),
    cancelReason: order.cancelReason,
    failure:
      order.failureCode === null
        ? null
        : Object.freeze({ code: order.failureCode, detail: order.failureDetail ?? '' }),
  });
}

/** Builds the order as the caller sees it, frozen. `customer` is shown to staff only. */
export function buildOrderView(
  caller: Caller,
  state: OrderState,
  customer: OrderCustomer | null,
): OrderView {
  const transitions = Object.freeze(allowedTransitions(state, caller));
  if (customer === null || !isStaff(caller)) {
    return Object.freeze({ ...state, allowedTransitions: transitions });
  }
  const { id, email, name } = customer;
  return Object.freeze({
    ...state,
    allowedTransitions: transitions,
    customer: Object.freeze({ id, email, name }),
  });
}

export function presentOrder(
  order: Order,
  lines: readonly OrderLine[],
  customer: OrderCustomer | null,
  caller: Caller,
): OrderView {
  return buildOrderView(caller, buildOrderState(order, lines), customer);
}
