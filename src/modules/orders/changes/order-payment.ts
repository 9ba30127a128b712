import type { Transaction } from '../../../database/database.ts';
import type { Order } from '../order.ts';
import { lockOrder, lockOrders } from '../reading/queries.ts';
import type { PayChange } from '../writing/order-change.ts';
import { writeOrder, writeOrders } from '../writing/write-orders.ts';

/** An order as the modules that take money for it see it. */
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
}

/** Locks an order's row, before any row of its payments. Null when there is none. */
export async function lockOrderForPayment(
  tx: Transaction,
  orderId: string,
): Promise<OrderForPayment | null> {
  const [order] = await lockOrder(tx, orderId);
  return order ?? null;
}

/** The same for several, by id, locked in one order; those that are not there are left out. */
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
 * Records what happened to the money of an order whose row the caller has locked, with its payment status. Returns the
 * order as it is now.
 */
export async function recordPayment(
  tx: Transaction,
  order: OrderForPayment,
  change: PaymentChange,
): Promise<OrderForPayment> {
  const changed = await writeOrder(tx, { ...change, kind: 'pay', order, confirms: false });
  return { ...order, ...changed };
}

/** The same, and confirms the order in the same change. */
export async function confirmPaid(
  tx: Transaction,
  order: OrderForPayment,
  change: PaymentChange,
): Promise<OrderForPayment> {
  const changed = await writeOrder(tx, { ...change, kind: 'pay', order, confirms: true });
  return { ...order, ...changed };
}

/** The same for several orders at once, each named once. */
export async function recordPayments(
  tx: Transaction,
  changes: readonly OrderPaymentChange[],
): Promise<void> {
  await writeOrders(
    tx,
    changes.map((change) => ({ ...change, kind: 'pay' })),
  );
}
