import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stripe } from 'stripe';
import {
  ProviderRefusedError,
  ProviderUnavailableError,
} from '../../../../src/drivers/payments/payment-provider.ts';
import { newStripeSession, startStripeBench } from '../../../support/stripe-bench.ts';

const { stripe, provider, driver } = await startStripeBench();
const { books } = stripe;

function inMinutes(minutes: number): Date {
  return new Date(Date.now() + minutes * 60_000);
}

function listSessions(paymentId: string): Stripe.Checkout.Session[] {
  return [...books.sessions.values()].filter((it) => it.client_reference_id === paymentId);
}

test('a session charges the whole total in one line and names the order and payment', async () => {
  const request = newStripeSession({ amountMinor: 44_651 });
  const { sessionId, checkoutUrl } = await provider.openSession(request);
  const session = books.sessions.get(sessionId);
  const { paymentId, orderId, orderNumber } = request;
  assert.equal(session?.url, checkoutUrl);
  assert.equal(session?.amount_total, 44_651);
  assert.equal(session?.currency, 'gbp');
  assert.equal(session?.customer_email, request.customerEmail);
  assert.equal(session?.success_url, request.returnUrl);
  assert.equal(session?.cancel_url, request.returnUrl);
  assert.deepEqual(session?.metadata, { paymentId, orderId, orderNumber });
  const sent = stripe.requests.find(({ key }) => key === paymentId);
  assert.equal(sent?.version, Stripe.API_VERSION);
});

test('the payment intent of a session also names the order', async () => {
  const request = newStripeSession();
  const { sessionId } = await provider.openSession(request);
  books.pay(sessionId);
  const intent = books.intents.get(String(books.sessions.get(sessionId)?.payment_intent));
  const { paymentId, orderId, orderNumber } = request;
  assert.deepEqual(intent?.metadata, { paymentId, orderId, orderNumber });
});

test('a session expires with its order if Stripe allows that time, else after a day', async () => {
  const cases: [Date | null, boolean][] = [
    [inMinutes(60), true],
    [inMinutes(30), false],
    [inMinutes(25 * 60), false],
    [null, false],
  ];
  for (const [expiresAt, ends] of cases) {
    const { sessionId } = await provider.openSession(newStripeSession({ expiresAt }));
    const endsAt = (books.sessions.get(sessionId)?.expires_at ?? 0) * 1_000;
    const expected = ends ? Number(expiresAt) : Number(inMinutes(24 * 60));
    assert.ok(Math.abs(endsAt - expected) < 10_000, `${expiresAt?.toISOString()}`);
  }
});

test('a retry within half an hour of the expiry finds the existing session', async () => {
  const request = newStripeSession({ expiresAt: inMinutes(60) });
  const first = await provider.openSession(request);
  const later = driver({ clock: { now: () => inMinutes(45) } });
  assert.deepEqual(await later.openSession(request), first);
  assert.equal(listSessions(request.paymentId).length, 1);
});

test('a clock difference affects the expiry of the session, not the payment', async () => {
  const late = driver({ clock: { now: () => inMinutes(-20) } });
  const request = newStripeSession({ expiresAt: inMinutes(20) });
  const { sessionId } = await late.openSession(request);
  assert.equal((await provider.findSession(sessionId))?.state, 'OPEN');
});

test('an e-mail address that Stripe rejects is omitted, so Stripe asks for one', async () => {
  const request = newStripeSession({ customerEmail: 'ada@localhost' });
  const { sessionId } = await provider.openSession(request);
  assert.equal(books.sessions.get(sessionId)?.customer_email, null);
  assert.deepEqual((await provider.openSession(request)).sessionId, sessionId);
});

test('a customer without an e-mail address gets a session, once, in which Stripe asks for one', async () => {
  for (const expiresAt of [null, inMinutes(20), inMinutes(60)]) {
    const request = newStripeSession({ customerEmail: null, expiresAt });
    const { sessionId } = await provider.openSession(request);
    assert.equal(books.sessions.get(sessionId)?.customer_email, null);
    assert.equal(listSessions(request.paymentId).length, 1);
  }
});

test('a connection that drops after each attempt creates one session, which the retry finds', async () => {
  const request = newStripeSession();
  stripe.failNext({ kind: 'drop' }, { kind: 'drop' }, { kind: 'drop' });
  await assert.rejects(provider.openSession(request), ProviderUnavailableError);
  const { sessionId } = await provider.openSession(request);
  assert.deepEqual(
    listSessions(request.paymentId).map(({ id }) => id),
    [sessionId],
  );
});

test('a single 500 from Stripe is retried, and a 429 is reported as unavailable', async () => {
  stripe.failNext({ kind: 'answer', status: 500 });
  await provider.openSession(newStripeSession());
  stripe.failNext({ kind: 'answer', status: 429 });
  await assert.rejects(provider.openSession(newStripeSession()), ProviderUnavailableError);
});

test('a slow response times out, and the retry finds the same session', async () => {
  const impatient = driver({ timeoutMs: 50 });
  const request = newStripeSession();
  const slow = { kind: 'slow', delayMs: 2_500 } as const;
  stripe.failNext(slow, slow, slow);
  await assert.rejects(impatient.openSession(request), ProviderUnavailableError);
  await provider.openSession(request).catch(() => null);
  await provider.openSession(request);
  assert.equal(listSessions(request.paymentId).length, 1);
});

test('a wrong secret key is a problem for the operator, not a refusal of the payment', async () => {
  const stranger = driver({ secretKey: 'sk_test_of_another_account' });
  await assert.rejects(stranger.openSession(newStripeSession()), ProviderUnavailableError);
});

test('an amount that Stripe cannot express is refused without a request', async () => {
  const request = newStripeSession({ amountMinor: 5_124, currency: 'KWD' });
  await assert.rejects(provider.openSession(request), ProviderRefusedError);
  assert.deepEqual(listSessions(request.paymentId), []);
});

test('closing an unknown session is refused', async () => {
  const close = provider.closeSession({ sessionId: 'cs_test_none', key: 'close' });
  await assert.rejects(close, ProviderRefusedError);
});

test('closing is retried after a failed response', async () => {
  const { sessionId } = await provider.openSession(newStripeSession());
  stripe.failNext({ kind: 'fail-after' }, { kind: 'drop' }, { kind: 'drop' });
  const close = { sessionId, key: 'close' };
  await provider.closeSession(close).catch(() => {});
  await provider.closeSession(close);
  assert.equal((await provider.findSession(sessionId))?.state, 'EXPIRED');
});

test('a bank debit is open while in progress, then paid or failed', async () => {
  for (const outcome of ['succeeded', 'failed'] as const) {
    const { sessionId } = await provider.openSession(newStripeSession({ amountMinor: 700 }));
    books.payLater(sessionId);
    assert.deepEqual(await provider.findSession(sessionId), { state: 'OPEN', captures: [] });
    books.settlePayment(sessionId, outcome);
    const found = await provider.findSession(sessionId);
    assert.equal(found?.state, outcome === 'succeeded' ? 'PAID' : 'FAILED');
    assert.equal(found?.captures.length, outcome === 'succeeded' ? 1 : 0);
  }
});
