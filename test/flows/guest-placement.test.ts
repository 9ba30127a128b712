import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { addDiscount } from '../support/pricing.ts';
import { startTestServer } from '../support/server.ts';
import type { Reply } from '../support/session.ts';
import { addProduct } from '../support/shop.ts';
import { startStatementRecorder } from '../support/statement-recorder.ts';
import {
  code,
  createStranger,
  guestCheckout,
  holdPlaced,
  newEmail,
  orderOf,
  type PlacedByGuest,
} from '../support/strangers.ts';
import { until } from '../support/until.ts';

/** What placing for a guest shares with other placements: the queue, discounts, and the statements that it sends. */
const db = await testDatabase();
const { database } = db;
const environment = { ...guestCheckout, GUEST_ORDER_EXPIRY_MINUTES: '7', PENDING_ORDERS_MAX: '3' };
const server = await startTestServer(db, { environment, background: true });
const admin = await server.asAdmin();
const { sku } = await addProduct(database, { priceMinor: 1_000, onHand: 1_000 });
const queued = { prefer: 'respond-async' };

interface Order extends PlacedByGuest {
  readonly total: { readonly amount: number };
  readonly failure: { readonly code: string } | null;
}

/** Places an order as a guest from an address of their own. */
function place(others: object = {}, headers = {}): Promise<Reply> {
  const body = orderOf(sku, { email: newEmail() }, others);
  return createStranger(server.anonymous).post('/api/orders', body, headers);
}

/** Returns the order of a reply once it is no longer queued, as its guest sees it. */
function ended(reply: Reply): Promise<Order> {
  const placed = reply.json<PlacedByGuest>();
  return until(async () => {
    const read = await holdPlaced(server.url, placed).get(`/api/orders/${placed.id}`);
    assert.equal(read.status, 200, read.text);
    const order = read.json<Order>();
    assert.notEqual(order.status, 'QUEUED');
    return order;
  });
}

describe('a queued order of a guest', () => {
  test('is placed later, and has its token at once', async () => {
    const reply = await place({}, queued);
    assert.equal(reply.status, 202, reply.text);
    const { createdAt, customerId } = reply.json<PlacedByGuest>();
    const order = await ended(reply);
    assert.deepEqual([order.status, order.customerId], ['PENDING', customerId]);
    const minutes = (Date.parse(order.expiresAt!) - Date.parse(createdAt)) / 60_000;
    assert.ok(minutes >= 7 && minutes < 12, `${minutes}`);
  });

  test('has the usual time to pay if staff placed it', async () => {
    const reply = await admin.post('/api/orders', orderOf(sku, { name: 'By phone' }), queued);
    const order = await ended(reply);
    assert.ok(Date.parse(order.expiresAt!) - Date.parse(order.createdAt) >= 30 * 60_000);
  });

  test('is repeated with the same reply', async () => {
    const headers = { ...queued, 'idempotency-key': 'queued' };
    const stranger = createStranger(server.anonymous);
    const body = orderOf(sku, { email: newEmail() });
    const replies = [];
    for (let times = 0; times < 3; times += 1) {
      replies.push(await stranger.post('/api/orders', body, headers));
    }
    assert.equal(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size, 1);
  });
});

describe('a discount that depends on earlier orders', () => {
  const reasons = (reply: Reply) =>
    reply.json<{ discounts: { reason: string }[] }>().discounts.map(({ reason }) => reason);
  const codes: readonly [string, object][] = [
    ['FIRST', { first_order_only: true }],
    ['ONCE', { uses_per_customer_max: 1 }],
  ];

  for (const [name, columns] of codes) {
    test(`is not for guests, who are new each time: ${name}`, async () => {
      await addDiscount(database, { code: name, name, percent: '50', ...columns });
      const wanted = { discountCodes: [name] };
      const refused = await place(wanted);
      assert.equal(code(refused), 'discounts.not_applicable');
      assert.deepEqual(reasons(refused), ['account_required']);
      const byStaff = await admin.post('/api/orders', orderOf(sku, { name: 'Ada' }, wanted));
      assert.deepEqual(reasons(byStaff), ['account_required']);
      const failed = await ended(await place(wanted, queued));
      assert.deepEqual(
        [failed.status, failed.failure?.code],
        ['FAILED', 'discounts.not_applicable'],
      );

      const quote = async (guest?: object) => {
        const reply = await server.anonymous.post('/api/quotes', orderOf(sku, guest, wanted));
        return reply.json<{ refusals: { code: string }[] }>().refusals.map((one) => one.code);
      };
      assert.deepEqual(await quote({ email: newEmail() }), ['discounts.not_applicable']);
      // Whoever has not said who they are may still sign in.
      assert.deepEqual(await quote(), []);
      const own = await (await server.signUp()).post(
        '/api/orders',
        orderOf(sku, undefined, wanted),
      );
      assert.equal(own.json<Order>().total.amount, 500);
    });
  }

  test('is left out for guests if it has no code, and one without a limit is not', async () => {
    const first = await addDiscount(database, {
      name: 'New',
      percent: '50',
      first_order_only: true,
    });
    const all = await addDiscount(database, { name: 'All', percent: '10' });
    try {
      assert.equal((await place()).json<Order>().total.amount, 900);
      assert.equal((await ended(await place({}, queued))).total.amount, 900);
      const newcomer = await server.signUp();
      const own = await newcomer.post('/api/orders', orderOf(sku));
      assert.equal(own.json<Order>().total.amount, 500);
    } finally {
      await database.run(
        'test.end_discounts',
        'update discounts set active = false where id = any($1::uuid[])',
        [[first, all]],
      );
    }
  });
});

describe('the statements of a placement', () => {
  test('include those about guests only if it is one of a guest', async () => {
    const recorder = await startStatementRecorder(db.url);
    after(() => recorder.close());
    const recorded = await startTestServer({ database, url: recorder.url }, { environment });
    const session = await recorded.signUp();
    const take = async (work: () => Promise<Reply>) => {
      // The first one prepares the statements and loads what is cached.
      await work();
      const first = recorder.roundTrips.length;
      const reply = await work();
      assert.equal(reply.status, 201, reply.text);
      return recorder.roundTrips
        .slice(first)
        .filter(({ transaction }) => transaction.includes('orders.insert'))
        .map(({ statements }) => statements.join(', '));
    };
    const stranger = createStranger(recorded.anonymous);
    const ofGuest = await take(() =>
      stranger.post('/api/orders', orderOf(sku, { email: newEmail() })),
    );
    const ofCustomer = await take(() => session.post('/api/orders', orderOf(sku)));
    assert.deepEqual(ofCustomer, [
      'begin, accounts.lock_customers, orders.count_pending, orders.placement_time, orders.take_numbers, inventory.find_offers',
      'orders.insert, orders.insert_lines, events.insert, inventory.change_reserved_of_one, commit',
    ]);
    assert.deepEqual(ofGuest, [
      'begin, accounts.lock_guests, orders.count_guest_pending, orders.placement_time, orders.take_numbers, inventory.find_offers',
      'accounts.insert_guests, orders.insert, orders.insert_lines, events.insert, inventory.change_reserved_of_one, commit',
    ]);
  });
});
