import type { Stripe } from 'stripe';
import { isRefusedRequest } from './translate-error.ts';

/**
 * Closes a session, without an idempotency key: closing twice is harmless, while Stripe would repeat a failure under a
 * key for a day. Stripe refuses to close a session that is paid or has ended, without a specific error code, so the
 * session's status decides.
 */
export async function closeSession(stripe: Stripe, sessionId: string): Promise<void> {
  try {
    await stripe.checkout.sessions.expire(sessionId);
  } catch (error) {
    if (!isRefusedRequest(error)) throw error;
    const { status } = await stripe.checkout.sessions.retrieve(sessionId);
    if (status === 'open') throw error;
  }
}
