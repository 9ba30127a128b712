import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../../support/database.ts';
import { buildPlacementContext, createTestOrders, settle } from '../../../support/orders.ts';
import { addDiscount } from '../../../support/pricing.ts';
import { addProduct, addUser } from '../../../support/shop.ts';

const CUSTOMERS = 120;
const ROUNDS = 4;

const { database } = await testDatabase({ poolMax: 60 });

test('batches that run out of stock lock discounts without a limit before the stock, like all others', async () => {
  await addDiscount(database, { combines: true });
  await addDiscount(database, { combines: true });
  const servers = Array.from({ length: 4 }, () => createTestOrders(database, { pendingMax: 0 }));
  const users = await Promise.all(Array.from({ length: CUSTOMERS }, () => addUser(database)));
  for (let round = 0; round < ROUNDS; round += 1) {
    const products = await Promise.all(
      Array.from({ length: 3 }, () => addProduct(database, { onHand: 30 })),
    );
    const { done } = await settle(
      users.map((user, index) =>
        servers[index % servers.length]!.placeOrder(buildPlacementContext(user), {
          items: [0, 1].map((next) => ({ sku: products[(index + next) % 3]!.sku, quantity: 1 })),
        }),
      ),
    );
    assert.equal(done.length, 45);
  }
  const [row] = await database.run<{ deadlocks: number }>(
    'test.deadlocks',
    `select deadlocks::int as deadlocks from pg_stat_database where datname = current_database()`,
    [],
  );
  assert.equal(row!.deadlocks, 0);
});
