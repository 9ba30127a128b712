import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { expireDueOrders } from '../../../../src/modules/orders/changes/expire-orders.ts';
import { newId } from '../../../../src/shared/ids.ts';
import { testDatabase } from '../../../support/database.ts';
import { addDiscount, findUses } from '../../../support/pricing.ts';
import { createRule } from '../../../support/rules.ts';
import { startTestServer } from '../../../support/server.ts';
import { createSession, type Reply, type Session } from '../../../support/session.ts';
import { addProduct } from '../../../support/shop.ts';
import { until } from '../../../support/until.ts';

/** Limits of discounts under races, at two servers that also place queued orders. */
const db = await testDatabase();
const environment = { PENDING_ORDERS_MAX: '0' };
const servers = [
  await startTestServer(db, { environment, background: true }),
  await startTestServer(db, { environment, background: true }),
];
const admin = await servers[0]!.asAdmin();
const { sku } = await addProduct(db.database, { priceMinor: 1_000, onHand: 1_000_000 });
const items = [{ sku, quantity: 1 }];

interface OrderBody {
  readonly id: string;
  readonly status: string;
  readonly failure: { readonly code: string } | null;
  readonly bill: { readonly discounts: readonly { readonly discountId: string }[] };
}

/** The sessions of a new customer at both servers. */
async function signUp(): Promise<Session[]> {
  const session = await servers[0]!.signUp();
  return servers.map(({ url }) => createSession(url, session.identity));
}

function signUpAll(count: number): Promise<Session[][]> {
  return Promise.all(Array.from({ length: count }, signUp));
}

/** The ways in which an order for a customer can be placed. */
type Way = 'plain' | 'keyed' | 'staff' | 'queued' | 'cart';

const ways: readonly Way[] = ['plain', 'keyed', 'staff', 'queued', 'cart'];

function send(way: Way, customer: Session, codes: readonly string[]): Promise<Reply> {
  const terms = codes.length === 0 ? {} : { discountCodes: codes };
  switch (way) {
    case 'plain':
      return customer.post('/api/orders', { items, ...terms });
    case 'keyed':
      return customer.post('/api/orders', { items, ...terms }, { 'idempotency-key': newId() });
    case 'queued':
      return customer.post('/api/orders', { items, ...terms }, { prefer: 'respond-async' });
    case 'cart':
      return customer.post('/api/cart/checkout', terms);
    case 'staff':
      return admin.post('/api/orders', { items, ...terms, customerId: customer.identity.userId });
  }
}

/** Why an order did not get its codes, from the refusal or the failure. */
interface Ends {
  readonly placed: readonly OrderBody[];
  readonly refused: readonly string[];
}

/** Waits for queued orders, and returns how all orders ended. */
async function settle(replies: readonly Reply[]): Promise<Ends> {
  const placed: OrderBody[] = [];
  const refused: string[] = [];
  for (const reply of replies) {
    if (reply.status === 409) {
      const { code, discounts } = reply.json<{ code: string; discounts: { reason: string }[] }>();
      assert.equal(code, 'discounts.not_applicable');
      refused.push(discounts[0]!.reason);
      continue;
    }
    assert.ok(reply.status === 201 || reply.status === 202, reply.text);
    const order = await readPlaced(reply.json<OrderBody>().id);
    if (order.status !== 'FAILED') placed.push(order);
    else {
      assert.equal(order.failure?.code, 'discounts.not_applicable');
      refused.push('FAILED');
    }
  }
  return { placed, refused };
}

function readPlaced(orderId: string): Promise<OrderBody> {
  return until(async () => {
    const reply = await admin.get(`/api/orders/${orderId}`);
    assert.equal(reply.status, 200, reply.text);
    const order = reply.json<OrderBody>();
    assert.notEqual(order.status, 'QUEUED');
    return order;
  });
}

