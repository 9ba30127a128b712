import type { Stripe } from 'stripe';
import {
  type ProviderRefund,
  ProviderRefusedError,
  type RefundState,
  type RequestRefund,
} from '../payment-provider.ts';
import { toStripeAmount } from './amounts.ts';
import { isNotFound } from './translate-error.ts';

/** The most that Stripe lists on a page; it is asked for as many pages as there are. */
const PAGE_LENGTH_MAX = 100;

/**
 * Gives money back once. The key alone holds that for as long as Stripe keeps it, which is at least a day, and Stripe
 * answers a 500 under it again and again. So the refund is looked for first: one that was made is found, however late.
 */
export async function createRefund(
  stripe: Stripe,
  request: RequestRefund,
): Promise<ProviderRefund> {
  const { refundId, paymentId, providerReference, amountMinor, currency } = request;
  const amount = toStripeAmount(amountMinor, currency);
  if (amount === null) {
    throw new ProviderRefusedError(
      `Stripe cannot give back ${amountMinor} minor units of ${currency}`,
    );
  }
  const made = await findOwnRefund(stripe, providerReference, refundId);
  if (made !== null) return made;
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

/** Null when Stripe has no such refund. */
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

/** Stripe's words for a state in ours. `requires_action` waits for the customer's bank details. */
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

/** Why a refund in that state failed; null for one that did not. */
export function findRefundFailure(
  status: string | null,
  reason: string | undefined,
): string | null {
  return toRefundState(status) === 'FAILED' ? (reason ?? status) : null;
}

/** All refunds of a charge or payment, the newest first. */
export function listRefunds(stripe: Stripe, reference: string): AsyncIterable<Stripe.Refund> {
  return stripe.refunds.list({ ...buildChargeReference(reference), limit: PAGE_LENGTH_MAX });
}

/** Refunds cannot be searched at Stripe by their metadata, so those of the charge are looked through. */
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

/** Money that came in without a payment intent is named by its charge. */
function buildChargeReference(reference: string): { payment_intent: string } | { charge: string } {
  return reference.startsWith('pi_') ? { payment_intent: reference } : { charge: reference };
}
