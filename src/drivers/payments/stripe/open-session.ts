import type { Stripe } from 'stripe';
import {
  type OpenSession,
  ProviderRefusedError,
  type ProviderSession,
  ProviderUnavailableError,
} from '../payment-provider.ts';
import { toStripeAmount } from './amounts.ts';
import { isKeyReused, isRefusalOfFields } from './translate-error.ts';

type SessionParams = Stripe.Checkout.SessionCreateParams;

const MINUTE_MS = 60_000;
/** Source: https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-expires_at */
const LIFETIME_MS_MIN = 30 * MINUTE_MS;
const LIFETIME_MS_MAX = 24 * 60 * MINUTE_MS;

/**
 * Opens a Checkout Session. Stripe refuses a key that is reused with another body, so a body depends on the payment
 * alone, never on the time of the attempt. Stripe may refuse the expiry or the e-mail address for its own reasons; a
 * further attempt under the same key leaves them out. At most one attempt creates a session.
 */
export async function openSession(
  stripe: Stripe,
  request: OpenSession,
  now: Date,
): Promise<ProviderSession> {
  const session = await createWithFirstAcceptedBody(
    stripe,
    request.paymentId,
    buildBodies(request, now),
  );
  if (session.url === null)
    throw new ProviderUnavailableError('Stripe returned a session without a page');
  return { sessionId: session.id, checkoutUrl: session.url };
}

async function createWithFirstAcceptedBody(
  stripe: Stripe,
  key: string,
  [body, ...others]: readonly SessionParams[],
): Promise<Stripe.Checkout.Session> {
  try {
    return await stripe.checkout.sessions.create(body, { idempotencyKey: key });
  } catch (error) {
    const mayHelp =
      isKeyReused(error) || isRefusalOfFields(error, ['expires_at', 'customer_email']);
    if (others.length === 0 || !mayHelp) throw error;
    return createWithFirstAcceptedBody(stripe, key, others);
  }
}

/** Builds the bodies in the order in which they are tried. */
function buildBodies(request: OpenSession, now: Date): SessionParams[] {
  const plain = buildPlainBody(request);
  const { customerEmail, expiresAt } = request;
  const named = customerEmail === null ? [] : [{ ...plain, customer_email: customerEmail }];
  const [first, ...others] = [...named, plain];
  if (expiresAt === null) return [first!, ...others];
  const ending = { ...first!, expires_at: Math.floor(expiresAt.getTime() / 1000) };
  const lifetimeMs = expiresAt.getTime() - now.getTime();
  const isAllowed = lifetimeMs > LIFETIME_MS_MIN + MINUTE_MS && lifetimeMs < LIFETIME_MS_MAX;
  // The lifetime is too short now, but may have been long enough on a first attempt whose response was lost.
  return isAllowed ? [ending, first!, ...others] : [first!, ending, ...others];
}

function buildPlainBody(request: OpenSession): SessionParams {
  const { paymentId, orderId, orderNumber, amountMinor, currency, returnUrl } = request;
  const amount = toStripeAmount(amountMinor, currency);
  if (amount === null) {
    throw new ProviderRefusedError(
      `Stripe cannot charge ${amountMinor} minor units of ${currency}`,
    );
  }
  const metadata = { paymentId, orderId, orderNumber };
  return {
    mode: 'payment',
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: currency.toLowerCase(),
          unit_amount: amount,
          product_data: { name: `Order ${orderNumber}` },
        },
      },
    ],
    client_reference_id: paymentId,
    metadata,
    // On the payment itself too: events about it do not carry the session's.
    payment_intent_data: { metadata },
    success_url: returnUrl,
    cancel_url: returnUrl,
  };
}
