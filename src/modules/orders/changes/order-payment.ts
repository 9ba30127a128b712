import type { Transaction } from '../../../database/database.ts';
import type { Order } from '../order.ts';
import { lockOrder, lockOrders } from '../reading/queries.ts';
import type { PayChange } from '../writing/order-change.ts';
import { writeOrder, writeOrders } from '../writing/write-orders.ts';

/** An order as modules that handle its payments see it. */
export interface OrderForPayment
  extends Pick<
    Order,
    | 'id'
    | 'number'
    | 'customerId'
    | 'status'
    | 'paymentStatus'
    | 'totalMinor'
    | 'currency'
    | 'expiresAt'
  > {
  /** The sequence of its newest event. */
  readonly lastSequence: number;
  /** Whether its token gives no right any more. */
  readonly tokenEnded: boolean;
}

/** Locks an order's row, which must precede locks on its payments. Returns null if there is no such order. */
export async function lockOrderForPayment(
  tx: Transaction,
  orderId: string,
): Promise<OrderForPayment | null> {
  const [order] = await lockOrder(tx, orderId);
  return order ?? null;
}

/** Locks several orders, always in the same order, and returns them by id. Missing orders are left out. */
export async function lockOrdersForPayment(
  tx: Transaction,
  orderIds: readonly string[],
): Promise<Map<string, OrderForPayment>> {
  const orders = await lockOrders(tx, orderIds);
  return new Map(orders.map((order) => [order.id, order]));
}

export type PaymentChange = Omit<PayChange, 'kind' | 'order' | 'confirms'>;

export interface OrderPaymentChange extends PaymentChange {
  readonly order: OrderForPayment;
  readonly confirms: PayChange['confirms'];
}

/**
 * Records payment facts and the payment status of an order whose row the caller has locked. Returns the changed order.
 */
export async function recordPayment(
  tx: Transaction,
  order: OrderForPayment,
  change: PaymentChange,
): Promise<OrderForPayment> {
  const changed = await writeOrder(tx, { ...change, kind: 'pay', order, confirms: false });
  return { ...order, ...changed };
}

/** Does the same as `recordPayment`, and confirms the order in the same change. */
export async function confirmPaid(
  tx: Transaction,
  order: OrderForPayment,
  change: PaymentChange,
): Promise<OrderForPayment> {
  const changed = await writeOrder(tx, { ...change, kind: 'pay', order, confirms: true });
  return { ...order, ...changed };
}

/** Does the same as `recordPayment` for several orders. Each order may occur only once. */
export async function recordPayments(
  tx: Transaction,
  changes: readonly OrderPaymentChange[],
): Promise<void> {
  await writeOrders(
    tx,
    changes.map((change) => ({ ...change, kind: 'pay' })),
  );
}
