import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { expireDueOrders } from '../../src/modules/orders/changes/expire-orders.ts';
import { testDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';
import type { Reply } from '../support/session.ts';
import { addProduct } from '../support/shop.ts';
import {
  code,
  createStranger,
  guestCheckout,
  holdPlaced,
  newEmail,
  orderOf,
  type PlacedByGuest,
  type Stranger,
} from '../support/strangers.ts';

/** How many unpaid orders guests may have, on two servers of one shop. `ORDERS=10000` is a longer flood. */
const ORDERS = Number(process.env.ORDERS ?? 400);
const db = await testDatabase();
const { database } = db;
const environment = {
  ...guestCheckout,
  JWT_SECRET: randomBytes(48).toString('base64url'),
  PENDING_ORDERS_MAX: '3',
  GUEST_PENDING_PER_ADDRESS_MAX: '6',
};
const servers = [
  await startTestServer(db, { environment }),
  await startTestServer(db, { environment }),
];
const { sku } = await addProduct(database, { priceMinor: 1_000, onHand: 1_000_000 });
const { sku: free } = await addProduct(database, { priceMinor: 0, onHand: 1_000_000 });

/** Two strangers at one address, each at another server. */
function atBothServers(address?: string): readonly Stranger[] {
  const [first, second] = servers;
  const one = createStranger(first!.anonymous, address);
  return [one, createStranger(second!.anonymous, one.address)];
}

function place(stranger: Stranger, email = newEmail(), headers = {}): Promise<Reply> {
  return stranger.post('/api/orders', orderOf(sku, { email }), headers);
}

/** Returns how many replies there were by code. */
function count(replies: readonly Reply[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reply of replies) counts[code(reply)] = (counts[code(reply)] ?? 0) + 1;
  return counts;
}

async function countPending(column: 'guest_email_key' | 'guest_network', value: string) {
  const [row] = await database.run<{ count: number }>(
    `test.count_${column}`,
    `select count(*)::int as count
       from orders
      where ${column} = $1::text and status in ('QUEUED', 'PENDING')`,
    [value],
  );
  return row!.count;
}

describe('the unpaid orders of guests', () => {
  test('of one e-mail address are limited, however many are tried at once, and wherever from', async () => {
    const email = newEmail();
    const replies = await Promise.all(
      Array.from({ length: ORDERS }, (_, index) => {
        const stranger = atBothServers()[index % 2]!;
        const headers = index % 3 === 0 ? { prefer: 'respond-async' } : {};
        return place(stranger, index % 2 === 0 ? email : email.toUpperCase(), headers);
      }),
    );
    const { 201: placed = 0, 202: queued = 0, ...others } = count(replies);
    assert.equal(placed + queued, 3);
    assert.deepEqual(others, { 'orders.pending_limit': ORDERS - 3 });
    assert.equal(await countPending('guest_email_key', email), 3);
  });

  test('of one network are limited, whatever their e-mail address', async () => {
    const both = atBothServers();
    const replies = await Promise.all(
      Array.from({ length: ORDERS }, (_, index) => place(both[index % 2]!)),
    );
    assert.deepEqual(count(replies), { 201: 6, 'orders.pending_limit': ORDERS - 6 });
    assert.equal(await countPending('guest_network', both[0]!.address), 6);
    assert.equal(code(await place(atBothServers()[0]!)), '201');
  });

  test('of one IPv6 network are limited, from whichever of its addresses they come', async () => {
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        place(createStranger(servers[index % 2]!.anonymous, `2001:db8:9:9:${index + 1}::1`)),
      ),
    );
    assert.deepEqual(count(replies), { 201: 6, 'orders.pending_limit': 14 });
  });

  test('are as few in a quote', async () => {
    const stranger = atBothServers()[0]!;
    const email = newEmail();
    const quote = async (address: string) => {
      const reply = await stranger.post('/api/quotes', orderOf(sku, { email: address }));
      return reply.json<{ refusals: { code: string }[] }>().refusals.map((one) => one.code);
    };
    assert.deepEqual(await quote(email), []);
    for (let orders = 0; orders < 3; orders += 1) await place(stranger, email);
    assert.deepEqual(await quote(email), ['orders.pending_limit']);
    assert.deepEqual(await quote(newEmail()), []);
    for (let orders = 0; orders < 3; orders += 1) await place(stranger);
    assert.deepEqual(await quote(newEmail()), ['orders.pending_limit']);
  });

  test('do not count once they are cancelled, paid, free or expired', async () => {
    const stranger = atBothServers()[0]!;
    const email = newEmail();
    for (let orders = 0; orders < 5; orders += 1) {
      const reply = await stranger.post('/api/orders', orderOf(free, { email }));
      assert.equal(reply.json<PlacedByGuest>().status, 'CONFIRMED');
    }
    const placed = [];
    for (let orders = 0; orders < 3; orders += 1) placed.push(await place(stranger, email));
    assert.equal(code(await place(stranger, email)), 'orders.pending_limit');
    const first = placed[0]!.json<PlacedByGuest>();
    await holdPlaced(servers[1]!.url, first).post(`/api/orders/${first.id}/cancel`, {});
    assert.equal(code(await place(stranger, email)), '201');
    assert.equal(code(await place(stranger, email)), 'orders.pending_limit');
    await database.run(
      'test.expire',
      `update orders set expires_at = now() - interval '1 second' where guest_email_key = $1::text and status = 'PENDING'`,
      [email],
    );
    await expireDueOrders(database);
    assert.equal(code(await place(stranger, email)), '201');
  });

  test('leave the orders of customers at the same address alone', async () => {
    const stranger = atBothServers()[0]!;
    for (let orders = 0; orders < 6; orders += 1) await place(stranger);
    const customer = await servers[0]!.signUp();
    const own = await customer.post('/api/orders', orderOf(sku), {
      'x-forwarded-for': stranger.address,
    });
    assert.equal(own.status, 201, own.text);
    const guest = { email: customer.identity.email };
    const elsewhere = atBothServers()[0]!;
    for (let orders = 0; orders < 3; orders += 1) {
      assert.equal(code(await elsewhere.post('/api/orders', orderOf(sku, guest))), '201');
    }
    assert.equal((await customer.post('/api/orders', orderOf(sku))).status, 201);
  });

  test('have no limit where none is set', async () => {
    const open = await startTestServer(db, {
      environment: { ...environment, PENDING_ORDERS_MAX: '0', GUEST_PENDING_PER_ADDRESS_MAX: '0' },
    });
    const stranger = createStranger(open.anonymous);
    const email = newEmail();
    const replies = await Promise.all(Array.from({ length: 20 }, () => place(stranger, email)));
    assert.deepEqual(count(replies), { 201: 20 });
  });
});

