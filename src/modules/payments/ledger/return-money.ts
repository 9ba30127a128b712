import type { Transaction } from '../../../database/database.ts';
import { newId } from '../../../shared/ids.ts';
import { lockOrderForPayment, type OrderForPayment } from '../../orders/index.ts';
import type { RefundCause } from '../payment.ts';
import {
  type CaptureRow,
  changeRefundAllocated,
  lockCapture,
  lockFlagged,
} from './capture-queries.ts';
import { decideReturn, returnReasons } from './decide-return.ts';
import { buildRefundFact, bySystem, type FactSource, recordFacts } from './record-facts.ts';
import { insertRefund, type RefundRow } from './refund-queries.ts';

export interface NewRefund {
  readonly cause: RefundCause;
  readonly amountMinor: number;
  readonly reason: string;
}

export interface CreatedRefund {
  readonly refund: RefundRow;
  /** The order in its new state. */
  readonly order: OrderForPayment | null;
}

/**
 * Creates a refund: its row, the allocated amount of its capture, and the event. The caller has locked the order's row
 * and the capture's, and has checked that enough is left; the database also rejects more.
 */
export async function createRefund(
  tx: Transaction,
  order: OrderForPayment | null,
  capture: CaptureRow,
  { cause, amountMinor, reason }: NewRefund,
  by: FactSource,
): Promise<CreatedRefund> {
  const [refund] = await insertRefund(
    tx,
    newId(),
    capture.id,
    capture.paymentId,
    capture.orderId,
    cause,
    amountMinor,
    capture.currency,
    reason,
    'PENDING',
    null,
    by.actor.id,
  );
  await changeRefundAllocated(tx, capture.id, amountMinor);
  const changed = await recordFacts(
    tx,
    order,
    [buildRefundFact('refund.created', refund!, reason)],
    by,
  );
  return { refund: refund!, order: changed };
}

/**
 * Refunds the rest of a capture if it must be returned automatically. The caller has locked the order's row. Returns
 * the order in its new state.
 */
export async function returnCapture(
  tx: Transaction,
  order: OrderForPayment | null,
  capture: CaptureRow,
): Promise<OrderForPayment | null> {
  const cause = decideReturn(capture, order);
  if (cause === null) return order;
  const amountMinor = capture.amountMinor - capture.refundAllocatedMinor;
  const refund = { cause, amountMinor, reason: returnReasons[cause] };
  const created = await createRefund(tx, order, capture, refund, bySystem('payments.return'));
  return created.order;
}

/** Returns the money that was flagged before another charge paid the order. */
export async function returnFlagged(tx: Transaction, order: OrderForPayment): Promise<void> {
  let current: OrderForPayment | null = order;
  for (const capture of await lockFlagged(tx, order.id)) {
    current = await returnCapture(tx, current, capture);
  }
}

/** Returns the money of a capture that was found without locks, after checking it again under them. */
export async function returnMoney(
  tx: Transaction,
  captureId: string,
  orderId: string | null,
): Promise<void> {
  const order = orderId === null ? null : await lockOrderForPayment(tx, orderId);
  const [capture] = await lockCapture(tx, captureId);
  if (capture !== undefined) await returnCapture(tx, order, capture);
}
