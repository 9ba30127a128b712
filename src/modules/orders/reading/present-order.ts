import { type Caller, isStaff } from '../../../shared/caller.ts';
import { money } from '../../../shared/money.ts';
import type { Order, OrderLine } from '../order.ts';
import { allowedTransitions } from '../order-status.ts';
import type { OrderView } from '../schemas.ts';

export interface OrderCustomer {
  readonly id: string;
  readonly email: string;
  readonly name: string;
}

/** What every reader of an order sees alike. Nothing of a caller is in it, so it may be kept and shared; JSON. */
export type OrderState = Omit<OrderView, 'allowedTransitions' | 'customer'>;

export function stateOf(order: Order, lines: readonly OrderLine[]): OrderState {
  return {
    id: order.id,
    number: order.number,
    status: order.status,
    paymentStatus: order.paymentStatus,
    version: order.version,
    customerId: order.customerId,
    vip: order.vip,
    items: lines.map((line) => ({
      sku: line.sku,
      productId: line.productId,
      name: line.name,
      quantity: line.quantity,
      unitPrice: money(line.unitPriceMinor, order.currency),
      total: money(line.totalMinor, order.currency),
    })),
    total: money(order.totalMinor, order.currency),
    note: order.note,
    shippingAddress: order.shippingAddress,
    expiresAt: order.expiresAt?.toISOString() ?? null,
    createdAt: order.createdAt.toISOString(),
    updatedAt: order.updatedAt.toISOString(),
    cancelReason: order.cancelReason,
    failure:
      order.failureCode === null
        ? null
        : { code: order.failureCode, detail: order.failureDetail ?? '' },
  };
}

/** The order as this caller sees it. `customer` is shown to staff only. */
export function viewFor(
  caller: Caller,
  state: OrderState,
  customer: OrderCustomer | null,
): OrderView {
  const view = { ...state, allowedTransitions: allowedTransitions(state, caller) };
  if (customer === null || !isStaff(caller)) return view;
  return {
    ...view,
    customer: { id: customer.id, email: customer.email, name: customer.name },
  };
}

export function presentOrder(
  order: Order,
  lines: readonly OrderLine[],
  customer: OrderCustomer | null,
  caller: Caller,
): OrderView {
  return viewFor(caller, stateOf(order, lines), customer);
}
