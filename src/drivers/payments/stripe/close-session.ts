import type { Stripe } from 'stripe';
import { isRefusedRequest } from './translate-error.ts';

/**
 * Ends a session. It bears no key of ours: to end a session twice does nothing more, while Stripe would answer a failure
 * under a key with the same failure for a day. Stripe refuses to end a session that is paid or over, with no code of its
 * own for it, so what the session has become decides.
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
