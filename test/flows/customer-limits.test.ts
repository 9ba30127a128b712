import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { UserCaller } from '../../src/shared/caller.ts';
import { testDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';
import { createSession, type Reply, type Session } from '../support/session.ts';
import { addProduct, addUser, findStock } from '../support/shop.ts';
import { createTokenIssuer } from '../support/tokens.ts';

/** Two servers on one database, with the default limits. */
const db = await testDatabase();
const JWT_SECRET = randomBytes(48).toString('base64url');
const servers = [
  await startTestServer(db, { environment: { JWT_SECRET } }),
  await startTestServer(db, { environment: { JWT_SECRET } }),
];
const mint = createTokenIssuer(JWT_SECRET);
const ROUNDS = 150;
/** Customers whose requests race in one round. */
const TOGETHER = 5;

/** One session of the customer at each server. */
function openSessions(customer: UserCaller): Session[] {
  const accessToken = mint(customer);
  return servers.map(({ url }) =>
    createSession(url, { email: '', password: '', accessToken, userId: customer.id }),
  );
}

function atOnce(
  count: number,
  sessions: readonly Session[],
  call: (session: Session, index: number) => Promise<Reply>,
): Promise<Reply[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) => call(sessions[index % sessions.length]!, index)),
  );
}

function outcomes(replies: readonly Reply[]): string[] {
  return replies
    .map(({ status, json }) => (status < 400 ? `${status}` : String(json().code)))
    .sort();
}

test(`of six concurrent orders five are placed, in ${ROUNDS * TOGETHER} attempts across two servers`, async () => {
  const product = await addProduct(db.database, { onHand: 1_000_000 });
  const order = { items: [{ sku: product.sku, quantity: 1 }] };
  const five = [...Array<string>(5).fill('201'), 'orders.pending_limit'];
  for (let round = 0; round < ROUNDS; round += 1) {
    await Promise.all(
      Array.from({ length: TOGETHER }, async () => {
        const sessions = openSessions(await addUser(db.database));
        const replies = await atOnce(6, sessions, (session) => session.post('/api/orders', order));
        assert.deepEqual(outcomes(replies), five);
      }),
    );
  }
  const { reserved } = await findStock(db.database, product.id);
  assert.equal(reserved, 5 * ROUNDS * TOGETHER);
});

test('of a checkout and five orders at once five are placed, and a refused cart keeps its items', async () => {
  const product = await addProduct(db.database, { onHand: 1_000_000 });
  const order = { items: [{ sku: product.sku, quantity: 1 }] };
  for (let round = 0; round < ROUNDS / 3; round += 1) {
    const sessions = openSessions(await addUser(db.database));
    await sessions[0]!.put(`/api/cart/items/${product.sku}`, { quantity: 2 });
    const replies = await atOnce(6, sessions, (session, index) =>
      index === round % 6 ? session.post('/api/cart/checkout') : session.post('/api/orders', order),
    );
    assert.equal(outcomes(replies).filter((outcome) => outcome === '201').length, 5);
    const cart = (await sessions[1]!.get('/api/cart')).json<{ items: unknown[] }>();
    assert.equal(cart.items.length, replies[round % 6]!.status === 201 ? 0 : 1);
  }
});

test(`of five concurrent cancellations three succeed, in ${ROUNDS} attempts across two servers`, async () => {
  const product = await addProduct(db.database, { onHand: 1_000_000 });
  const order = { items: [{ sku: product.sku, quantity: 1 }] };
  const three = ['200', '200', '200', 'orders.cancellation_limit', 'orders.cancellation_limit'];
  for (let round = 0; round < ROUNDS; round += 1) {
    const sessions = openSessions(await addUser(db.database));
    const placed = await atOnce(5, sessions, (session) => session.post('/api/orders', order));
    const ids = placed.map((reply) => reply.json<{ id: string }>().id);
    const replies = await atOnce(5, sessions, (session, index) =>
      session.post(`/api/orders/${ids[index]}/cancel`),
    );
    assert.deepEqual(outcomes(replies), three);
  }
  assert.equal((await findStock(db.database, product.id)).reserved, 2 * ROUNDS);
});
