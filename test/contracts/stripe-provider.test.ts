import { newStripeSession, startStripeBench } from '../support/stripe-bench.ts';
import { paymentProviderContract } from './payment-provider-contract.ts';

const { stripe, provider, driver } = await startStripeBench();

paymentProviderContract('stripe', {
  provider,
  unreachable: driver({ apiBase: 'http://127.0.0.1:1' }),
  newSession: newStripeSession,
  pay: async (sessionId) => stripe.sign(stripe.books.pay(sessionId)),
  decline: async (sessionId) => stripe.sign(stripe.books.decline(sessionId)),
  dropNextAnswer: () => stripe.failNext({ kind: 'drop' }),
  async countRefunds(providerReference) {
    const refunds = [...stripe.books.refunds.values()];
    return refunds.filter((refund) => refund.payment_intent === providerReference).length;
  },
});