describe('the limit on buying', () => {
  test('counts guests by network address, of which each has ten times the limit', async () => {
    const limited = await startTestServer(db, {
      environment: {
        ...environment,
        GUEST_PENDING_PER_ADDRESS_MAX: '0',
        RATE_LIMIT_CHECKOUT: '1/1h',
      },
    });
    const stranger = createStranger(limited.anonymous);
    const replies = [];
    for (let orders = 0; orders < 12; orders += 1) replies.push(await place(stranger));
    assert.deepEqual(count(replies), { 201: 10, 'request.rate_limited': 2 });
    assert.equal(code(await place(createStranger(limited.anonymous))), '201');
  });

  test('counts guests by e-mail address, silently, and neither repeats nor invalid input', async () => {
    const limited = await startTestServer(db, {
      environment: { ...environment, PENDING_ORDERS_MAX: '0', RATE_LIMIT_CHECKOUT: '3/1h' },
    });
    const email = newEmail();
    const from = () => createStranger(limited.anonymous);
    const stranger = from();
    const repeated = { 'idempotency-key': 'one' };
    for (let times = 0; times < 5; times += 1) {
      assert.equal(code(await place(stranger, email, repeated)), '201');
      const wrong = await from().post('/api/orders', orderOf(sku, { email, phone: 'x' }));
      assert.equal(code(wrong), 'request.invalid');
    }
    const stated = async (address: string) =>
      (await place(from(), address, repeated)).headers.get('ratelimit')?.replace(/t=\d+/g, '');
    assert.equal(await stated(email), await stated(newEmail()));
    const replies = [];
    for (let orders = 0; orders < 4; orders += 1) {
      replies.push(await place(from(), orders % 2 === 0 ? email : email.toUpperCase()));
    }
    assert.deepEqual(count(replies), { 201: 1, 'request.rate_limited': 3 });
    assert.equal(code(await place(from())), '201');
  });
});
