import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { startFakeStripe } from '../support/fake-stripe.ts';
import { startTestServer } from '../support/server.ts';
import type { Session } from '../support/session.ts';
import type { StripeEvent } from '../support/stripe/objects.ts';
import { until } from '../support/until.ts';

/** Whole payments over HTTP, with Stripe as the provider and background work running. */
const stripe = await startFakeStripe();
const { books } = stripe;
const db = await testDatabase();
const server = await startTestServer(db, {
  background: true,
  environment: {
    PAYMENT_PROVIDER: 'stripe',
    STRIPE_SECRET_KEY: stripe.secretKey,
    STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
    STRIPE_API_BASE: stripe.apiBase,
    RETRY_BASE_SECONDS: '0.05',
    CANCELLATIONS_PER_DAY_MAX: '0',
  },
});
const webhookUrl = `${server.url}/api/payments/webhook/stripe`;
const admin = await server.asAdmin();
const created = await admin.post('/api/products', {
  sku: 'NAAN',
  name: 'Plain Naan',
  price: { amount: 295, currency: 'GBP' },
  onHand: 1_000,
});
assert.equal(created.status, 201, created.text);

async function begin(customer: Session) {
  const placed = await customer.post('/api/orders', { items: [{ sku: 'NAAN', quantity: 2 }] });
  const orderId = placed.json<{ id: string }>().id;
  const reply = await customer.post('/api/payments/initiate', { orderId });
  assert.equal(reply.status, 201, reply.text);
  const { payment, checkoutUrl } = reply.json<{ payment: { id: string }; checkoutUrl: string }>();
  const session = [...books.sessions.values()].find(({ url }) => url === checkoutUrl);
  assert.ok(session);
  return { orderId, paymentId: payment.id, sessionId: session.id };
}

async function deliver(events: readonly StripeEvent[], times = 1): Promise<void> {
  const statuses = await stripe.deliver(webhookUrl, events, { times });
  assert.deepEqual(new Set(statuses), new Set([200]));
}

function readStatus(orderId: string, wanted: readonly [status: string, paymentStatus: string]) {
  return until(async () => {
    const order = (await admin.get(`/api/orders/${orderId}`)).json();
    assert.deepEqual([order.status, order.paymentStatus], wanted);
  });
}

async function listRefunds(sessionId: string): Promise<number[]> {
  const intent = books.sessions.get(sessionId)?.payment_intent;
  return [...books.refunds.values()]
    .filter((refund) => refund.payment_intent === intent)
    .map(({ amount }) => amount);
}

test('a payment at Stripe confirms the order, in whatever order and however often the events arrive', async () => {
  const { orderId, sessionId } = await begin(await server.signUp());
  const declined = books.decline(sessionId);
  const paid = books.pay(sessionId);
  await deliver([paid, declined, paid], 5);
  await readStatus(orderId, ['CONFIRMED', 'PAID']);
});

test('cancelling an order expires its session at Stripe', async () => {
  const customer = await server.signUp();
  const { orderId, sessionId } = await begin(customer);
  const cancelled = await customer.post(`/api/orders/${orderId}/cancel`, {});
  assert.equal(cancelled.status, 200, cancelled.text);
  await until(async () => assert.equal(books.sessions.get(sessionId)?.status, 'expired'));
});

test('a payment made before the session expired is refunded once', async () => {
  const customer = await server.signUp();
  const { orderId, sessionId } = await begin(customer);
  const paid = books.pay(sessionId);
  await customer.post(`/api/orders/${orderId}/cancel`, {});
  stripe.failNext({ kind: 'drop' });
  await deliver([paid], 3);
  await readStatus(orderId, ['CANCELLED', 'REFUNDED']);
  assert.deepEqual(await listRefunds(sessionId), [590]);
});

test('a partial refund by an admin is applied once, and its events change nothing more', async () => {
  const { orderId, paymentId, sessionId } = await begin(await server.signUp());
  await deliver([books.pay(sessionId)]);
  await readStatus(orderId, ['CONFIRMED', 'PAID']);
  const before = books.events.length;
  const path = `/api/payments/${paymentId}/refunds`;
  const reply = await admin.post(path, {
    amount: { amount: 100, currency: 'GBP' },
    reason: 'cold',
  });
  assert.equal(reply.status, 201, reply.text);
  await readStatus(orderId, ['CONFIRMED', 'PARTIALLY_REFUNDED']);
  await deliver(books.events.slice(before), 2);
  assert.deepEqual(await listRefunds(sessionId), [100]);
  await readStatus(orderId, ['CONFIRMED', 'PARTIALLY_REFUNDED']);
});

test('a refund made in the dashboard shows on the order', async () => {
  const { orderId, sessionId } = await begin(await server.signUp());
  await deliver([books.pay(sessionId)]);
  await readStatus(orderId, ['CONFIRMED', 'PAID']);
  const before = books.events.length;
  books.createRefund({ payment_intent: String(books.sessions.get(sessionId)?.payment_intent) });
  await deliver(books.events.slice(before).reverse());
  await readStatus(orderId, ['CONFIRMED', 'REFUNDED']);
});

test('a forged event is refused, and its order stays unpaid', async () => {
  const { orderId, sessionId } = await begin(await server.signUp());
  const event = books.pay(sessionId);
  const forged = await stripe.deliver(webhookUrl, [event], { secret: 'whsec_of_somebody_else' });
  const ahead = await stripe.deliver(webhookUrl, [event], { at: new Date(Date.now() + 600_000) });
  assert.deepEqual([...forged, ...ahead], [400, 400]);
  await readStatus(orderId, ['PENDING', 'PENDING']);
});

test('an event that needs Stripe to be understood is not acknowledged while Stripe is unavailable', async () => {
  const { orderId, sessionId } = await begin(await server.signUp());
  await deliver([books.pay(sessionId)]);
  await readStatus(orderId, ['CONFIRMED', 'PAID']);
  books.createRefund({ payment_intent: String(books.sessions.get(sessionId)?.payment_intent) });
  const event = books.events.findLast(({ type }) => type === 'charge.refunded')!;
  stripe.goAway(true);
  const statuses = await stripe.deliver(webhookUrl, [event]);
  stripe.goAway(false);
  assert.deepEqual(statuses, [503]);
  await deliver([event]);
  await readStatus(orderId, ['CONFIRMED', 'REFUNDED']);
});
