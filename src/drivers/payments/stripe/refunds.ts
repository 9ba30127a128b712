import type { Stripe } from 'stripe';
import {
  type ProviderRefund,
  ProviderRefusedError,
  type RefundState,
  type RequestRefund,
} from '../payment-provider.ts';
import { toStripeAmount } from './amounts.ts';
import { isNotFound } from './translate-error.ts';

/** The longest page that Stripe lists. All pages are read. */
const PAGE_LENGTH_MAX = 100;

/**
 * Creates a refund once. The idempotency key alone is not enough: Stripe guarantees it for a day only, and repeats
 * a 500 under it. So the refund is searched first, and an existing one is found at any time.
 */
export async function createRefund(
  stripe: Stripe,
  request: RequestRefund,
): Promise<ProviderRefund> {
  const { refundId, paymentId, providerReference, amountMinor, currency } = request;
  const amount = toStripeAmount(amountMinor, currency);
  if (amount === null) {
    throw new ProviderRefusedError(
      `Stripe cannot refund ${amountMinor} minor units of ${currency}`,
    );
  }
  const existing = await findOwnRefund(stripe, providerReference, refundId);
  if (existing !== null) return existing;
  const refund = await stripe.refunds.create(
    {
      ...buildChargeReference(providerReference),
      amount,
      metadata: { refundId, ...(paymentId === null ? {} : { paymentId }) },
    },
    { idempotencyKey: refundId },
  );
  return readRefund(refund);
}

/** Returns null if Stripe has no such refund. */
export async function findRefund(
  stripe: Stripe,
  request: { refundId: string; providerRefundId: string | null; providerReference: string },
): Promise<ProviderRefund | null> {
  const { refundId, providerRefundId, providerReference } = request;
  try {
    if (providerRefundId === null) return await findOwnRefund(stripe, providerReference, refundId);
    return readRefund(await stripe.refunds.retrieve(providerRefundId));
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** Translates the status of a refund. `requires_action` waits for the customer's bank details. */
export function toRefundState(status: string | null): RefundState {
  switch (status) {
    case 'succeeded':
      return 'SUCCEEDED';
    case 'failed':
    case 'canceled':
      return 'FAILED';
    default:
      return 'PENDING';
  }
}

/** Returns why a refund with that status failed; null if it did not fail. */
export function findRefundFailure(
  status: string | null,
  reason: string | undefined,
): string | null {
  return toRefundState(status) === 'FAILED' ? (reason ?? status) : null;
}

/** Lists all refunds of a charge or payment, newest first. */
export function listRefunds(stripe: Stripe, reference: string): AsyncIterable<Stripe.Refund> {
  return stripe.refunds.list({ ...buildChargeReference(reference), limit: PAGE_LENGTH_MAX });
}

/** Finds a refund among those of the charge, because Stripe cannot search refunds by metadata. */
async function findOwnRefund(
  stripe: Stripe,
  reference: string,
  refundId: string,
): Promise<ProviderRefund | null> {
  for await (const refund of listRefunds(stripe, reference)) {
    if (refund.metadata?.refundId === refundId) return readRefund(refund);
  }
  return null;
}

function readRefund({ id, status, failure_reason }: Stripe.Refund): ProviderRefund {
  return {
    providerRefundId: id,
    state: toRefundState(status),
    failure: findRefundFailure(status, failure_reason),
  };
}

/** A charge without a payment intent is identified by its own id. */
function buildChargeReference(reference: string): { payment_intent: string } | { charge: string } {
  return reference.startsWith('pi_') ? { payment_intent: reference } : { charge: reference };
}
