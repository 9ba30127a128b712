import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';

const server = await startTestServer(await testDatabase());
const admin = await server.asAdmin();

interface Order {
  readonly id: string;
  readonly number: string;
  readonly status: string;
  readonly version: number;
  readonly total: { readonly amount: number; readonly currency: string };
}

async function readStock(productId: string): Promise<Record<string, number>> {
  const reply = await admin.get(`/api/products/${productId}`);
  return reply.json<{ stock: Record<string, number> }>().stock;
}

test('a new customer signs up, places an order, and staff completes it', async () => {
  const created = await admin.post('/api/products', {
    sku: 'LEMON-TART',
    name: 'Lemon Tart',
    price: { amount: 595, currency: 'GBP' },
    onHand: 10,
  });
  assert.equal(created.status, 201, created.text);
  const product = created.json<{ id: string }>();

  const menu = await server.anonymous.get('/api/products');
  assert.equal(menu.status, 200);
  assert.equal(menu.json<{ data: unknown[] }>().data.length, 1);

  const customer = await server.signUp();
  const order = {
    items: [{ sku: 'LEMON-TART', quantity: 2, unitPrice: { amount: 595, currency: 'GBP' } }],
    expectedTotal: { amount: 1190, currency: 'GBP' },
  };
  const key = { 'idempotency-key': 'first-order' };
  const placed = await customer.post('/api/orders', order, key);
  assert.equal(placed.status, 201, placed.text);
  const { id, total, status } = placed.json<Order>();
  assert.deepEqual(total, { amount: 1190, currency: 'GBP' });
  assert.equal(status, 'PENDING');
  assert.equal(placed.headers.get('location'), `/api/orders/${id}`);
  assert.deepEqual(await readStock(product.id), { onHand: 10, reserved: 2, available: 8 });

  const repeated = await customer.post('/api/orders', order, key);
  assert.equal(repeated.status, 201);
  assert.equal(repeated.headers.get('idempotent-replayed'), 'true');
  assert.equal(repeated.text, placed.text);

  const kitchen = await server.signInAs('kitchen');
  for (const next of ['CONFIRMED', 'PREPARING', 'READY', 'COMPLETED']) {
    const moved = await kitchen.request('PATCH', `/api/orders/${id}/status`, {
      body: { status: next },
    });
    assert.equal(moved.status, 200, moved.text);
    assert.equal(moved.json<Order>().status, next);
  }
  assert.deepEqual(await readStock(product.id), { onHand: 8, reserved: 0, available: 8 });

  const history = await customer.get(`/api/orders/${id}/history`);
  assert.deepEqual(
    history.json<{ data: { to: string }[] }>().data.map(({ to }) => to),
    ['PENDING', 'CONFIRMED', 'PREPARING', 'READY', 'COMPLETED'],
  );
});

test("a customer cannot see another customer's order", async () => {
  const stranger = await server.signUp();
  const [order] = (await admin.get('/api/orders')).json<{ data: Order[] }>().data;
  assert.equal((await stranger.get(`/api/orders/${order!.id}`)).status, 404);
  assert.deepEqual((await stranger.get('/api/orders')).json<{ data: Order[] }>().data, []);
});

test('a client with the newest version of an order gets a 304 with only the entity tag', async () => {
  const [order] = (await admin.get('/api/orders')).json<{ data: Order[] }>().data;
  const etag = `"${order!.version}"`;
  const reply = await admin.get(`/api/orders/${order!.id}`, { 'if-none-match': etag });
  assert.equal(reply.status, 304);
  assert.equal(reply.headers.get('etag'), etag);
  // A 304 may state only the length and type that the 200 would have. Source: RFC 9110 §8.6.
  assert.equal(reply.headers.get('content-length'), null);
  assert.equal(reply.headers.get('content-type'), null);
  assert.equal(reply.text, '');
});
