import type { Stripe } from 'stripe';
import {
  type ProviderCapture,
  type ProviderSessionState,
  ProviderUnavailableError,
} from '../payment-provider.ts';
import { fromStripeAmount } from './amounts.ts';
import { isNotFound } from './translate-error.ts';

/** Returns null if Stripe has no such session. */
export async function findSession(
  stripe: Stripe,
  sessionId: string,
): Promise<ProviderSessionState | null> {
  try {
    const session = await stripe.checkout.sessions.retrieve(sessionId, {
      expand: ['payment_intent'],
    });
    // Expanded, so never an id.
    const intent = session.payment_intent as Stripe.PaymentIntent | null;
    return { state: getSessionState(session, intent), captures: getCaptures(intent) };
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

function getSessionState(
  { status, payment_status }: Stripe.Checkout.Session,
  intent: Stripe.PaymentIntent | null,
): ProviderSessionState['state'] {
  if (status === 'expired') return 'EXPIRED';
  if (status !== 'complete') return 'OPEN';
  if (payment_status !== 'unpaid') return 'PAID';
  // Complete and unpaid: a bank debit or similar is in progress, until it fails and leaves the intent without a method.
  return intent?.status === 'requires_payment_method' || intent?.status === 'canceled'
    ? 'FAILED'
    : 'OPEN';
}

/** A session has one payment intent, which is captured once. */
function getCaptures(intent: Stripe.PaymentIntent | null): ProviderCapture[] {
  if (intent === null || intent.amount_received === 0) return [];
  const currency = intent.currency.toUpperCase();
  const amountMinor = fromStripeAmount(intent.amount_received, currency);
  if (amountMinor === null) {
    throw new ProviderUnavailableError(
      `Stripe: ${intent.amount_received} ${currency} is not whole in the minor unit`,
    );
  }
  return [{ providerReference: intent.id, amountMinor, currency }];
}
