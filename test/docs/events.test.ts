import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EventExample, eventExamples } from '../../docs/make/event-examples.ts';
import { metricsPage } from '../../docs/make/metrics.ts';
import { testDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';
import type { Session } from '../support/session.ts';
import { offerEveryType } from '../support/shop.ts';
import { until } from '../support/until.ts';

/** Compares an event of each type, created through the API, with its example in the reference. */
const db = await testDatabase();
await offerEveryType(db.database);
const server = await startTestServer(db, {
  background: true,
  environment: {
    RETRY_BASE_SECONDS: '0.05',
    PENDING_ORDERS_MAX: '0',
    HELD_UNITS_MAX: '0',
    CANCELLATIONS_PER_DAY_MAX: '0',
  },
});
const admin = await server.asAdmin();
const kitchen = await server.signInAs('kitchen');
const customer = await server.signUp();

interface LoggedEvent extends EventExample {
  readonly orderId: string | null;
}

function logged(): Promise<LoggedEvent[]> {
  return server.database.run<LoggedEvent>(
    'test.logged_events',
    `select type, order_id as "orderId", sequence, from_status as "from", to_status as "to", reason, data
       from events
      order by position`,
    [],
  );
}

async function place(quantity = 1, headers: Record<string, string> = {}): Promise<string> {
  const reply = await customer.post('/api/orders', { items: [{ sku: 'NAAN', quantity }] }, headers);
  assert.ok(reply.status < 300, reply.text);
  return reply.json<{ id: string }>().id;
}

/** Pays an order and returns the payment's id. */
async function pay(orderId: string, action: object): Promise<string> {
  const reply = await customer.post('/api/payments/initiate', { orderId });
  const { payment } = reply.json<{ payment: { id: string } }>();
  const acted = await server.anonymous.post(`/sandbox/sessions/${payment.id}/actions`, action);
  assert.equal(acted.status, 202, acted.text);
  return payment.id;
}

async function move(who: Session, orderId: string, ...steps: readonly string[]): Promise<void> {
  for (const status of steps) {
    const reply = await who.patch(`/api/orders/${orderId}/status`, { status });
    assert.equal(reply.status, 200, reply.text);
  }
}

async function untilLogged(type: string, orderId?: string): Promise<void> {
  await until(async () =>
    assert.ok(
      (await logged()).some(
        (event) => event.type === type && (orderId === undefined || event.orderId === orderId),
      ),
      type,
    ),
  );
}

const product = await admin.post('/api/products', {
  sku: 'NAAN',
  name: 'Plain Naan',
  price: { amount: 275, currency: 'GBP' },
  onHand: 100,
});
await admin.patch(`/api/products/${product.json().id}`, {
  price: { amount: 295, currency: 'GBP' },
});
// The first order has every part of a bill, as in the example.
await admin.post('/api/products', {
  sku: 'THALI',
  name: 'Thali',
  price: { amount: 1295, currency: 'GBP' },
  taxCategory: 'meals',
  onHand: 100,
});
await admin.post('/api/tax-rates', { name: 'VAT', percent: '20', taxCategory: 'meals' });
await admin.post('/api/charges', {
  name: 'Delivery',
  kind: 'DELIVERY',
  amount: { amount: 350, currency: 'GBP' },
  taxCategory: 'meals',
});
await admin.post('/api/discounts', {
  code: 'WELCOME10',
  name: '10 % off the first order',
  kind: 'PERCENT',
  percent: '10',
  scope: 'ORDER',
});
const billed = await customer.post('/api/orders', {
  items: [{ sku: 'THALI', quantity: 2 }],
  discountCodes: ['WELCOME10'],
  tip: { amount: 150, currency: 'GBP' },
  fulfilment: {
    type: 'DELIVERY',
    address: { line1: '1 High Street', city: 'York', country: 'GB' },
  },
});
assert.equal(billed.status, 201, billed.text);
const changed = await customer.patch(`/api/orders/${billed.json().id}/fulfilment`, {
  requestedFor: new Date(Date.now() + 60 * 60_000).toISOString(),
  instructions: 'Ring twice',
});
assert.equal(changed.status, 200, changed.text);
const paidOrder = await place();
const payment = await pay(paidOrder, { action: 'pay', refunds: 'fail' });
await untilLogged('order.confirmed');
await move(kitchen, paidOrder, 'PREPARING', 'READY', 'COMPLETED');
await admin.post(`/api/payments/${payment}/refunds`, { reason: 'It was cold' });
await untilLogged('refund.failed');
await pay(await place(), { action: 'decline' });
await pay(await place(), { action: 'pay', amount: 1 });
const refunded = await pay(await place(), { action: 'pay' });
await until(async () => {
  const reply = await admin.post(`/api/payments/${refunded}/refunds`, { reason: 'It was cold' });
  assert.equal(reply.status, 201, reply.text);
});
await customer.post(`/api/orders/${await place()}/cancel`, { reason: 'I changed my mind' });
const forgotten = await place();
await server.database.run(
  'test.let_expire',
  "update orders set expires_at = now() - interval '1 second' where id = $1::uuid",
  [forgotten],
);
await untilLogged('order.cancelled', forgotten);
await place(1_000, { prefer: 'respond-async' });
for (const type of ['payment.failed', 'payment.flagged', 'refund.succeeded', 'order.failed']) {
  await untilLogged(type);
}
const pausedUntil = new Date(Date.now() + 600_000).toISOString();
await admin.patch('/api/shop', { acceptingOrders: false, pausedUntil });
const { userId } = (await server.signUp()).identity;
const erased = await admin.post(`/api/users/${userId}/erase`, { reason: 'They asked for it' });
assert.equal(erased.status, 200, erased.text);
const events = await logged();

/** Returns the names and types of all members; a list is described by its first item. */
function describeShape(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [describeShape(value[0])];
  if (value === null || typeof value !== 'object') return typeof value;
  const members = Object.entries(value).map(
    ([name, member]) => [name, describeShape(member)] as const,
  );
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}

for (const example of eventExamples) {
  test(`${example.type} has the shape of its example in the reference`, () => {
    const { type, from, to, sequence, data } = example;
    const real = events.filter((event) => event.type === type);
    assert.ok(real.length > 0, 'no such event was created');
    // The example shows one of several transitions or changes.
    const like = real.find(
      (event) => (event.from ?? undefined) === from && event.data.change === data.change,
    );
    assert.ok(like, `none comes from ${from}`);
    assert.deepEqual(describeShape(like.data), describeShape(data));
    assert.equal(like.to ?? undefined, to);
    assert.equal(like.sequence === null, sequence === null);
    assert.equal(like.orderId === null, sequence === null);
  });
}

test('the bill of the example has the amounts of the same real order', () => {
  /** Returns a bill without its ids. */
  const amountsOf = (data: EventExample['data']) =>
    JSON.parse(JSON.stringify(data.bill, (name, value) => (/Id$/.test(name) ? undefined : value)));
  const example = eventExamples.find(({ type }) => type === 'order.placed');
  const real = events.find(({ orderId }) => orderId === billed.json<{ id: string }>().id);
  assert.deepEqual(amountsOf(real!.data), amountsOf(example!.data));
});

test('every event of a status change carries the order number and, at the end of an order, the reason', () => {
  const ofOrders = events.filter(({ type }) => type.startsWith('order.'));
  const cancelled = ofOrders.filter(({ type }) => type === 'order.cancelled');
  assert.ok(cancelled.length >= 2);
  for (const { type, data } of ofOrders) {
    assert.equal(typeof data?.number, 'string', type);
    if (type === 'order.cancelled') assert.equal(typeof data?.cancelReason, 'string');
  }
});

test('the metrics page lists every metric that a server exposes', async () => {
  const { text } = await metricsPage();
  const shown = (await server.anonymous.get('/metrics')).text;
  const names = [...shown.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!);
  const own = names.filter((name) => !/^(process|nodejs)_/.test(name));
  assert.ok(own.length >= 12, own.join());
  assert.deepEqual(
    own.filter((name) => !text.includes(`| \`${name}\` |`)),
    [],
  );
});