async function fillCart(customer: Session): Promise<void> {
  const filled = await customer.put(`/api/cart/items/${sku}`, { quantity: 1 });
  assert.equal(filled.status, 200, filled.text);
}

/** Ten orders of a customer at once, in every way at both servers. */
async function orderTenTimes(codes: readonly string[]): Promise<Ends> {
  const customer = await signUp();
  await fillCart(customer[0]!);
  const replies = await Promise.all(
    ['plain', 'staff', 'queued', 'keyed', 'staff', 'queued', 'plain', 'keyed', 'cart', 'plain'].map(
      (way, index) => send(way as Way, customer[index % 2]!, codes),
    ),
  );
  return settle(replies);
}

function discounted({ placed }: Ends, discountId: string): readonly OrderBody[] {
  return placed.filter(({ bill }) => bill.discounts.some((one) => one.discountId === discountId));
}

async function switchOff(discountId: string): Promise<void> {
  const reply = await admin.patch(`/api/discounts/${discountId}`, { active: false });
  assert.equal(reply.status, 200, reply.text);
}

/** Lets the time to pay an order pass. */
async function pass(orderId: string): Promise<void> {
  await db.database.run(
    'test.pass_deadline',
    `update orders
        set expires_at = now() - interval '1 second'
      where id = $1::uuid
        and expires_at is not null`,
    [orderId],
  );
}

describe('a limit per customer', () => {
  test('of ten orders of a customer at once, however they are placed, as many use the code as it allows', async () => {
    const code = 'TWICE';
    const discountId = await addDiscount(db.database, { code, uses_per_customer_max: 2 });
    for (let round = 1; round <= 3; round += 1) {
      const ends = await orderTenTimes([code]);
      assert.equal(discounted(ends, discountId).length, 2);
      assert.equal(ends.placed.length, 2);
      assert.equal(ends.refused.length, 8);
      for (const reason of ends.refused) assert.match(reason, /^(used_by_customer|FAILED)$/);
      const uses = 2 * round;
      assert.deepEqual(await findUses(db.database, discountId), { counted: uses, orders: uses });
    }
  });

  test('ends at the same number for a discount without a code, and the other orders are placed without it', async () => {
    const discountId = await addDiscount(db.database, { uses_per_customer_max: 3 });
    for (let round = 0; round < 3; round += 1) {
      const ends = await orderTenTimes([]);
      assert.equal(ends.placed.length, 10);
      assert.equal(discounted(ends, discountId).length, 3);
    }
    await switchOff(discountId);
  });

  test('counts again what the customer cancels', async () => {
    const code = 'ONCE';
    const discountId = await addDiscount(db.database, { code, uses_per_customer_max: 1 });
    const [session] = await signUp();
    for (let round = 0; round < 3; round += 1) {
      const placed = await send('plain', session!, [code]);
      assert.equal(placed.status, 201, placed.text);
      assert.deepEqual((await settle([await send('keyed', session!, [code])])).refused, [
        'used_by_customer',
      ]);
      const { id } = placed.json<OrderBody>();
      const cancelled = await session!.post(`/api/orders/${id}/cancel`, {});
      assert.equal(cancelled.status, 200, cancelled.text);
    }
    assert.deepEqual(await findUses(db.database, discountId), { counted: 0, orders: 0 });
  });
});

