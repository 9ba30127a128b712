import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';
import { createSession, type Reply, type Session } from '../support/session.ts';
import { addProduct } from '../support/shop.ts';
import { code, createStranger, guestCheckout, newEmail } from '../support/strangers.ts';
import { query } from '../support/until.ts';

/** Requests at once, on two servers of one shop. */
const REQUESTS = 100;
const LIMIT = 50;
const db = await testDatabase();
const environment = {
  ...guestCheckout,
  JWT_SECRET: randomBytes(48).toString('base64url'),
  PENDING_ORDERS_MAX: '0',
  GUEST_PENDING_PER_ADDRESS_MAX: '0',
  RATE_LIMIT_CHECKOUT: '0',
  RATE_LIMIT_GLOBAL: '0',
  HELD_UNITS_MAX: String(LIMIT),
};
const servers = [
  await startTestServer(db, { environment }),
  await startTestServer(db, { environment }),
] as const;
const [server] = servers;
const { sku } = await addProduct(db.database, { priceMinor: 1_000, onHand: 1_000_000 });
const { sku: free } = await addProduct(db.database, { priceMinor: 0, onHand: 1_000_000 });

let addresses = 0;
/** An address that nobody else has here, of a documentation network. */
function newAddress(): string {
  addresses += 1;
  return `203.0.113.${addresses}`;
}

const from = (address: string) => ({ 'x-forwarded-for': address });

function order(quantity: number, others: object = {}): object {
  return { items: [{ sku, quantity }], ...others };
}

/** The same customer at both servers. */
async function signUp(): Promise<readonly Session[]> {
  const first = await server.signUp();
  const second = createSession(servers[1].url, first.identity);
  return [first, second];
}

async function heldUnits(where: string): Promise<number> {
  const [row] = await query(
    db.url,
    `select coalesce(sum(quantity), 0)::int as units
       from orders
       join order_lines on order_lines.order_id = orders.id
      where status in ('QUEUED', 'PENDING')
        and ${where}`,
  );
  return row!.units as number;
}

function count(replies: readonly Reply[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reply of replies) counts[code(reply)] = (counts[code(reply)] ?? 0) + 1;
  return counts;
}

