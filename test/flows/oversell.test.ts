import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { addModifierGroup } from '../support/pricing.ts';
import { startServerProcess } from '../support/server-process.ts';
import { addProduct, addUser, findStock, type TestProduct } from '../support/shop.ts';
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

interface Item {
  readonly sku: string;
  readonly quantity: number;
  readonly modifiers?: readonly { readonly code: string; readonly quantity?: number }[];
}

function order(index: number, token: string, key: string, sku: string) {
  return orderItems(index, token, key, [{ sku, quantity: 1 }]);
}

async function orderItems(index: number, token: string, key: string, items: readonly Item[]) {
  const reply = await fetch(`${servers[index % 2]!.url}/api/orders`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      'idempotency-key': key,
    },
    body: JSON.stringify({ items }),
  });
  return { status: reply.status, text: await reply.text() };
}

function tally(replies: readonly { status: number }[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of replies) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Adds a product that can be ordered with units of another as a modifier. */
async function addProductWithModifier(code: string, productId: string): Promise<TestProduct> {
  const product = await addProduct(db.database, { onHand: 1_000_000 });
  await addModifierGroup(db.database, product.id, [{ code, productId, quantityMax: 2 }]);
  return product;
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

  test('2,000 parallel buyers for 50 units, as a modifier of another product or as lines: exactly 50 are sold', async () => {
    const buyersCount = 2_000;
    const egg = await addProduct(db.database, { onHand: 50 });
    const code = 'EGG';
    const curry = await addProductWithModifier(code, egg.id);
    const buyers = [];
    for (let index = 0; index < buyersCount; index += 1) buyers.push(await addUser(db.database));
    const replies = await Promise.all(
      buyers.map((buyer, index) =>
        orderItems(index, mint(buyer), newId(), [
          index % 5 === 0
            ? { sku: egg.sku, quantity: 1 }
            : { sku: curry.sku, quantity: 1, modifiers: [{ code }] },
        ]),
      ),
    );
    assert.deepEqual(tally(replies), { 201: 50, 409: buyersCount - 50 });
    const refused = replies.find(({ status }) => status === 409)!;
    assert.deepEqual(JSON.parse(refused.text).lines, [
      { sku: egg.sku, requested: 1, available: 0 },
    ]);
    assert.deepEqual(await findStock(db.database, egg.id), { onHand: 50, reserved: 50 });
    const sold = replies.filter(({ status }) => status === 201).map(({ text }) => JSON.parse(text));
    const curries = sold.filter(({ items }) => items[0].sku === curry.sku).length;
    assert.equal((await findStock(db.database, curry.id)).reserved, curries);
  });

  test('a line and the modifiers of others share the units of one product, in every order', async () => {
    const egg = await addProduct(db.database, { onHand: 50 });
    const curry = await addProductWithModifier('EGG-TWICE', egg.id);
    const buyers = await Promise.all(Array.from({ length: 60 }, () => addUser(db.database)));
    // Each wants two eggs with each of two curries, and one beside them.
    const items = [
      { sku: egg.sku, quantity: 1 },
      { sku: curry.sku, quantity: 2, modifiers: [{ code: 'EGG-TWICE', quantity: 2 }] },
    ];
    const replies = await Promise.all(
      buyers.map((buyer, index) =>
        orderItems(index, mint(buyer), newId(), index % 2 === 0 ? items : items.toReversed()),
      ),
    );
    assert.deepEqual(tally(replies), { 201: 10, 409: 50 });
    assert.deepEqual(await findStock(db.database, egg.id), { onHand: 50, reserved: 50 });
  });

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
