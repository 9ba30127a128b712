import { type Caller, isStaff } from '../../../shared/caller.ts';
import { money } from '../../../shared/money.ts';
import type { Customer } from '../../accounts/index.ts';
import { linesOnly, presentBill, presentLine } from '../../pricing/index.ts';
import { presentFulfilment } from '../fulfilment/present-fulfilment.ts';
import type { Order, OrderLine } from '../order.ts';
import { allowedTransitions } from '../order-status.ts';
import type { OrderView } from '../schemas.ts';

/** The customer of an order, as staff see them. */
export type OrderCustomer = Readonly<Pick<Customer, 'id' | 'email' | 'name' | 'phone' | 'guest'>>;

/** The part of an order that every reader sees. It depends on no caller, so it is cached for all. */
export type OrderState = Omit<OrderView, 'allowedTransitions' | 'customer'>;

export function buildOrderState(order: Order, lines: readonly OrderLine[]): OrderState {
  const { currency } = order;
  const createdAt = order.createdAt.toISOString();
  const parts = order.bill ?? linesOnly;
  const shown = { currency, pricesIncludeTax: parts.pricesIncludeTax };
  return {
    id: order.id,
    number: order.number,
    status: order.status,
    paymentStatus: order.paymentStatus,
    version: order.version,
    customerId: order.customerId,
    vip: order.vip,
    items: lines.map((line, index) => presentLine(line, index + 1, shown)),
    total: money(order.totalMinor, currency),
    bill: presentBill({ currency, lines, parts, totalMinor: order.totalMinor }),
    note: order.note,
    fulfilment: presentFulfilment(order, createdAt),
    shippingAddress: order.shippingAddress,
    expiresAt: order.expiresAt?.toISOString() ?? null,
    createdAt,
    // A new order has one time for both.
    updatedAt: order.updatedAt === order.createdAt ? createdAt : order.updatedAt.toISOString(),
    cancelReason: order.cancelReason,
    failure:
      order.failureCode === null
        ? null
        : { code: order.failureCode, detail: order.failureDetail ?? '' },
  };
}

/** Builds the order as the caller sees it. `customer` is shown to staff only. */
export function buildOrderView(
  caller: Caller,
  state: OrderState,
  customer: OrderCustomer | null,
): OrderView {
  const transitions = allowedTransitions(state, caller);
  if (customer === null || !isStaff(caller)) return { ...state, allowedTransitions: transitions };
  return { ...state, allowedTransitions: transitions, customer: presentCustomer(customer) };
}

export function presentCustomer({ id, email, name, phone, guest }: OrderCustomer): OrderCustomer {
  return { id, email, name, phone, guest };
}

export function presentOrder(
  order: Order,
  lines: readonly OrderLine[],
  customer: OrderCustomer | null,
  caller: Caller,
): OrderView {
  return buildOrderView(caller, buildOrderState(order, lines), customer);
}
