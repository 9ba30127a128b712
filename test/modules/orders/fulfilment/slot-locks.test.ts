import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../../support/server.ts';
import { createSession, type Session } from '../../../support/session.ts';
import { addProduct, addUser, findStock, type TestProduct } from '../../../support/shop.ts';
import { onlyIn, type Problem, startScheduledShop, timeIn } from './scheduled-shop.ts';

const shop = await startScheduledShop();
const { admin, database, server } = shop;
const other = await startTestServer({ database, url: server.databaseUrl });

async function countDeadlocks(): Promise<number> {
  await database.run('test.flush', 'select pg_stat_force_next_flush()', []);
  const [row] = await database.run<{ count: number }>(
    'test.deadlocks',
    'select deadlocks::int as count from pg_stat_database where datname = current_database()',
    [],
  );
  return row!.count;
}

const ROUNDS = 3;

test('orders that run out of stock and of places on two servers never wait for each other in a circle', async () => {
  const customer = await addUser(database);
  const tills = [admin, createSession(other.url, admin.identity)];
  const deadlocks = await countDeadlocks();
  for (let days = 2; days < 2 + ROUNDS; days += 1) await sellOut(days, tills, customer.id);
  assert.equal(await countDeadlocks(), deadlocks);
});

/** Wants 192 orders at once, with 24 units and 28 places. Each product is wanted in each slot. */
async function sellOut(days: number, tills: readonly Session[], customerId: string): Promise<void> {
  await shop.set({
    openingHours: onlyIn(days, ['17:00', '20:00']),
    slotMinutes: 20,
    slotOrdersMax: 7,
  });
  const slots = ['17:00', '17:20', '17:40', '18:00'].map((time) => timeIn(days, time));
  const products: TestProduct[] = [];
  for (let index = 0; index < 4; index += 1) {
    products.push(await addProduct(database, { onHand: 6 }));
  }
  const replies = await Promise.all(
    Array.from({ length: 192 }, (_, index) =>
      tills[index % 2]!.post('/api/orders', {
        customerId,
        items: [{ sku: products[Math.floor(index / 2) % 4]!.sku, quantity: 1 }],
        fulfilment: { type: 'PICKUP', requestedFor: slots[Math.floor(index / 8) % 4] },
      }),
    ),
  );
  const placed = replies.filter(({ status }) => status === 201).length;
  const reasons = new Set(
    replies.flatMap((reply) => (reply.status === 201 ? [] : reply.json<Problem>().code)),
  );
  assert.deepEqual(
    [...reasons].toSorted(),
    ['fulfilment.slot_full', 'inventory.insufficient_stock'].filter((code) => reasons.has(code)),
  );
  const counts = await shop.countPlaces(...slots);
  assert.ok(Math.max(...counts) <= 7, String(counts));
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    placed,
  );
  const levels = await Promise.all(products.map(({ id }) => findStock(database, id)));
  assert.equal(
    levels.reduce((sum, { reserved }) => sum + reserved, 0),
    placed,
  );
  assert.equal(placed, 24);
}
