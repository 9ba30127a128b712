import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ReasonRow, readReason, reasonColumns } from '../../../src/events/index.ts';
import type { CodedError } from '../../../src/shared/errors.ts';
import { newId } from '../../../src/shared/ids.ts';
import { createTestInventory } from '../../support/catalogue.ts';
import { testDatabase } from '../../support/database.ts';
import {
  buildContext,
  buildPlacementContext,
  coded,
  createTestOrders,
  settle,
} from '../../support/orders.ts';
import { addProduct, addUser, findStock } from '../../support/shop.ts';

const { database } = await testDatabase();
const inventory = createTestInventory(database);
const orders = createTestOrders(database, { pendingMax: 0 });
const admin = await addUser(database, { role: 'admin' });

function adjust(productId: string, delta: number, key?: string) {
  const input = { delta, reason: 'Counted again' };
  return inventory.adjustStock(buildContext(admin, key, input), productId, input);
}

describe('a stock correction', () => {
  test('changes the units on hand and is recorded in the ledger and the log with its actor and reason', async () => {
    const product = await addProduct(database, { onHand: 3 });
    const { result } = await adjust(product.id, 4);
    assert.equal(result.onHand, 7);
    assert.equal(result.reserved, 0);
    assert.deepEqual(result.actor, { type: 'user', id: admin.id, role: 'admin' });
    const page = await inventory.listMovements(admin, product.id, {});
    assert.deepEqual(page.data[0], result);
    assert.equal(result.actorName, 'Test');
    assert.deepEqual(
      page.data.map(({ kind, delta }) => [kind, delta]),
      [
        ['adjustment', 4],
        ['initial', 3],
      ],
    );
    const [event] = await database.run<ReasonRow & { data: object; actorId: string }>(
      'test.stock_event',
      `select id, ${reasonColumns}, data, actor_id as "actorId"
         from events where data ->> 'productId' = $1::text`,
      [product.id],
    );
    const { data, actorId } = event!;
    assert.deepEqual(
      { data, reason: readReason(database.keyRing, event!), actorId },
      {
        data: {
          movementId: result.id,
          productId: product.id,
          sku: product.sku,
          delta: 4,
          onHand: 7,
          reserved: 0,
        },
        reason: 'Counted again',
        actorId: admin.id,
      },
    );
  });

  test('40 corrections at once add up', async () => {
    const product = await addProduct(database, { onHand: 100 });
    const deltas = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 3 : -2));
    await Promise.all(deltas.map((delta) => adjust(product.id, delta)));
    assert.equal((await findStock(database, product.id)).onHand, 120);
    const { data } = await inventory.listMovements(admin, product.id, { limit: 100 });
    const newestFirst = data.map(({ onHand }) => onHand);
    data.slice(0, -1).forEach(({ delta }, index) => {
      assert.equal(newestFirst[index]! - newestFirst[index + 1]!, delta);
    });
  });

  test('of a removal of the last units and a concurrent order for them, one is refused', async () => {
    for (let round = 0; round < 10; round += 1) {
      const product = await addProduct(database, { onHand: 5 });
      const customer = await addUser(database);
      const { done, refused } = await settle<unknown>([
        orders.placeOrder(buildPlacementContext(customer), {
          items: [{ sku: product.sku, quantity: 5 }],
        }),
        adjust(product.id, -5),
      ]);
      assert.equal(done.length, 1);
      const { onHand, reserved } = await findStock(database, product.id);
      if (reserved === 5) {
        assert.deepEqual([onHand, refused], [5, ['inventory.below_reserved']]);
      } else assert.deepEqual([onHand, refused], [0, ['inventory.insufficient_stock']]);
    }
  });

  test('cannot remove reserved units, and states how many these are', async () => {
    const product = await addProduct(database, { onHand: 5 });
    await orders.placeOrder(buildPlacementContext(await addUser(database)), {
      items: [{ sku: product.sku, quantity: 3 }],
    });
    await assert.rejects(adjust(product.id, -3), (error: CodedError) => {
      assert.equal(error.code, 'inventory.below_reserved');
      assert.deepEqual(error.details.extensions, { onHand: 5, reserved: 3 });
      return true;
    });
    await adjust(product.id, -2);
    assert.deepEqual(await findStock(database, product.id), { onHand: 3, reserved: 3 });
  });

  test('is refused if it is zero or beyond the limits, and leaves no trace', async () => {
    const product = await addProduct(database, { onHand: 5 });
    await assert.rejects(adjust(product.id, 0), coded('request.invalid'));
    await assert.rejects(adjust(product.id, 1_000_000_000), coded('request.invalid'));
    await assert.rejects(adjust(product.id, -6), coded('inventory.below_reserved'));
    await assert.rejects(adjust(newId(), 1), coded('catalog.not_found'));
    assert.equal((await inventory.listMovements(admin, product.id, {})).data.length, 1);
  });

  test('20 repeats with one key correct the stock once', async () => {
    const product = await addProduct(database, { onHand: 5 });
    const key = newId();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => adjust(product.id, 2, key)),
    );
    assert.equal(outcomes.filter(({ replayed }) => !replayed).length, 1);
    assert.equal(new Set(outcomes.map(({ result }) => JSON.stringify(result))).size, 1);
    assert.equal((await findStock(database, product.id)).onHand, 7);
  });
});

describe('the ledger of a product', () => {
  test('has no gaps between pages while corrections continue', async () => {
    const product = await addProduct(database, { onHand: 1 });
    for (let delta = 1; delta <= 5; delta += 1) await adjust(product.id, delta);
    const first = await inventory.listMovements(admin, product.id, { limit: 2 });
    await adjust(product.id, 9);
    const second = await inventory.listMovements(admin, product.id, {
      limit: 2,
      cursor: first.nextCursor!,
    });
    const third = await inventory.listMovements(admin, product.id, {
      limit: 2,
      cursor: second.nextCursor!,
    });
    const deltas = [first, second, third].flatMap(({ data }) => data.map(({ delta }) => delta));
    assert.deepEqual(deltas, [5, 4, 3, 2, 1, 1]);
    assert.equal(third.nextCursor, null);
  });

  test('refuses the cursor of another product, and an unknown product', async () => {
    const [one, other] = [await addProduct(database), await addProduct(database)];
    await adjust(one.id, 1);
    const { nextCursor } = await inventory.listMovements(admin, one.id, { limit: 1 });
    await assert.rejects(
      inventory.listMovements(admin, other.id, { limit: 1, cursor: nextCursor! }),
      coded('request.invalid_cursor'),
    );
    await assert.rejects(inventory.listMovements(admin, newId(), {}), coded('catalog.not_found'));
  });
});
