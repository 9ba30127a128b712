import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../support/database.ts';
import { lockRows, waitUntilBlocked } from '../../support/locked-rows.ts';
import { startTestServer } from '../../support/server.ts';
import type { Reply } from '../../support/session.ts';
import { addProduct } from '../../support/shop.ts';
import {
  code,
  guestCheckout,
  holdPlaced,
  orderOf,
  type PlacedByGuest,
} from '../../support/strangers.ts';
import { query, until } from '../../support/until.ts';
import { erase, findRow, requireErased } from './erasure-fixture.ts';

const db = await testDatabase();
const server = await startTestServer(db, { environment: guestCheckout });
const other = await startTestServer(db);
const admin = await server.asAdmin();
const { sku } = await addProduct(db.database, { onHand: 1000 });

/** Whatever came first, nobody who is erased has an open order, a session or an address. */
async function requireConsistent(userId: string, erased: Reply): Promise<void> {
  const row = await findRow(server, userId);
  const [open] = await query(
    db.url,
    `select (select count(*)::int from orders
              where customer_id = $1 and status not in ('COMPLETED', 'CANCELLED', 'FAILED')) as orders,
            (select count(*)::int from refresh_families where user_id = $1 and ended_at is null) as sessions,
            (select count(*)::int from known_devices where user_id = $1) as devices,
            (select count(*)::int from carts where customer_id = $1) as carts`,
    [userId],
  );
  if (erased.status === 200) {
    assert.equal(row.email, null);
    assert.deepEqual(open, { orders: 0, sessions: 0, devices: 0, carts: 0 });
  } else {
    assert.equal(code(erased), 'accounts.erasure_blocked');
    assert.notEqual(row.email, null);
    assert.equal(open!.orders, 1);
  }
}

test('an order at the same moment either blocks the erasure or is refused', async () => {
  const outcomes = new Set<string>();
  for (let round = 0; round < 6; round += 1) {
    const customer = await server.signUp();
    const { userId } = customer.identity;
    const [erased, placed] = await Promise.all([
      erase(admin, userId),
      customer.post('/api/orders', orderOf(sku)),
    ]);
    outcomes.add(`${code(erased)}, ${code(placed)}`);
    if (erased.status === 200) assert.ok([401, 403].includes(placed.status), placed.text);
    else assert.equal(placed.status, 201, placed.text);
    await requireConsistent(userId, erased);
  }
});

test('a sign-in, a change and a cart at the same moment leave nothing with the erased person', async () => {
  for (let round = 0; round < 4; round += 1) {
    const customer = await server.signUp();
    const { userId, email, password } = customer.identity;
    const [erased] = await Promise.all([
      erase(admin, userId),
      server.anonymous.post('/api/auth/login', { email, password }),
      customer.patch('/api/auth/profile', { name: 'Zaphod' }),
      customer.patch('/api/cart', { note: 'no nuts' }),
      customer.post('/api/auth/erase-request', {}),
      server.anonymous.post('/api/auth/password/forgot', { email }),
    ]);
    assert.equal(erased.status, 200, erased.text);
    await requireConsistent(userId, erased);
    assert.equal((await findRow(server, userId)).name, '');
    const login = await server.anonymous.post('/api/auth/login', { email, password });
    assert.equal(code(login), 'accounts.invalid_credentials');
  }
});

test('nothing is put into the cart of somebody who was erased meanwhile', async () => {
  const customer = await server.signUp();
  const { userId } = customer.identity;
  const held = await lockRows(db.database, 'select from users where id = $1 for update', [userId]);
  const erasing = erase(admin, userId);
  await waitUntilBlocked(db.database, '%join users as guests%');
  const putting = customer.put(`/api/cart/items/${sku}`, { quantity: 1 });
  await waitUntilBlocked(db.database, '%from users%where id = any($1::uuid[])%');
  await held.release();
  await requireConsistent(userId, await erasing);
  assert.equal(code(await putting), 'auth.unauthenticated');
});

test('somebody who signs up with the address at the same moment gets an account of their own', async () => {
  const customer = await server.signUp();
  const { userId, email, password } = customer.identity;
  const [erased, signedUp] = await Promise.all([
    erase(admin, userId),
    server.anonymous.post('/api/auth/signup', { email, password }),
  ]);
  assert.equal(erased.status, 200, erased.text);
  if (signedUp.status !== 201) {
    assert.equal(code(signedUp), 'accounts.email_taken');
    const again = await server.anonymous.post('/api/auth/signup', { email, password });
    assert.equal(again.status, 201, again.text);
  } else {
    assert.notEqual(signedUp.json<{ user: { id: string } }>().user.id, userId);
  }
  await requireConsistent(userId, erased);
});

