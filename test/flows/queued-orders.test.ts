import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';
import type { Reply, Session } from '../support/session.ts';
import { addProduct, findStock } from '../support/shop.ts';
import { until } from '../support/until.ts';

/** A server that accepts orders but places them only when a test asks for it. */
const db = await testDatabase();
const api = await startTestServer(db, {
  environment: { QUEUE_ATTEMPTS_MAX: '2', RETRY_BASE_SECONDS: '0.05' },
});
const async = { prefer: 'respond-async' };

interface OrderBody {
  readonly id: string;
  readonly status: string;
  readonly paymentStatus: string;
  readonly version: number;
  readonly vip: boolean;
  readonly total: { readonly amount: number };
  readonly expiresAt: string | null;
  readonly failure: { readonly code: string; readonly detail: string } | null;
  readonly allowedTransitions: readonly string[];
  readonly customer?: { readonly id: string };
}

function readOrder(reply: Reply): OrderBody {
  return reply.json<OrderBody>();
}

function queue(session: Session, sku: string, more: object = {}, headers: object = {}) {
  return session.post(
    '/api/orders',
    { items: [{ sku, quantity: 1 }], ...more },
    { ...async, ...headers },
  );
}

async function requireQueued(reply: Reply): Promise<OrderBody> {
  assert.equal(reply.status, 202, reply.text);
  const order = readOrder(reply);
  assert.equal(order.status, 'QUEUED');
  assert.equal(reply.headers.get('preference-applied'), 'respond-async');
  assert.equal(reply.headers.get('location'), `/api/orders/${order.id}`);
  assert.equal(reply.headers.get('etag'), '"1"');
  return order;
}

/** Returns the order as its owner sees it once it is no longer queued. */
function ended(session: Session, orderId: string): Promise<Reply> {
  return until(async () => {
    const reply = await session.get(`/api/orders/${orderId}`);
    assert.equal(reply.status, 200, reply.text);
    assert.notEqual(readOrder(reply).status, 'QUEUED');
    return reply;
  });
}

test('an order is accepted as QUEUED with the preference, and placed without it or with another one', async () => {
  const product = await addProduct(db.database);
  const customer = await api.signUp();
  const order = await requireQueued(await queue(customer, product.sku));
  assert.equal(order.version, 1);
  assert.equal(order.expiresAt, null);
  assert.equal(order.paymentStatus, 'UNPAID');
  assert.deepEqual(order.allowedTransitions, ['CANCELLED']);
  assert.deepEqual(await findStock(db.database, product.id), { onHand: 10, reserved: 0 });
  await requireQueued(
    await queue(customer, product.sku, {}, { prefer: 'wait=10; a="b,c", Respond-Async' }),
  );
  for (const prefer of ['return=minimal', 'respond-async-not, x="respond-async"', '']) {
    const placed = await queue(customer, product.sku, {}, { prefer });
    assert.equal(placed.status, 201, placed.text);
    assert.equal(placed.headers.get('preference-applied'), null);
    assert.equal(readOrder(placed).status, 'PENDING');
  }
  const listed = await customer.get('/api/orders?status=QUEUED');
  assert.equal(listed.json<{ data: unknown[] }>().data.length, 2);
});

test('invalid input, unknown products and too many open orders are refused at once; price and stock are not checked', async () => {
  const product = await addProduct(db.database, { onHand: 0 });
  const customer = await api.signUp();
  const unknown = await queue(customer, 'NO-SUCH');
  assert.equal(unknown.status, 400);
  assert.equal(unknown.json().code, 'catalog.unknown_product');
  assert.equal(unknown.headers.get('preference-applied'), null);
  const dollars = await queue(customer, product.sku, {
    expectedTotal: { amount: 1, currency: 'USD' },
  });
  assert.equal(dollars.json().code, 'request.invalid');
  assert.equal((await queue(customer, product.sku, { price: 1 })).status, 400);
  for (let count = 0; count < 5; count += 1) {
    const stated = { expectedTotal: { amount: 1, currency: 'GBP' } };
    await requireQueued(await queue(customer, product.sku, stated));
  }
  const sixth = await queue(customer, product.sku);
  assert.equal(sixth.status, 409);
  assert.equal(sixth.json().code, 'orders.pending_limit');
  assert.equal((await queue(await api.signInAs('kitchen'), product.sku)).status, 403);
  assert.equal((await queue(api.anonymous, product.sku)).status, 401);
});

