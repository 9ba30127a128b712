import type { Transaction } from '../../../database/database.ts';
import type { ProviderCapture } from '../../../drivers/payments/payment-provider.ts';
import { appendEvents } from '../../../events/index.ts';
import { type Actor, type Cause, systemActor } from '../../../shared/caller.ts';
import { type Money, money } from '../../../shared/money.ts';
import { type OrderForPayment, type PaymentFact, recordPayment } from '../../orders/index.ts';
import type { RefundRow } from './refund-queries.ts';

/** The actor of a fact and its cause. */
export interface FactSource {
  readonly actor: Actor;
  readonly cause: Cause;
}

const noOrder = { orderId: null, customerId: null, sequence: null, from: null, to: null } as const;

/** Returns the source of facts that the provider reported. */
export function byProvider(cause: Cause): FactSource {
  return { actor: { type: 'provider', id: null, role: null }, cause };
}

/** Returns the source of facts that a background job of ours created. */
export function bySystem(job: string): FactSource {
  return { actor: systemActor, cause: { requestId: null, traceId: null, job } };
}

/**
 * Appends facts to the log: of the order whose row the caller has locked, with its payment status unchanged, or of no
 * order. Returns the order in its new state.
 */
export async function recordFacts(
  tx: Transaction,
  order: OrderForPayment | null,
  facts: readonly PaymentFact[],
  by: FactSource,
): Promise<OrderForPayment | null> {
  if (order !== null) {
    return recordPayment(tx, order, { paymentStatus: order.paymentStatus, facts, ...by });
  }
  await appendEvents(
    tx,
    facts.map((fact) => ({ ...fact, ...noOrder, ...by })),
  );
  return null;
}

export function buildCaptureFact(
  type: 'payment.captured' | 'payment.flagged',
  {
    paymentId,
    providerReference,
    amountMinor,
    currency,
  }: ProviderCapture & { readonly paymentId: string },
  reason: string | null = null,
): PaymentFact {
  return {
    type,
    reason,
    data: { paymentId, providerReference, amount: money(amountMinor, currency) },
  };
}

export function buildPaymentFact(
  type: 'payment.initiated' | 'payment.failed',
  payment: { readonly id: string; readonly amountMinor: number; readonly currency: string },
  reason: string | null = null,
): PaymentFact {
  const amount: Money = money(payment.amountMinor, payment.currency);
  return { type, reason, data: { paymentId: payment.id, amount } };
}

export function buildRefundFact(
  type: 'refund.created' | 'refund.succeeded' | 'refund.failed',
  { id, paymentId, cause, amountMinor, currency }: RefundRow,
  reason: string | null,
): PaymentFact {
  return {
    type,
    reason,
    data: { refundId: id, paymentId, cause, amount: money(amountMinor, currency) },
  };
}