test('two admins who erase a person at the same moment erase them once, and each other never both', async () => {
  const { userId } = (await server.signUp()).identity;
  const second = await other.asAdmin();
  const both = await Promise.all([erase(admin, userId), erase(second, userId)]);
  const [one, two] = both.map((reply) => reply.json<{ erasedAt: string }>().erasedAt);
  assert.equal(one, two);
  const [count] = await query(
    db.url,
    `select count(*)::int as events from events where type = 'customer.erased' and data ->> 'userId' = $1`,
    [userId],
  );
  assert.deepEqual(count, { events: 1 });

  // A third admin stays, so that it is not the last one who is spared.
  const [a, b] = [await server.asAdmin(), await server.asAdmin()];
  const duel = await Promise.all([erase(a, b.identity.userId), erase(b, a.identity.userId)]);
  assert.equal(duel.filter(({ status }) => status === 200).length, 1, duel.map(code).join());
});

test('of the last two admins, who erase each other at the same moment, one stays', async () => {
  const [a, b] = [await server.asAdmin(), await server.asAdmin()];
  await query(
    db.url,
    "update users set disabled_at = now() where role = 'admin' and id <> all($1::uuid[])",
    [[a.identity.userId, b.identity.userId]],
  );
  const duel = await Promise.all([erase(a, b.identity.userId), erase(b, a.identity.userId)]);
  await query(db.url, "update users set disabled_at = null where role = 'admin'");
  assert.equal(duel.filter(({ status }) => status === 200).length, 1, duel.map(code).join());
});

test('the access token of an erased person is refused on every server within five seconds', async () => {
  const customer = await other.signUp();
  assert.equal((await customer.get('/api/auth/profile')).status, 200);
  await requireErased(admin, customer.identity.userId);
  assert.equal(
    (await customer.get('/api/auth/profile')).status,
    401,
    'its account is gone at once',
  );
});

test('a guest who orders with the address at the same moment is a person of their own', async () => {
  const customer = await server.signUp();
  const { userId, email } = customer.identity;
  const [erased, placed] = await Promise.all([
    erase(admin, userId),
    server.anonymous.post(
      '/api/orders',
      orderOf(sku, { email, name: 'Gus', phone: '+442079460123' }),
    ),
  ]);
  assert.equal(placed.status, 201, placed.text);
  const { customerId, ...guestOrder } = placed.json<PlacedByGuest>();
  const guest = await findRow(server, customerId);
  assert.equal(guest.email, email, 'the order is open, and has its customer');
  if (erased.status === 200) assert.equal((await findRow(server, userId)).email, null);
  else assert.equal(code(erased), 'accounts.erasure_blocked');
  const held = holdPlaced(server.url, { customerId, ...guestOrder });
  assert.equal(code(await held.post(`/api/orders/${guestOrder.id}/cancel`, {})), '200');
});

test('an order that staff open again at the same moment blocks the erasure', async () => {
  const customer = await server.signUp();
  const { userId } = customer.identity;
  const placed = await customer.post('/api/orders', orderOf(sku));
  const { id } = placed.json<{ id: string }>();
  const override = { override: true, reason: 'it was the wrong one' };
  const move = (status: string) => admin.patch(`/api/orders/${id}/status`, { status, ...override });
  assert.equal(code(await move('COMPLETED')), '200');
  const held = await lockRows(db.database, 'select from orders where id = $1 for update', [id]);
  const opened = move('READY');
  await waitUntilBlocked(db.database, '%from orders%');
  const erased = erase(admin, userId);
  await until(async () => {
    const [row] = await query(
      db.ownerUrl,
      `select count(*)::int as waiting
         from pg_stat_activity
        where datname = current_database()
          and wait_event_type = 'Lock'`,
    );
    assert.equal(row!.waiting, 2);
  });
  await held.release();
  assert.equal(code(await opened), '200');
  assert.equal(code(await erased), 'accounts.erasure_blocked');
  assert.notEqual((await findRow(server, userId)).email, null);
  assert.equal(code(await move('COMPLETED')), '200');
  await requireErased(admin, userId);
});
