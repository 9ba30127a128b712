import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { signedHeaders, webhookSecret } from '../support/sandbox.ts';
import { startTestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

/** Compares the shop's records with the sandbox's, which are stored separately. */
const db = await testDatabase();
const server = await startTestServer(db, {
  background: true,
  environment: { SANDBOX_WEBHOOK_SECRET: webhookSecret },
});
const admin = await server.asAdmin();
const created = await admin.post('/api/products', {
  sku: 'NAAN',
  name: 'Plain Naan',
  price: { amount: 295, currency: 'GBP' },
  onHand: 100,
});
assert.equal(created.status, 201, created.text);

async function begin() {
  const customer = await server.signUp();
  const placed = await customer.post('/api/orders', { items: [{ sku: 'NAAN', quantity: 2 }] });
  const orderId = placed.json<{ id: string }>().id;
  const reply = await customer.post('/api/payments/initiate', { orderId });
  assert.equal(reply.status, 201, reply.text);
  return { orderId, paymentId: reply.json<{ payment: { id: string } }>().payment.id };
}

async function send(body: string): Promise<number> {
  const reply = await fetch(`${server.url}/api/payments/webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signedHeaders(body) },
    body,
  });
  return reply.status;
}

function paid(orderId: string): Promise<void> {
  return until(async () => {
    const order = (await admin.get(`/api/orders/${orderId}`)).json();
    assert.deepEqual([order.status, order.paymentStatus], ['CONFIRMED', 'PAID']);
  });
}

const reconcile = () =>
  server.application.modules.payments.reconcilePayments({
    since: new Date(Date.now() - 3_600_000),
  });

test('a signed event the sandbox did not send pays the order once in twenty deliveries, and both records agree', async () => {
  const { orderId, paymentId } = await begin();
  const body = JSON.stringify({
    id: `evt_${randomBytes(6).toString('hex')}`,
    type: 'payment.captured',
    createdAt: new Date().toISOString(),
    data: { paymentId, providerReference: `ref_${paymentId}`, amount: 590, currency: 'GBP' },
  });
  const statuses = await Promise.all(Array.from({ length: 20 }, () => send(body)));
  assert.deepEqual([...new Set(statuses)], [200]);
  await paid(orderId);
  const report = await reconcile();
  assert.deepEqual([report.differing, report.unreachable, report.healed], [[], [], []]);
});

test('reconciliation finds a payment whose webhook is late', async () => {
  const { orderId, paymentId } = await begin();
  const action = { action: 'pay', delayMs: 3_600_000 };
  const reply = await server.anonymous.post(`/sandbox/sessions/${paymentId}/actions`, action);
  assert.equal(reply.status, 202, reply.text);
  const report = await reconcile();
  assert.equal(report.healed.length, 1, JSON.stringify(report));
  await paid(orderId);
});