test('a QUEUED order can be cancelled by its owner, but neither paid nor moved to another status', async () => {
  const product = await addProduct(db.database);
  const customer = await api.signUp();
  const { id } = await requireQueued(await queue(customer, product.sku));
  const unpayable = await customer.post('/api/payments/initiate', { orderId: id });
  assert.equal(unpayable.json().code, 'payments.not_payable');
  for (const status of ['PENDING', 'FAILED', 'CONFIRMED']) {
    const kitchen = await api.signInAs('kitchen');
    const moved = await kitchen.patch(`/api/orders/${id}/status`, { status });
    assert.equal(moved.status, 409);
    assert.equal(moved.json().code, 'orders.illegal_transition');
  }
  const stale = await customer.post(`/api/orders/${id}/cancel`, {}, { 'if-match': '"2"' });
  assert.equal(stale.status, 412);
  const cancelled = await customer.post(`/api/orders/${id}/cancel`, {}, { 'if-match': '"1"' });
  assert.equal(cancelled.status, 200, cancelled.text);
  assert.equal(cancelled.headers.get('etag'), '"2"');
  assert.equal(readOrder(cancelled).status, 'CANCELLED');
  const again = await customer.post(`/api/orders/${id}/cancel`);
  assert.equal(again.json().code, 'orders.not_cancellable');
});

test('the worker places it as PENDING with a payment deadline and a new version and entity tag', async () => {
  const product = await addProduct(db.database);
  const customer = await api.signUp();
  const queued = await requireQueued(await queue(customer, product.sku));
  const before = await customer.get(`/api/orders/${queued.id}`, { 'if-none-match': '"1"' });
  assert.equal(before.status, 304);
  api.application.start();
  const reply = await ended(customer, queued.id);
  const placed = readOrder(reply);
  assert.equal(placed.status, 'PENDING');
  assert.equal(placed.version, 2);
  assert.equal(reply.headers.get('etag'), '"2"');
  assert.ok(Date.parse(placed.expiresAt!) > Date.now() + 25 * 60_000);
  assert.deepEqual(await findStock(db.database, product.id), { onHand: 10, reserved: 1 });
  const history = await customer.get(`/api/orders/${queued.id}/history`);
  const { data } = history.json<{ data: { type: string; cause: Record<string, unknown> }[] }>();
  assert.deepEqual(
    data.map(({ type }) => type),
    ['order.queued', 'order.placed'],
  );
  assert.equal(data[1]!.cause.job, 'orders.place-queued');
  assert.equal(data[1]!.cause.requestId, data[0]!.cause.requestId);
  const paid = await customer.post('/api/payments/initiate', { orderId: queued.id });
  assert.equal(paid.status, 201, paid.text);
});

test('an order that cannot be placed becomes FAILED with a reason whose code has a page', async () => {
  const scarce = await addProduct(db.database, { onHand: 0 });
  const product = await addProduct(db.database, { priceMinor: 295 });
  const customer = await api.signUp();
  const short = await requireQueued(await queue(customer, scarce.sku));
  const drifted = await requireQueued(
    await queue(customer, product.sku, { expectedTotal: { amount: 1, currency: 'GBP' } }),
  );
  assert.equal(drifted.total.amount, 295);
  const expected = [
    [short, 'inventory.insufficient_stock'],
    [drifted, 'orders.price_changed'],
  ] as const;
  for (const [{ id }, code] of expected) {
    const failed = readOrder(await ended(customer, id));
    assert.equal(failed.status, 'FAILED');
    assert.equal(failed.failure?.code, code);
    assert.match(failed.failure!.detail, /\w.*\.$/);
    assert.deepEqual(failed.allowedTransitions, []);
    assert.equal((await api.anonymous.get(`/problems/${code}`)).status, 200);
    const cancelled = await customer.post(`/api/orders/${id}/cancel`);
    assert.equal(cancelled.json().code, 'orders.not_cancellable');
  }
  // A failed order does not count towards the limit.
  for (let count = 0; count < 5; count += 1) {
    await requireQueued(await queue(customer, product.sku));
  }
});

test('an order with a total of zero is confirmed and paid when it is placed', async () => {
  const product = await addProduct(db.database, { priceMinor: 0 });
  const customer = await api.signUp();
  const { id } = await requireQueued(await queue(customer, product.sku));
  const free = readOrder(await ended(customer, id));
  assert.deepEqual([free.status, free.paymentStatus], ['CONFIRMED', 'PAID']);
  assert.equal(free.expiresAt, null);
});

