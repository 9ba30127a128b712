import type { Queryable } from '../../database/statement.ts';
import { findHistory } from '../../events/index.ts';
import type { Money } from '../../shared/money.ts';
import { findCustomers } from '../accounts/index.ts';
import { findOrderWithLines, type LineRow, type OrderRow } from '../orders/index.ts';
import type { RefundCause } from '../payments/index.ts';
import type { OrderMailKind } from './mail-kind.ts';

/** What a letter about an order is written from. */
export interface OrderToTell {
  readonly email: string;
  readonly customerName: string;
  readonly order: OrderRow;
  readonly lines: readonly LineRow[];
  /** What the event says why. */
  readonly reason: string | null;
  /** Of the events of refunds. */
  readonly refund: RefundToTell | null;
}

export interface RefundToTell {
  readonly amountMinor: number;
  readonly currency: string;
  readonly cause: RefundCause;
}

/**
 * Reads what the mail about an event needs; null when there is none to send. That is so for imported orders, which were
 * over before they came here, and for the placement of an order with nothing to pay: it is confirmed in the same moment,
 * and one mail says both. A disabled customer is told all the same, since it is his order and his money.
 */
export async function readOrderToTell(
  db: Queryable,
  { kind, orderId, sequence }: { kind: OrderMailKind; orderId: string; sequence: number },
): Promise<OrderToTell | null> {
  const [found, history] = await Promise.all([
    findOrderWithLines(db, orderId),
    findHistory(db, orderId),
  ]);
  const event = history.find((it) => it.sequence === sequence);
  if (found === null || event === undefined || found.order.source === 'import') return null;
  const { order, lines } = found;
  if (kind === 'order.placed' && order.totalMinor === 0) return null;
  const [customer] = await findCustomers(db, [order.customerId]);
  if (customer === undefined) return null;
  return {
    email: customer.email,
    customerName: customer.name,
    order,
    lines,
    reason: event.reason,
    refund: kind === 'payment.refunded' ? refundOf(event.data) : null,
  };
}

/** Of the data of a `refund.…` event. */
function refundOf(data: Record<string, unknown>): RefundToTell {
  const { amount, cause } = data as unknown as { amount: Money; cause: RefundCause };
  return { amountMinor: amount.amount, currency: amount.currency, cause };
}
