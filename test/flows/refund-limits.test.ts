import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';
import { createSession, type Reply, type Session } from '../support/session.ts';
import { addProduct } from '../support/shop.ts';
import { ageProof, readSession, signInAs } from '../support/signed-in.ts';
import { until } from '../support/until.ts';

/** Refunds over HTTP as the default setting limits them: 100.00 within an hour. */
const db = await testDatabase();
const server = await startTestServer(db, { background: true });
const { sku } = await addProduct(db.database, { priceMinor: 9_000, onHand: 1_000 });

async function pay(): Promise<string> {
  const customer = await server.signUp();
  const placed = await customer.post('/api/orders', { items: [{ sku, quantity: 1 }] });
  assert.equal(placed.status, 201, placed.text);
  const { id: orderId } = placed.json<{ id: string }>();
  const reply = await customer.post('/api/payments/initiate', { orderId });
  assert.equal(reply.status, 201, reply.text);
  const { payment, checkoutUrl } = reply.json<{ payment: { id: string }; checkoutUrl: string }>();
  const actions = `/sandbox/sessions/${new URL(checkoutUrl).pathname.split('/').at(-1)}/actions`;
  assert.equal((await server.anonymous.post(actions, { action: 'pay' })).status, 202);
  await until(async () => {
    const { status } = (await customer.get(`/api/payments/${payment.id}`)).json();
    assert.equal(status, 'CAPTURED');
  });
  return payment.id;
}

function refund(
  session: Session,
  paymentId: string,
  amount: number,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const body = { amount: { amount, currency: 'GBP' }, reason: 'It was cold' };
  return session.post(`/api/payments/${paymentId}/refunds`, body, headers);
}

const readCode = (reply: Reply) => (reply.status < 400 ? '' : reply.json<{ code: string }>().code);

test('an admin steps up for the refund that exceeds the limit, and sends it again', async () => {
  const [first, second] = [await pay(), await pay()];
  const old = await ageProof(server, await signInAs(server, 'admin'));
  const headers = { 'idempotency-key': newId() };
  assert.equal((await refund(old.session, first, 9_000)).status, 201);
  const refused = await refund(old.session, second, 1_001, headers);
  assert.equal(readCode(refused), 'auth.step_up_required');
  assert.deepEqual(refused.json().methods, ['password']);
  const { password } = old.session.identity;
  const stepped = await old.session.post('/api/auth/step-up', { password });
  const { session } = readSession(server, stepped, old.session.identity);
  const made = await refund(session, second, 1_001, headers);
  assert.equal(made.status, 201, made.text);
  const repeated = await refund(session, second, 1_001, headers);
  assert.equal(repeated.headers.get('idempotent-replayed'), 'true');
  assert.equal(repeated.text, made.text);
});

test('an API key refunds up to its own limit within an hour, and is never asked to step up', async () => {
  const [first, second] = [await pay(), await pay()];
  const { session: admin } = await signInAs(server, 'admin');
  const scopes = ['payments:refund', 'payments:read'];
  const createKey = async (refundMax?: number) => {
    const terms = refundMax === undefined ? {} : { refundMax };
    const reply = await admin.post('/api/api-keys', { name: 'till', scopes, ...terms });
    assert.equal(reply.status, 201, reply.text);
    const { secret, refundMax: shown } = reply.json<{ secret: string; refundMax: number }>();
    return { shown, key: createSession(server.url, { ...admin.identity, accessToken: secret }) };
  };
  const usual = await createKey();
  assert.equal(usual.shown, 10_000);
  assert.equal((await refund(usual.key, first, 9_000)).status, 201);
  const refused = await refund(usual.key, second, 1_001);
  assert.deepEqual([refused.status, readCode(refused)], [409, 'payments.refund_limit']);
  assert.deepEqual(refused.json().left, { amount: 1_000, currency: 'GBP' });
  const large = await createKey(50_000);
  assert.equal((await refund(large.key, second, 9_000)).status, 201);
});

test('a limit of a key is a whole number of at least 1, and belongs to a key that refunds', async () => {
  const { session: admin } = await signInAs(server, 'admin');
  const create = (scope: string, refundMax: unknown) =>
    admin.post('/api/api-keys', { name: 'till', scopes: [scope], refundMax });
  for (const refundMax of [0, -1, 1.5, '100', null, 2 ** 53]) {
    const reply = await create('payments:refund', refundMax);
    assert.equal(readCode(reply), 'request.invalid', String(refundMax));
  }
  assert.equal(readCode(await create('orders:read', 100)), 'request.invalid');
});