describe('a discount of first orders', () => {
  test('of ten orders of a customer at once, however they are placed, one uses its code', async () => {
    const code = 'WELCOME';
    const discountId = await addDiscount(db.database, { code, first_order_only: true });
    for (let round = 1; round <= 3; round += 1) {
      const ends = await orderTenTimes([code]);
      assert.equal(discounted(ends, discountId).length, 1);
      assert.equal(ends.placed.length, 1);
      for (const reason of ends.refused) assert.match(reason, /^(not_first_order|FAILED)$/);
      assert.deepEqual(await findUses(db.database, discountId), { counted: round, orders: round });
    }
  });

  test('without a code it is for one of ten orders at once, and all are placed', async () => {
    const discountId = await addDiscount(db.database, { first_order_only: true });
    for (let round = 0; round < 3; round += 1) {
      const ends = await orderTenTimes([]);
      assert.equal(ends.placed.length, 10);
      assert.equal(discounted(ends, discountId).length, 1);
    }
    await switchOff(discountId);
  });

  test('is for the next order if the first one was cancelled, and not if it is only queued', async () => {
    const code = 'FIRST';
    await addDiscount(db.database, { code, first_order_only: true });
    const [session] = await signUp();
    const first = await send('plain', session!, []);
    assert.deepEqual((await settle([await send('plain', session!, [code])])).refused, [
      'not_first_order',
    ]);
    await session!.post(`/api/orders/${first.json<OrderBody>().id}/cancel`, {});
    const { placed } = await settle([await send('queued', session!, [code])]);
    assert.equal(placed.length, 1);
  });
});

