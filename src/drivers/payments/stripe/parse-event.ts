import type { Static, TSchema } from 'typebox';
import { matchesShape } from '../matches-shape.ts';
import { InvalidEventError, type ProviderEvent } from '../payment-provider.ts';
import { fromStripeAmount } from './amounts.ts';
import { findRefundFailure, toRefundState } from './refunds.ts';
import { AnyEvent, Charge, PaymentIntent, Refund, RefundedBefore, Session } from './schemas.ts';

type EventHead = Pick<ProviderEvent, 'id' | 'type' | 'createdAt'>;

/** An event about a charge that does not identify the refund, which must be found. */
export interface ChargeRefunded extends EventHead {
  readonly kind: 'charge-refunded';
  /** The refunds, if the event contains them, as in older API versions. */
  readonly refunds: readonly Static<typeof Refund>[] | null;
  /** The payment intent, or the charge if there is none. */
  readonly reference: string;
  /** What this refund added to the charge's refunded sum, in Stripe's unit; null if the event does not state it. */
  readonly addedAmount: number | null;
}

/**
 * Translates a webhook's body. Events that do not concern our payments or refunds become `ignored`, because other
 * software may use the same account. Throws `InvalidEventError` if the body does not have the shape of its type.
 */
export function parseEvent(body: unknown): ProviderEvent | ChargeRefunded {
  const event = read(AnyEvent, body, 'an event');
  const { id, type, data } = event;
  const head = { id, type, createdAt: new Date(event.created * 1000) };
  switch (type) {
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
      return parseCapture(head, read(Session, data.object, type));
    case 'checkout.session.async_payment_failed':
      return parseSessionEnd(head, 'failed', read(Session, data.object, type));
    case 'checkout.session.expired':
      return parseSessionEnd(head, 'expired', read(Session, data.object, type));
    case 'payment_intent.payment_failed':
      return parseFailedAttempt(head, read(PaymentIntent, data.object, type));
    case 'refund.updated':
    case 'refund.failed':
      return parseRefund(head, read(Refund, data.object, type));
    case 'charge.refunded':
      return parseChargeRefunded(head, read(Charge, data.object, type), data.previous_attributes);
    default:
      return { ...head, kind: 'ignored' };
  }
}

/** Translates a refund of Stripe that the event `head` reports. */
export function parseRefund(head: EventHead, refund: Static<typeof Refund>): ProviderEvent {
  return {
    ...head,
    kind: 'refund',
    refundId: refund.metadata?.refundId ?? null,
    paymentId: refund.metadata?.paymentId ?? null,
    providerRefundId: refund.id,
    providerReference: getId(refund.payment_intent) ?? getId(refund.charge),
    state: toRefundState(refund.status),
    ...parseMoney(refund.amount, refund.currency),
    failure: findRefundFailure(refund.status, refund.failure_reason ?? undefined),
  };
}

function parseCapture(head: EventHead, session: Static<typeof Session>): ProviderEvent {
  const paymentId = session.metadata?.paymentId;
  // Unpaid means a bank debit or similar in progress: another event reports how it ends.
  if (paymentId === undefined || session.payment_status !== 'paid') {
    return { ...head, kind: 'ignored' };
  }
  const providerReference = getId(session.payment_intent);
  if (providerReference === null || session.amount_total === null || session.currency === null) {
    throw new InvalidEventError(
      'a paid session must have a payment intent, an amount and a currency',
    );
  }
  const money = parseMoney(session.amount_total, session.currency);
  return { ...head, kind: 'captured', paymentId, capture: { providerReference, ...money } };
}

function parseSessionEnd(
  head: EventHead,
  kind: 'failed' | 'expired',
  session: Static<typeof Session>,
): ProviderEvent {
  const paymentId = session.metadata?.paymentId;
  if (paymentId === undefined) return { ...head, kind: 'ignored' };
  return kind === 'expired'
    ? { ...head, kind, paymentId }
    : { ...head, kind, paymentId, reason: null };
}

function parseFailedAttempt(head: EventHead, intent: Static<typeof PaymentIntent>): ProviderEvent {
  const paymentId = intent.metadata?.paymentId;
  if (paymentId === undefined) return { ...head, kind: 'ignored' };
  const reason = intent.last_payment_error?.message ?? null;
  return { ...head, kind: 'failed', paymentId, reason };
}

function parseChargeRefunded(
  head: EventHead,
  charge: Static<typeof Charge>,
  previous: object | undefined,
): ChargeRefunded {
  const reference = getId(charge.payment_intent) ?? charge.id;
  const addedAmount = matchesShape(RefundedBefore, previous)
    ? charge.amount_refunded - previous.amount_refunded
    : null;
  const refunds = charge.refunds?.data ?? null;
  return { ...head, kind: 'charge-refunded', refunds, reference, addedAmount };
}

function parseMoney(
  amount: number,
  stripeCurrency: string,
): { amountMinor: number; currency: string } {
  const currency = stripeCurrency.toUpperCase();
  const amountMinor = fromStripeAmount(amount, currency);
  if (amountMinor === null) {
    throw new InvalidEventError(`${amount} ${currency} is not whole in the minor unit`);
  }
  return { amountMinor, currency };
}

function getId(reference: string | { id: string } | null): string | null {
  return typeof reference === 'object' ? (reference?.id ?? null) : reference;
}

function read<Shape extends TSchema>(shape: Shape, value: unknown, what: string): Static<Shape> {
  if (!matchesShape(shape, value)) throw new InvalidEventError(`${what} has an unexpected shape`);
  return value;
}