test('a key and a clientToken replay the first 202, whatever became of the order', async () => {
  const product = await addProduct(db.database);
  const customer = await api.signUp();
  const key = { 'idempotency-key': 'queued-once' };
  const body = { clientToken: 'queued-token' };
  const first = await queue(customer, product.sku, body, key);
  const { id } = await requireQueued(first);
  await ended(customer, id);
  const repeats = [
    await queue(customer, product.sku, body, key),
    await queue(customer, product.sku, body),
    // A key covers the body; the preference does not make it a different request.
    await queue(customer, product.sku, body, { ...key, prefer: '' }),
  ];
  for (const repeat of repeats) {
    await requireQueued(repeat);
    assert.equal(repeat.text, first.text);
    assert.equal(repeat.headers.get('idempotent-replayed'), 'true');
  }
  const reused = await queue(customer, product.sku, { ...body, note: 'another' }, key);
  assert.equal(reused.status, 422);
  const placed = await customer.post(
    '/api/orders',
    { items: [{ sku: product.sku, quantity: 1 }] },
    { 'idempotency-key': 'placed-once' },
  );
  const asked = await queue(customer, product.sku, {}, { 'idempotency-key': 'placed-once' });
  assert.equal(asked.status, 201);
  assert.equal(asked.text, placed.text);
  assert.equal(asked.headers.get('preference-applied'), null);
});

test('a checkout empties the cart as soon as the order is accepted', async () => {
  const product = await addProduct(db.database, { onHand: 2 });
  const customer = await api.signUp();
  await customer.put(`/api/cart/items/${product.sku}`, { quantity: 2 });
  const reply = await customer.post('/api/cart/checkout', { note: 'later' }, async);
  const { id } = await requireQueued(reply);
  const cart = await customer.get('/api/cart');
  assert.deepEqual(cart.json<{ items: unknown[] }>().items, []);
  assert.equal(readOrder(await ended(customer, id)).status, 'PENDING');
  const empty = await customer.post('/api/cart/checkout', {}, async);
  assert.equal(empty.json().code, 'carts.empty');
});

test('an order queued by staff for a customer keeps whether the customer was a VIP', async () => {
  const product = await addProduct(db.database);
  const customer = await api.signInAs('customer', { vip: true });
  const admin = await api.asAdmin();
  const { userId: customerId } = customer.identity;
  const queued = await requireQueued(await queue(admin, product.sku, { customerId }));
  assert.equal(queued.vip, true);
  assert.equal(queued.customer?.id, customerId);
  await admin.patch(`/api/users/${customerId}`, { vip: false });
  const placed = readOrder(await ended(customer, queued.id));
  assert.equal(placed.vip, true);
  assert.equal(placed.status, 'PENDING');
});

test('an order that fails repeatedly becomes a dead letter, blocks no other order, and is placed when redriven', async () => {
  const product = await addProduct(db.database);
  const [admin, customer] = [await api.asAdmin(), await api.signUp()];
  await db.owner.run(
    'test.poison',
    `create function refuse_vips() returns trigger language plpgsql as
     $$ begin raise exception 'out of order'; end $$`,
    [],
  );
  await db.owner.run(
    'test.poison_orders',
    `create trigger orders_refuse_vips before update on orders
       for each row when (new.vip and new.status = 'PENDING') execute function refuse_vips()`,
    [],
  );
  const vip = await api.signInAs('customer', { vip: true });
  const bad = await requireQueued(await queue(vip, product.sku));
  const cancelled = await requireQueued(await queue(vip, product.sku));
  const good = await requireQueued(await queue(customer, product.sku));
  assert.equal(readOrder(await ended(customer, good.id)).status, 'PENDING');

  interface DeadLetter {
    readonly id: string;
    readonly job: string;
    readonly error: string;
    readonly attempts: number;
  }
  const letters = await until(async () => {
    const reply = await admin.get('/api/operations/dead-letters');
    const { data } = reply.json<{ data: DeadLetter[] }>();
    assert.equal(data.length, 2);
    return data;
  });
  for (const { job, error, attempts } of letters) {
    assert.equal(job, 'orders.place-queued');
    assert.match(error, /out of order/);
    assert.equal(attempts, 2);
  }
  assert.equal(readOrder(await vip.get(`/api/orders/${bad.id}`)).status, 'QUEUED');
  assert.equal((await vip.post(`/api/orders/${cancelled.id}/cancel`)).status, 200);

  await db.owner.run('test.heal', 'drop function refuse_vips cascade', []);
  for (const { id } of letters) {
    const redriven = await admin.post(`/api/operations/dead-letters/${id}/redrive`);
    assert.equal(redriven.status, 202, redriven.text);
  }
  assert.equal(readOrder(await ended(vip, bad.id)).status, 'PENDING');
  assert.equal(readOrder(await vip.get(`/api/orders/${cancelled.id}`)).status, 'CANCELLED');
  assert.deepEqual(await findStock(db.database, product.id), { onHand: 10, reserved: 2 });
});

test('placed and failed orders are counted separately', async () => {
  const metrics = await api.anonymous.get('/metrics');
  assert.equal(metrics.status, 200);
  assert.match(metrics.text, /^orders_created_total [1-9]/m);
  assert.match(metrics.text, /^orders_failed_total [1-9]/m);
  await api.stop();
});