describe('a limit for everybody', () => {
  test('of direct and queued orders and carts at once, as many use the code as it allows, and queued ones hold nothing before', async () => {
    for (let round = 0; round < 2; round += 1) {
      const code = `SHARED-${round}`;
      const discountId = await addDiscount(db.database, { code, uses_max: 10 });
      const customers = await signUpAll(40);
      await Promise.all(customers.map(([session]) => fillCart(session!)));
      const replies = await Promise.all(
        customers.map((customer, index) =>
          send(ways[index % ways.length]!, customer[index % 2]!, [code]),
        ),
      );
      const ends = await settle(replies);
      assert.equal(discounted(ends, discountId).length, 10);
      assert.equal(ends.placed.length, 10);
      for (const reason of ends.refused) assert.match(reason, /^(used_up|FAILED)$/);
      assert.deepEqual(await findUses(db.database, discountId), { counted: 10, orders: 10 });
    }
  });

  test('a discount without a code stops when it is used up, and every order is placed', async () => {
    const discountId = await addDiscount(db.database, { uses_max: 12 });
    const customers = await signUpAll(48);
    const replies = await Promise.all(
      customers.map((customer, index) => send(ways[index % 4]!, customer[index % 2]!, [])),
    );
    const ends = await settle(replies);
    assert.equal(ends.placed.length, 48);
    assert.equal(discounted(ends, discountId).length, 12);
    assert.deepEqual(await findUses(db.database, discountId), { counted: 12, orders: 12 });
    await switchOff(discountId);
  });

  test('two limits at once: nobody is left with half a bill', async () => {
    const [first, second] = [newId(), newId()];
    const limits = { combines: true, kind: 'AMOUNT', percent: null, amount_minor: 100 };
    await addDiscount(db.database, { ...limits, id: first, code: 'HALF-1', uses_max: 9 });
    await addDiscount(db.database, { ...limits, id: second, code: 'HALF-2', uses_max: 6 });
    const customers = await signUpAll(36);
    const codes = [['HALF-1'], ['HALF-2', 'HALF-1'], ['HALF-2']];
    const replies = await Promise.all(
      customers.map((customer, index) =>
        send(ways[index % 4]!, customer[index % 2]!, codes[index % 3]!),
      ),
    );
    const ends = await settle(replies);
    const usesOf = (id: string) => discounted(ends, id).length;
    for (const [id, usesMax] of [[first, 9] as const, [second, 6] as const]) {
      assert.ok(usesOf(id) <= usesMax);
      assert.deepEqual(await findUses(db.database, id), {
        counted: usesOf(id),
        orders: usesOf(id),
      });
    }
    // An order of both needs both, so one of them is used up in any case.
    assert.ok(usesOf(first) === 9 || usesOf(second) === 6);
  });

  test('orders with several codes, cancellations and expiry at once never wait for each other in a circle', async () => {
    const limits = { combines: true, kind: 'AMOUNT', percent: null, amount_minor: 10 };
    const codes = ['RING-1', 'RING-2', 'RING-3', 'RING-4'];
    const ids = [];
    for (const code of codes) {
      ids.push(await addDiscount(db.database, { ...limits, code, uses_max: 12 }));
    }
    const customers = await signUpAll(12);
    const statuses = new Set<number>();
    await Promise.all(
      customers.map(async (customer, index) => {
        for (let round = 0; round < 4; round += 1) {
          const turned = [
            ...codes.slice((index + round) % 4),
            ...codes.slice(0, (index + round) % 4),
          ];
          const named = turned.slice(0, 2 + (index % 3));
          const reply = await send('plain', customer[round % 2]!, named);
          statuses.add(reply.status);
          if (reply.status !== 201) continue;
          const { id } = reply.json<OrderBody>();
          if (round % 3 === 0) await pass(id);
          else if (round % 3 === 1) {
            const cancelled = await customer[index % 2]!.post(`/api/orders/${id}/cancel`, {});
            assert.ok([200, 409].includes(cancelled.status), cancelled.text);
          }
          if (round % 3 === 0) await expireDueOrders(db.database);
        }
      }),
    );
    assert.ok([...statuses].every((status) => status === 201 || status === 409));
    for (const id of ids) {
      const { counted, orders } = await findUses(db.database, id);
      assert.equal(counted, orders);
      assert.ok(counted <= 12);
    }
    const [row] = await db.database.run<{ deadlocks: number }>(
      'test.deadlocks',
      `select deadlocks::int as deadlocks from pg_stat_database where datname = current_database()`,
      [],
    );
    assert.equal(row!.deadlocks, 0);
  });

  test('an order that was completed and reopened keeps its use', async () => {
    const code = 'KEPT';
    const discountId = await addDiscount(db.database, { code, uses_max: 1 });
    const [session] = await signUp();
    const { id } = (await send('plain', session!, [code])).json<OrderBody>();
    const override = { override: true, reason: 'They said so.' };
    for (const step of [
      { status: 'COMPLETED', ...override },
      { status: 'PENDING', ...override },
      { status: 'READY', ...override },
      { status: 'COMPLETED' },
      { status: 'CONFIRMED', ...override },
    ]) {
      const moved = await admin.patch(`/api/orders/${id}/status`, step);
      assert.equal(moved.status, 200, moved.text);
      assert.deepEqual(await findUses(db.database, discountId), { counted: 1, orders: 1 });
    }
    const cancelled = await admin.post(`/api/orders/${id}/cancel`, {});
    assert.equal(cancelled.status, 200, cancelled.text);
    assert.deepEqual(await findUses(db.database, discountId), { counted: 0, orders: 0 });
    const again = await admin.patch(`/api/orders/${id}/status`, { status: 'PENDING', ...override });
    assert.equal(again.status, 409, again.text);
  });

  test('`usesMax` does not fall below the uses, also while orders are placed', async () => {
    const code = 'FALLING';
    const discount = await createRule(admin, '/api/discounts', {
      ...{ code, name: 'Falling', kind: 'PERCENT', percent: '10', scope: 'ORDER' },
      usesMax: 24,
    });
    const customers = await signUpAll(36);
    const path = `/api/discounts/${discount.id}`;
    const [replies, changes] = await Promise.all([
      Promise.all(customers.map((one, index) => send('plain', one[index % 2]!, [code]))),
      Promise.all([18, 12, 6].map((usesMax) => admin.patch(path, { usesMax }))),
    ]);
    for (const change of changes) {
      if (change.status !== 200) assert.equal(change.json().code, 'discounts.below_uses');
    }
    const { usesMax, uses } = (await admin.get(path)).json<{ usesMax: number; uses: number }>();
    assert.equal(replies.filter(({ status }) => status === 201).length, usesMax);
    assert.equal(uses, usesMax);
  });
});
