import type { Transaction } from '../../../database/database.ts';
import { appendEvents, type EventType } from '../../../events/index.ts';
import type { Actor, Cause } from '../../../shared/caller.ts';
import { isPaid, type OrderStatus, type PaymentStatus } from '../order.ts';
import { lockOrder } from '../queries.ts';
import { changePayments, lockOrders } from './payment-queries.ts';

/** An order as whoever takes money for it sees it. */
export interface OrderForPayment {
  readonly id: string;
  readonly number: string;
  readonly customerId: string;
  readonly status: OrderStatus;
  readonly paymentStatus: PaymentStatus;
  readonly totalMinor: number;
  readonly currency: string;
  readonly expiresAt: Date | null;
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

/** One thing that happened to the money of an order. */
export interface PaymentFact {
  readonly type: EventType;
  readonly reason: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface PaymentChange {
  /** The same as before: only the facts are recorded, and the version stays. */
  readonly paymentStatus: PaymentStatus;
  readonly facts: readonly PaymentFact[];
  readonly actor: Actor;
  readonly cause: Cause;
}

export interface OrderPaymentChange extends PaymentChange {
  readonly order: OrderForPayment;
  /**
   * Whether the money confirms the order when it is PENDING; one that was confirmed by hand stays where it is. Then
   * `paymentStatus` must be paid.
   */
  readonly confirms: boolean;
}

/**
 * Records what happened to the money of an order whose row the caller has locked, with its payment status. Gives the
 * order as it is now.
 */
export async function recordPayment(
  tx: Transaction,
  order: OrderForPayment,
  change: PaymentChange,
): Promise<OrderForPayment> {
  const [changed] = await recordPayments(tx, [{ ...change, order, confirms: false }]);
  return changed!;
}

/** The same, and confirms the order in the same change. */
export async function confirmPaid(
  tx: Transaction,
  order: OrderForPayment,
  change: PaymentChange,
): Promise<OrderForPayment> {
  const [changed] = await recordPayments(tx, [{ ...change, order, confirms: true }]);
  return changed!;
}

/** The same for several orders at once, each named once. Gives them as they are now, in the same order. */
export async function recordPayments(
  tx: Transaction,
  changes: readonly OrderPaymentChange[],
): Promise<OrderForPayment[]> {
  const written = changes.map(writtenOf);
  // In one trip: under the locks of the rows all that comes of it is known before it is written.
  await Promise.all([
    changePayments(
      tx,
      written.map(({ order }) => order.id),
      JSON.stringify(written.map(({ row }) => row)),
    ),
    appendEvents(
      tx,
      written.flatMap(({ events }) => events),
    ),
  ]);
  return written.map(({ order }) => order);
}

function writtenOf({ order, paymentStatus, facts, actor, cause, confirms }: OrderPaymentChange) {
  if (confirms && !isPaid(paymentStatus)) {
    throw new Error('only a paid order is confirmed by payment');
  }
  const status = confirms && order.status === 'PENDING' ? 'CONFIRMED' : order.status;
  const changed = paymentStatus !== order.paymentStatus || status !== order.status;
  const told: (PaymentFact & { from: string | null; to: string | null })[] = facts.map((fact) => ({
    ...fact,
    from: null,
    to: null,
  }));
  if (status !== order.status) {
    told.push({
      type: 'order.confirmed',
      from: order.status,
      to: status,
      reason: 'It was paid.',
      data: { number: order.number },
    });
  }
  const expiresAt = isPaid(paymentStatus) ? null : order.expiresAt;
  const lastSequence = order.lastSequence + told.length;
  return {
    order: { ...order, status, paymentStatus, expiresAt, lastSequence },
    row: {
      id: order.id,
      status,
      payment_status: paymentStatus,
      expires_at: expiresAt,
      versions: changed ? 1 : 0,
      last_sequence: lastSequence,
    },
    events: told.map((event, index) => ({
      ...event,
      orderId: order.id,
      sequence: order.lastSequence + 1 + index,
      actor,
      cause,
    })),
  };
}
