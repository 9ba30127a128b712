import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';
import { createSession } from '../support/session.ts';
import { addProduct } from '../support/shop.ts';
import {
  code,
  holdPlaced,
  newEmail,
  orderOf,
  type PlacedByGuest,
  pointers,
} from '../support/strangers.ts';

/** Orders that staff take for people without an account, such as by phone. The shop need not take orders of guests. */
const db = await testDatabase();
const server = await startTestServer(db, { environment: { PENDING_ORDERS_MAX: '2' } });
const admin = await server.asAdmin();
const customer = await server.signUp();
const { sku } = await addProduct(db.database, { onHand: 10_000 });

async function keyWith(...scopes: string[]) {
  const reply = await admin.post('/api/api-keys', { name: 'till', scopes });
  const { id, secret } = reply.json<{ id: string; secret: string }>();
  return createSession(server.url, { email: '', password: '', accessToken: secret, userId: id });
}

describe('staff', () => {
  const guests: readonly [string, object, object][] = [
    ['a name', { name: 'Ada' }, { email: null, name: 'Ada', phone: null }],
    [
      'a phone number',
      { phone: '+44 20 7946 0000' },
      { email: null, name: '', phone: '+442079460000' },
    ],
    [
      'an e-mail address',
      { email: 'Ada@example.com' },
      { email: 'Ada@example.com', name: '', phone: null },
    ],
  ];
  for (const [what, guest, shown] of guests) {
    test(`order for a guest of whom they know ${what}, who can pay with the token`, async () => {
      for (const staff of [admin, await keyWith('orders:write')]) {
        const reply = await staff.post('/api/orders', orderOf(sku, guest));
        assert.equal(reply.status, 201, reply.text);
        const placed = reply.json<PlacedByGuest & { customer: object }>();
        assert.deepEqual(placed.customer, { id: placed.customerId, ...shown, guest: true });
        const holder = holdPlaced(server.url, placed);
        const paying = await holder.post('/api/payments/initiate', { orderId: placed.id });
        assert.equal(paying.status, 201, paying.text);
        const history = await admin.get(`/api/orders/${placed.id}/history`);
        const [first] = history.json<{ data: { actor: { id: string } }[] }>().data;
        assert.equal(first!.actor.id, staff.identity.userId);
      }
    });
  }

  test('state enough to know the guest, and either a guest or a customer', async () => {
    const customerId = customer.identity.userId;
    const refused: readonly [object, readonly string[]][] = [
      [orderOf(sku), ['/customerId']],
      [orderOf(sku, {}), ['/guest']],
      [orderOf(sku, { name: ' ' }), ['/guest/name']],
      [orderOf(sku, { phone: '' }), ['/guest']],
      [orderOf(sku, { name: 'Ada', phone: '12' }), ['/guest/phone']],
      [orderOf(sku, { name: 'Ada', email: 'ada' }), ['/guest/email']],
      [orderOf(sku, { name: 'Ada' }, { customerId }), ['/guest']],
    ];
    for (const [body, expected] of refused) {
      const reply = await admin.post('/api/orders', body);
      assert.equal(reply.status, 400, reply.text);
      assert.deepEqual(pointers(reply), expected);
    }
    const quoted = await admin.post('/api/quotes', orderOf(sku, { name: 'Ada' }));
    assert.equal(quoted.status, 200, quoted.text);
  });

  test('who may not order for customers may not order for guests', async () => {
    const body = orderOf(sku, { name: 'Ada' });
    const kitchen = await server.signInAs('kitchen');
    for (const staff of [kitchen, await keyWith('orders:read')]) {
      for (const path of ['/api/orders', '/api/quotes']) {
        assert.equal(code(await staff.post(path, body)), 'auth.forbidden');
      }
    }
  });

  test('are not refused by the limit of unpaid orders, towards which these orders count', async () => {
    const open = await startTestServer(db, {
      environment: { PENDING_ORDERS_MAX: '2', GUEST_CHECKOUT: 'true' },
    });
    const body = orderOf(sku, { email: newEmail() });
    for (let orders = 0; orders < 3; orders += 1) {
      assert.equal((await admin.post('/api/orders', body)).status, 201);
    }
    assert.equal(code(await open.anonymous.post('/api/orders', body)), 'orders.pending_limit');
  });

  test('place an order of a guest although the shop is paused', async () => {
    const paused = await admin.patch(
      '/api/shop',
      { acceptingOrders: false },
      { 'if-match': (await admin.get('/api/shop')).headers.get('etag') ?? '*' },
    );
    assert.equal(paused.status, 200, paused.text);
    try {
      const body = orderOf(sku, { name: 'Ada' });
      assert.equal(code(await admin.post('/api/orders', body)), 'orders.shop_paused');
      const overridden = { ...body, override: true, reason: 'A regular' };
      const placed = await admin.post('/api/orders', overridden);
      assert.equal(code(placed), '201');
      const { id, orderToken } = placed.json<{ id: string; orderToken: string }>();
      const readReason = async (headers: Record<string, string>, who = admin) => {
        const reply = await who.get(`/api/orders/${id}/history`, headers);
        assert.equal(reply.status, 200, reply.text);
        return reply.json<{ data: { reason: string | null }[] }>().data[0]!.reason;
      };
      assert.equal(await readReason({}), 'A regular');
      const ofGuest = await readReason({ authorization: `Bearer ${orderToken}` }, server.anonymous);
      assert.equal(ofGuest, null, 'a note among staff');
    } finally {
      const { version } = (await admin.get('/api/shop')).json<{ version: number }>();
      await admin.patch('/api/shop', { acceptingOrders: true, version });
    }
  });
});
