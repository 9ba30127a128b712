import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Transaction } from '../../../src/database/database.ts';
import {
  consumeStock,
  lockStock,
  releaseStock,
  reserveStock,
  returnStock,
} from '../../../src/modules/inventory/index.ts';
import { systemActor } from '../../../src/shared/caller.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { coded, settle } from '../../support/orders.ts';
import { addProduct, findStock } from '../../support/shop.ts';

// Stock is moved here without the orders that it belongs to, so the invariants cannot hold.
const { database } = await testDatabase({ invariants: false });

interface Movement {
  readonly kind: string;
  readonly delta: number;
  readonly onHand: number;
  readonly reserved: number;
}

function listMovementsOfProduct(productId: string): Promise<Movement[]> {
  return database.run<Movement>(
    'test.movements_of',
    `select kind, delta, on_hand as "onHand", reserved
       from stock_movements
      where product_id = $1::uuid
      order by id`,
    [productId],
  );
}

/** Reserves a unit if one is available under lock, as placement does. Returns whether it did. */
async function reserveOne(tx: Transaction, productId: string): Promise<boolean> {
  const [stock] = await lockStock(tx, [productId]);
  if (stock!.onHand - stock!.reserved < 1) return false;
  await reserveStock(tx, [{ productId, quantity: 1 }]);
  return true;
}

describe('reserved stock', () => {
  test('of 50 buyers of the last 10 units, exactly 10 get one', async () => {
    const { id } = await addProduct(database, { onHand: 10 });
    const attempts = Array.from({ length: 50 }, () =>
      database.transaction((tx) => reserveOne(tx, id)),
    );
    const { done, refused } = await settle(attempts);
    assert.deepEqual(refused, []);
    assert.equal(done.filter(Boolean).length, 10);
    assert.deepEqual(await findStock(database, id), { onHand: 10, reserved: 10 });
  });

  test('several lines of one product are summed', async () => {
    const { id } = await addProduct(database, { onHand: 10 });
    const lines = [
      { productId: id, quantity: 2 },
      { productId: id, quantity: 3 },
    ];
    await database.transaction((tx) => reserveStock(tx, lines));
    assert.equal((await findStock(database, id)).reserved, 5);
    await database.transaction((tx) => releaseStock(tx, lines));
    assert.equal((await findStock(database, id)).reserved, 0);
  });

  test('the database refuses a reservation beyond the units on hand as a whole', async () => {
    const plenty = await addProduct(database, { onHand: 10 });
    const scarce = await addProduct(database, { onHand: 1 });
    const reserving = database.transaction((tx) =>
      reserveStock(tx, [
        { productId: plenty.id, quantity: 1 },
        { productId: scarce.id, quantity: 2 },
      ]),
    );
    await assert.rejects(reserving, coded('inventory.insufficient_stock'));
    assert.equal((await findStock(database, plenty.id)).reserved, 0);
  });

  test('a product without a stock row is an error', async () => {
    const lines = [{ productId: newId(), quantity: 1 }];
    await assert.rejects(
      database.transaction((tx) => reserveStock(tx, lines)),
      /no stock row/,
    );
  });

  test('lines in opposite order never deadlock, even without a prior lock', async () => {
    const products = await Promise.all(
      Array.from({ length: 20 }, () => addProduct(database, { onHand: 1000 })),
    );
    const lines = products.map(({ id }) => ({ productId: id, quantity: 1 }));
    // Counted, so that the transaction's own retries cannot hide a deadlock.
    let tries = 0;
    const attempts = Array.from({ length: 40 }, (_, index) =>
      database.transaction((tx) => {
        tries += 1;
        return reserveStock(tx, index % 2 === 0 ? lines : lines.toReversed());
      }),
    );
    const { refused } = await settle(attempts);
    assert.deepEqual(refused, []);
    assert.equal(tries, 40);
    for (const { id } of products) assert.equal((await findStock(database, id)).reserved, 40);
  });
});

describe('consumed stock', () => {
  const buildMovement = (orderId: string, productId: string, quantity: number) => ({
    orderId,
    productId,
    quantity,
    reason: 'Order completed',
    actor: systemActor,
  });

  test('ends its reservation, and each ledger row shows the state after it', async () => {
    const { id } = await addProduct(database, { onHand: 10 });
    const [first, second] = [newId(), newId()];
    await database.transaction((tx) => reserveStock(tx, [{ productId: id, quantity: 6 }]));
    await database.transaction((tx) =>
      consumeStock(tx, [
        buildMovement(first, id, 1),
        buildMovement(second, id, 3),
        buildMovement(first, id, 2),
      ]),
    );
    assert.deepEqual(await findStock(database, id), { onHand: 4, reserved: 0 });
    assert.deepEqual((await listMovementsOfProduct(id)).slice(1), [
      { kind: 'consumption', delta: -3, onHand: 7, reserved: 3 },
      { kind: 'consumption', delta: -3, onHand: 4, reserved: 0 },
    ]);
  });

  test('is on hand again after a return and remains reserved', async () => {
    const { id } = await addProduct(database, { onHand: 5 });
    const orderId = newId();
    await database.transaction((tx) => reserveStock(tx, [{ productId: id, quantity: 2 }]));
    await database.transaction((tx) => consumeStock(tx, [buildMovement(orderId, id, 2)]));
    await database.transaction((tx) => returnStock(tx, [buildMovement(orderId, id, 2)]));
    assert.deepEqual(await findStock(database, id), { onHand: 5, reserved: 2 });
    assert.deepEqual((await listMovementsOfProduct(id)).at(-1), {
      kind: 'return',
      delta: 2,
      onHand: 5,
      reserved: 2,
    });
  });

  test('cannot exceed the reserved units', async () => {
    const { id } = await addProduct(database, { onHand: 5 });
    const consuming = database.transaction((tx) =>
      consumeStock(tx, [buildMovement(newId(), id, 1)]),
    );
    await assert.rejects(consuming, coded('inventory.insufficient_stock'));
    assert.equal((await listMovementsOfProduct(id)).length, 1);
  });
});
