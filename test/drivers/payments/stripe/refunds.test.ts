import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ProviderRefusedError,
  ProviderUnavailableError,
} from '../../../../src/drivers/payments/payment-provider.ts';
import { newId } from '../../../../src/shared/ids.ts';
import { newStripeSession, startStripeBench } from '../../../support/stripe-bench.ts';

const { stripe, provider } = await startStripeBench();
const { books } = stripe;

async function paid(amountMinor = 1_000) {
  const session = newStripeSession({ amountMinor });
  const { sessionId } = await provider.openSession(session);
  books.pay(sessionId);
  const reference = String(books.sessions.get(sessionId)?.payment_intent);
  const refund = {
    refundId: newId(),
    paymentId: session.paymentId,
    providerReference: reference,
    amountMinor,
    currency: 'GBP',
  };
  return { reference, refund };
}

function listRefundsMade(reference: string) {
  return [...books.refunds.values()].filter((it) => it.payment_intent === reference);
}

test('a refund at Stripe names our refund and payment', async () => {
  const { reference, refund } = await paid();
  const made = await provider.refund({ ...refund, amountMinor: 250 });
  const [kept] = listRefundsMade(reference);
  assert.deepEqual(made, { providerRefundId: kept?.id, state: 'SUCCEEDED', failure: null });
  assert.equal(kept?.amount, 250);
  assert.deepEqual(kept?.metadata, { refundId: refund.refundId, paymentId: refund.paymentId });
});

test('a charge without a payment intent is refunded by its own id', async () => {
  const { reference, refund } = await paid();
  const charge = String(books.intents.get(reference)?.latest_charge);
  await provider.refund({ ...refund, paymentId: null, providerReference: charge });
  assert.deepEqual(listRefundsMade(reference)[0]?.metadata, { refundId: refund.refundId });
});

test('a connection that drops after each attempt creates one refund', async () => {
  const { reference, refund } = await paid();
  stripe.failNext({ kind: 'drop' }, { kind: 'drop' }, { kind: 'drop' });
  await assert.rejects(provider.refund(refund), ProviderUnavailableError);
  assert.equal((await provider.refund(refund)).state, 'SUCCEEDED');
  assert.equal(listRefundsMade(reference).length, 1);
});

test('a refund made despite repeated 500s is found by the retry', async () => {
  const { reference, refund } = await paid();
  stripe.failNext({ kind: 'fail-after' });
  await assert.rejects(provider.refund(refund), ProviderUnavailableError);
  assert.equal((await provider.refund(refund)).state, 'SUCCEEDED');
  assert.equal(listRefundsMade(reference).length, 1);
});

test('a refund is found among more than one page of others', async () => {
  const { reference, refund } = await paid();
  const first = { ...refund, amountMinor: 1 };
  const made = await provider.refund(first);
  for (let count = 0; count < 120; count += 1) {
    books.createRefund({ payment_intent: reference, amount: '1' });
  }
  assert.deepEqual(await provider.refund(first), made);
});

test('a refund of more than is left is refused permanently', async () => {
  const { refund } = await paid(1_000);
  await assert.rejects(provider.refund({ ...refund, amountMinor: 1_001 }), ProviderRefusedError);
});

test('a second full refund is refused permanently', async () => {
  const { refund } = await paid();
  await provider.refund(refund);
  await assert.rejects(provider.refund({ ...refund, refundId: newId() }), ProviderRefusedError);
});

test('an unfinished refund is pending until it succeeds, or fails with a reason', async () => {
  books.refundsBegin = 'pending';
  try {
    for (const outcome of ['succeeded', 'failed'] as const) {
      const { refund } = await paid();
      const { providerRefundId, state } = await provider.refund(refund);
      assert.equal(state, 'PENDING');
      books.settleRefund(providerRefundId, outcome);
      const failed = outcome === 'failed';
      assert.deepEqual(await provider.findRefund({ ...refund, providerRefundId }), {
        providerRefundId,
        state: failed ? 'FAILED' : 'SUCCEEDED',
        failure: failed ? 'lost_or_stolen_card' : null,
      });
    }
  } finally {
    books.refundsBegin = 'succeeded';
  }
});

test('a refund of an unknown charge is refused, and none is found', async () => {
  const { refund } = await paid();
  const unknown = { ...refund, providerReference: 'pi_none', providerRefundId: null };
  await assert.rejects(provider.refund(unknown), ProviderRefusedError);
  assert.equal(await provider.findRefund(unknown), null);
});
