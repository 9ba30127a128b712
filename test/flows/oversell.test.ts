import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { startServerProcess } from '../support/server-process.ts';
import { addProduct, addUser, findStock } from '../support/shop.ts';
import { createTokenIssuer } from '../support/tokens.ts';

/** Two server processes on one database, as behind a load balancer. */
const db = await testDatabase();
const JWT_SECRET = randomBytes(48).toString('base64url');
const environment = { DATABASE_URL: db.url, JWT_SECRET, DEMO_DATA: 'false' };
const servers = await Promise.all([
  startServerProcess({ environment }),
  startServerProcess({ environment }),
]);
after(() => Promise.all(servers.map((server) => server.end('SIGTERM'))));
const mint = createTokenIssuer(JWT_SECRET);

async function order(index: number, token: string, key: string, sku: string) {
  const reply = await fetch(`${servers[index % 2]!.url}/api/orders`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      'idempotency-key': key,
    },
    body: JSON.stringify({ items: [{ sku, quantity: 1 }] }),
  });
  return { status: reply.status, text: await reply.text() };
}

function tally(replies: readonly { status: number }[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of replies) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe('two servers on one database', () => {
  for (const buyersCount of [200, 2_000]) {
    test(`${buyersCount} parallel buyers for 50 units: exactly 50 get one, the others are refused`, async () => {
      const product = await addProduct(db.database, { onHand: 50 });
      const buyers = [];
      for (let index = 0; index < buyersCount; index += 1) buyers.push(await addUser(db.database));
      const replies = await Promise.all(
        buyers.map((buyer, index) => order(index, mint(buyer), newId(), product.sku)),
      );
      assert.deepEqual(tally(replies), { 201: 50, 409: buyersCount - 50 });
      assert.deepEqual(await findStock(db.database, product.id), { onHand: 50, reserved: 50 });
    });
  }

  test('50 parallel requests under one key place one order and get one response', async () => {
    const product = await addProduct(db.database, { onHand: 50 });
    const token = mint(await addUser(db.database));
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) => order(index, token, 'the-same', product.sku)),
    );
    assert.deepEqual(tally(replies), { 201: 50 });
    assert.equal(new Set(replies.map((reply) => reply.text)).size, 1);
    assert.deepEqual(await findStock(db.database, product.id), { onHand: 50, reserved: 1 });
  });
});
