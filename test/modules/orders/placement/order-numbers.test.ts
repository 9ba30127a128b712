import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importOrders, productKey } from '../../../../src/modules/orders/index.ts';
import { createOrderNumbers } from '../../../../src/modules/orders/placement/numbers.ts';
import { testDatabase } from '../../../support/database.ts';
import { buildPlacementContext, createTestOrders, parseView } from '../../../support/orders.ts';
import { addProduct, addUser, testAuthor } from '../../../support/shop.ts';

/** The shop's own numbers increase independently of the numbers that an import contains. */
const { database } = await testDatabase();
const customer = await addUser(database);
const product = await addProduct(database, { onHand: 1_000 });

async function lastNumber(): Promise<number> {
  const [last] = await database.run<{ number: number }>(
    'test.last_number',
    'select last_value as number from order_numbers',
    [],
  );
  return last!.number;
}

/** Imports orders with these numbers and returns the numbers that were imported. */
async function importNumbers(numbers: readonly (string | number)[]): Promise<readonly string[]> {
  const line = { name: product.sku, sku: product.sku, quantity: 1, unitPriceMinor: 100 };
  const createdAt = new Date('2019-01-01T12:00:00Z');
  const { imported } = await importOrders(
    database,
    testAuthor,
    numbers.map((number) => ({ number: String(number), createdAt, email: null, lines: [line] })),
    new Map([[productKey(line), product]]),
    'GBP',
  );
  return imported;
}

async function place(server = createTestOrders(database, { pendingMax: 0 })): Promise<number> {
  const items = [{ sku: product.sku, quantity: 1 }];
  return Number(
    parseView(await server.placeOrder(buildPlacementContext(customer), { items })).number,
  );
}

test('an imported number of fifteen digits does not affect the shop’s own numbers', async () => {
  const before = await place();
  assert.equal((await importNumbers(['999999999999999', '9'.repeat(30), 'A-1'])).length, 3);
  assert.equal(await place(), before + 1);
});

test('the numbers of imported orders are skipped, and no others', async () => {
  const server = createTestOrders(database, { pendingMax: 0 });
  const start = await place(server);
  const row = Array.from({ length: 250 }, (_, index) => start + 1 + index);
  await importNumbers([...row, start + 252, start + 254]);
  const numbers = [];
  for (const where of [server, server, server, undefined, server]) numbers.push(await place(where));
  assert.deepEqual(
    numbers.map((number) => number - start),
    [251, 253, 255, 256, 257],
  );
});

test('an import during placements on two servers fails none of them', async () => {
  const start = await lastNumber();
  const servers = [1, 2].map(() => createTestOrders(database, { pendingMax: 0 }));
  const batches = Array.from({ length: 10 }, (_, batch) =>
    Array.from({ length: 10 }, (_, index) => start + 1 + batch * 15 + index),
  );
  const imports = (async () => {
    const imported: string[] = [];
    for (const batch of batches) imported.push(...(await importNumbers(batch)));
    return imported;
  })();
  const placed = await Promise.all(
    Array.from({ length: 60 }, (_, index) => place(servers[index % 2])),
  );
  const all = [...placed.map(String), ...(await imports)];
  assert.equal(new Set(placed).size, 60);
  assert.equal(new Set(all).size, all.length);
});

test('more consecutive imported numbers than one lookup covers are skipped', async () => {
  const server = createTestOrders(database, { pendingMax: 0 });
  await place(server);
  const start = await lastNumber();
  const rolledBack = new Error('rolled back');
  const pass = database.transaction(async (tx) => {
    await tx.run(
      'test.bring_many',
      `insert into orders (id, number, customer_id, status, vip, total_minor, currency, source, created_at)
       select gen_random_uuid(), ($1::bigint + place)::text, $2::uuid, 'COMPLETED', false, 100, 'GBP', 'import', now()
         from generate_series(1, 100500) as place
       on conflict (number) do nothing`,
      [start, customer.id],
    );
    const numbers = createOrderNumbers();
    numbers.forget();
    assert.deepEqual(await numbers.borrow(tx, 2), [String(start + 100501), String(start + 100502)]);
    throw rolledBack;
  });
  await assert.rejects(pass, rolledBack);
});