describe('what is held without payment', () => {
  test('by a customer is limited, however many orders are tried at once on two servers', async () => {
    const both = await signUp();
    const replies = await Promise.all(
      Array.from({ length: REQUESTS }, (_, index) => {
        const headers = index % 3 === 0 ? { prefer: 'respond-async' } : {};
        return both[index % 2]!.post('/api/orders', order(7), headers);
      }),
    );
    const { 201: placed = 0, 202: queued = 0, ...others } = count(replies);
    assert.equal(placed + queued, 7);
    assert.deepEqual(others, { 'orders.held_limit': REQUESTS - 7 });
    assert.equal(await heldUnits(`customer_id = '${both[0]!.identity.userId}'`), 49);
    const refused = replies.find((reply) => code(reply) === 'orders.held_limit')!;
    const { holder, limit, held, requested, detail } = refused.json<Record<string, unknown>>();
    assert.deepEqual({ holder, limit, requested }, { holder: 'customer', limit: 50, requested: 7 });
    assert.ok(Number(held) <= 49 && String(detail).includes('50 units'));
  });

  test('by guests and customers at one network address is limited together', async () => {
    const address = newAddress();
    const customers = await Promise.all(Array.from({ length: 5 }, signUp));
    const strangers = servers.map(({ anonymous }) => createStranger(anonymous, address));
    const replies = await Promise.all(
      Array.from({ length: REQUESTS }, (_, index) =>
        index % 2 === 0
          ? customers[index % 5]![index % 4 === 0 ? 0 : 1]!.post(
              '/api/orders',
              order(7),
              from(address),
            )
          : strangers[index % 4 === 1 ? 0 : 1]!.post(
              '/api/orders',
              order(7, { guest: { email: newEmail() } }),
            ),
      ),
    );
    assert.deepEqual(count(replies), { 201: 7, 'orders.held_limit': REQUESTS - 7 });
    assert.equal(await heldUnits(`'${address}' in (guest_network, buyer_network)`), 49);
    const [other] = await signUp();
    const refused = await other!.post('/api/orders', order(2), from(address));
    assert.equal(refused.json<{ holder: string }>().holder, 'network');
    assert.equal(code(await other!.post('/api/orders', order(2), from(newAddress()))), '201');
  });

  test('at a local address counts for each customer alone: it is a proxy, not a customer', async () => {
    for (const address of ['127.0.0.1', '10.1.2.3', '::1', 'fd00::1', '192.168.1.9']) {
      for (let customer = 0; customer < 2; customer += 1) {
        const [session] = await signUp();
        assert.equal(code(await session!.post('/api/orders', order(LIMIT), from(address))), '201');
      }
    }
  });

  test('is free again, and its address forgotten, when the order is cancelled', async () => {
    const [session] = await signUp();
    const address = newAddress();
    const { id } = (await session!.post('/api/orders', order(LIMIT), from(address))).json<{
      id: string;
    }>();
    const again = () => session!.post('/api/orders', order(1), from(address));
    assert.equal(code(await again()), 'orders.held_limit');
    assert.equal(code(await session!.post(`/api/orders/${id}/cancel`, {})), '200');
    const [row] = await query(
      db.url,
      `select buyer_network as network from orders where id = '${id}'`,
    );
    assert.equal(row!.network, null);
    assert.equal(code(await again()), '201');
  });

  test('does not count free orders, and does not concern staff and keys', async () => {
    const [session] = await signUp();
    const items = [{ sku: free, quantity: 1_000 }];
    assert.equal(code(await session!.post('/api/orders', { items })), '201');
    const admin = await server.asAdmin();
    const made = await admin.post('/api/api-keys', { name: 'Till', scopes: ['orders:write'] });
    const { secret } = made.json<{ secret: string }>();
    const key = createSession(server.url, { ...admin.identity, accessToken: secret });
    const { userId: customerId } = session!.identity;
    for (const staff of [admin, key]) {
      const reply = await staff.post('/api/orders', order(LIMIT + 1, { customerId }));
      assert.equal(code(reply), '201', reply.text);
      const quote = await staff.post('/api/quotes', order(LIMIT + 1, { customerId }));
      assert.deepEqual(quote.json<{ refusals: unknown[] }>().refusals, []);
    }
    assert.equal(code(await session!.post('/api/orders', order(1))), 'orders.held_limit');
  });

  test('is named by quotes and carts, and refuses the checkout, which keeps the cart', async () => {
    const [session] = await signUp();
    const codes = (reply: Reply) =>
      reply.json<{ refusals: { code: string }[] }>().refusals.map((refusal) => refusal.code);
    assert.deepEqual(codes(await session!.post('/api/quotes', order(LIMIT))), []);
    assert.deepEqual(codes(await session!.post('/api/quotes', order(LIMIT + 1))), [
      'orders.held_limit',
    ]);
    assert.equal(code(await session!.post('/api/orders', order(LIMIT - 1))), '201');
    const cart = await session!.put(`/api/cart/items/${sku}`, { quantity: 2 });
    assert.deepEqual(codes(cart), ['orders.held_limit']);
    assert.equal(code(await session!.post('/api/cart/checkout', {})), 'orders.held_limit');
    const kept = (await session!.get('/api/cart')).json<{ items: { quantity: number }[] }>();
    assert.equal(kept.items[0]!.quantity, 2);
    await session!.put(`/api/cart/items/${sku}`, { quantity: 1 });
    assert.equal(code(await session!.post('/api/cart/checkout', {})), '201');
    const anonymous = await server.anonymous.post('/api/quotes', order(LIMIT + 1));
    assert.deepEqual(codes(anonymous), ['orders.held_limit']);
  });

  test('can be limited by its value, and not at all', async () => {
    const valued = await startTestServer(db, {
      environment: { ...environment, HELD_UNITS_MAX: '0', HELD_VALUE_MAX_MINOR: '5000' },
    });
    const [session] = await signUp();
    const rich = createSession(valued.url, session!.identity);
    assert.equal(code(await rich.post('/api/orders', order(4))), '201');
    const refused = await rich.post('/api/orders', order(2));
    const { holder, limit, held, requested } = refused.json<Record<string, unknown>>();
    const money = (amount: number) => ({ amount, currency: 'GBP' });
    assert.deepEqual(
      { holder, limit, held, requested },
      { holder: 'customer', limit: money(5_000), held: money(4_000), requested: money(2_000) },
    );
    const unlimited = await startTestServer(db, {
      environment: { ...environment, HELD_UNITS_MAX: '0' },
    });
    const reply = await createSession(unlimited.url, session!.identity).post(
      '/api/orders',
      order(9_999),
    );
    assert.equal(code(reply), '201');
  });
});
