import type { Transaction } from '../../../database/database.ts';
import type { ProviderEvent, RefundState } from '../../../drivers/payments/payment-provider.ts';
import type { Cause } from '../../../shared/caller.ts';
import { isId, newId } from '../../../shared/ids.ts';
import {
  isPaid,
  lockOrderForPayment,
  type OrderForPayment,
  type PaymentFact,
  recordPayment,
} from '../../orders/index.ts';
import { lockPayment } from '../queries.ts';
import {
  type CaptureRow,
  changeRefundAllocated,
  findCapture,
  lockCapture,
  markReturned,
  sumReturned,
} from './capture-queries.ts';
import { getPaidStatus, nextRefundState } from './decide-refund.ts';
import { returnReasons } from './decide-return.ts';
import { buildRefundFact, byProvider, type FactSource, recordFacts } from './record-facts.ts';
import {
  findRefund,
  findRefundById,
  findUnansweredRefund,
  insertRefund,
  lockRefund,
  type RefundRow,
  settleRefund,
} from './refund-queries.ts';

export interface ReportedRefund {
  readonly state: RefundState;
  readonly providerRefundId: string | null;
  /** Why it failed, as the provider states it. */
  readonly failure: string | null;
}

/**
 * Records the state of a refund as the provider reported it, by response or webhook, in any order and any number of
 * times. Success updates the order's payment status; failure releases the allocated amount.
 */
export async function applyRefundState(
  tx: Transaction,
  refundId: string,
  reported: ReportedRefund,
  by: FactSource,
): Promise<'succeeded' | 'failed' | 'unchanged'> {
  const locked = await lockMoney(tx, refundId);
  if (locked === null) return 'unchanged';
  const { order, capture, refund } = locked;
  const state = nextRefundState(refund.status, reported.state);
  if (state !== 'SUCCEEDED' && state !== 'FAILED') return 'unchanged';
  await settleRefund(tx, refund.id, state, reported.providerRefundId, reported.failure);
  if (state === 'FAILED') await changeRefundAllocated(tx, capture.id, -refund.amountMinor);
  const type = state === 'SUCCEEDED' ? 'refund.succeeded' : 'refund.failed';
  const reason = state === 'SUCCEEDED' ? refund.reason : reported.failure;
  await recordReturned(tx, order, capture, [buildRefundFact(type, refund, reason)], by);
  return state === 'SUCCEEDED' ? 'succeeded' : 'failed';
}

type RefundEvent = Extract<ProviderEvent, { kind: 'refund' }>;

/**
 * Applies a refund that the provider reported by webhook: one of ours, or one that was made directly at the provider.
 */
export async function applyRefundEvent(
  tx: Transaction,
  provider: string,
  event: RefundEvent,
  cause: Cause,
): Promise<'succeeded' | 'failed' | 'unchanged' | 'unknown' | 'mismatch'> {
  if (event.refundId !== null && !isId(event.refundId)) return 'unknown';
  const [ours] = await findRefund(tx, event.refundId, provider, event.providerRefundId);
  if (ours !== undefined) return applyRefundState(tx, ours.id, event, byProvider(cause));
  if (event.refundId !== null || event.providerReference === null) return 'unknown';
  if (event.state !== 'SUCCEEDED') return 'unchanged';
  return adoptRefund(tx, provider, event.providerReference, event, cause);
}

async function adoptRefund(
  tx: Transaction,
  provider: string,
  providerReference: string,
  event: RefundEvent,
  cause: Cause,
): Promise<'succeeded' | 'unchanged' | 'unknown' | 'mismatch'> {
  const [found] = await findCapture(tx, provider, providerReference);
  if (found === undefined) return 'unknown';
  const order = found.orderId === null ? null : await lockOrderForPayment(tx, found.orderId);
  await lockPayment(tx, found.paymentId);
  const [capture] = await lockCapture(tx, found.id);
  const [meanwhile] = await findRefund(tx, null, provider, event.providerRefundId);
  if (capture === undefined || meanwhile !== undefined) return 'unchanged';
  if ((await findUnansweredRefund(tx, capture.id)).length > 0) {
    throw new Error(
      'this may be our own refund whose response has not arrived yet: it is tried again later',
    );
  }
  const left = capture.amountMinor - capture.refundAllocatedMinor;
  if (event.currency !== capture.currency || event.amountMinor > left || event.amountMinor === 0) {
    return 'mismatch';
  }
  const [refund] = await insertRefund(
    tx,
    newId(),
    capture.id,
    capture.paymentId,
    capture.orderId,
    'provider',
    event.amountMinor,
    event.currency,
    returnReasons.provider,
    'SUCCEEDED',
    event.providerRefundId,
    null,
  );
  await changeRefundAllocated(tx, capture.id, event.amountMinor);
  const facts = (['refund.created', 'refund.succeeded'] as const).map((type) =>
    buildRefundFact(type, refund!, returnReasons.provider),
  );
  await recordReturned(tx, order, capture, facts, byProvider(cause));
  return 'succeeded';
}

/** Locks in the general lock order: the order's row, the payment's, the capture's, the refund's. */
async function lockMoney(
  tx: Transaction,
  refundId: string,
): Promise<{ order: OrderForPayment | null; capture: CaptureRow; refund: RefundRow } | null> {
  const [found] = await findRefundById(tx, refundId);
  if (found === undefined) return null;
  const order = found.orderId === null ? null : await lockOrderForPayment(tx, found.orderId);
  await lockPayment(tx, found.paymentId);
  const [capture] = await lockCapture(tx, found.captureId);
  const [refund] = await lockRefund(tx, refundId);
  return capture === undefined || refund === undefined ? null : { order, capture, refund };
}

/** Records the facts and updates the status of payment and order for the money that paid the order. */
async function recordReturned(
  tx: Transaction,
  order: OrderForPayment | null,
  capture: CaptureRow,
  facts: readonly PaymentFact[],
  by: FactSource,
): Promise<void> {
  if (order === null || capture.kind !== 'matched' || !isPaid(order.paymentStatus)) {
    await recordFacts(tx, order, facts, by);
    return;
  }
  const [sum] = await sumReturned(tx, capture.id);
  const paymentStatus = getPaidStatus(capture.amountMinor, sum?.returnedMinor ?? 0);
  await markReturned(tx, capture.paymentId, paymentStatus === 'PAID' ? 'CAPTURED' : paymentStatus);
  await recordPayment(tx, order, { paymentStatus, facts, ...by });
}
