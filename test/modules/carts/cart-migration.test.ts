import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrate } from '../../../src/database/migrate.ts';
import { isId, newId } from '../../../src/shared/ids.ts';
import { openOldDatabase } from '../../support/old-database.ts';
import { addProduct, addUser } from '../../support/shop.ts';
import { createTestCarts, selectCart } from './selling.ts';

const MIGRATION = 25;

test('the migration keeps carts with their versions, and each item gets an id', async () => {
  const { database } = await openOldDatabase(MIGRATION);
  const old = { emailVerified: false };
  const [customer, other] = [await addUser(database, old), await addUser(database, old)];
  const products = await Promise.all([addProduct(database), addProduct(database)]);
  for (const [index, { id }] of products.entries()) {
    await database.run(
      'test.item',
      `insert into cart_items (customer_id, product_id, quantity, added_at)
         values ($1::uuid, $2::uuid, $3::int, now() - $3::int * interval '1 hour')`,
      [customer.id, id, index + 1],
    );
  }
  await database.run('test.item_of_other', 'insert into cart_items values ($1, $2, 4)', [
    other.id,
    products[0]!.id,
  ]);
  await database.run('test.version', 'insert into carts values ($1, 7)', [customer.id]);
  const before = Date.now();
  await migrate(database);

  const carts = createTestCarts(database);
  const cart = await carts.getCart(customer.id);
  // The item that was added first comes first.
  assert.deepEqual(
    cart.items.map(({ sku, quantity, modifiers, note }) => [sku, quantity, modifiers, note]),
    [
      [products[1]!.sku, 2, [], null],
      [products[0]!.sku, 1, [], null],
    ],
  );
  const ids = cart.items.map(({ id }) => id);
  assert.deepEqual(ids.map(isId), [true, true]);
  assert.deepEqual([...ids].sort(), ids);
  const [time] = ids.map((id) => Number.parseInt(id.replace('-', '').slice(0, 12), 16));
  assert.ok(Math.abs(before - 2 * 3_600_000 - time!) < 600_000, new Date(time!).toISOString());
  assert.ok(ids[0]! < newId());
  assert.deepEqual([cart.version, cart.discountCodes, cart.tip], [7, [], null]);
  assert.deepEqual((await carts.getCart(other.id)).items[0]!.quantity, 4);

  const item = { sku: products[1]!.sku, quantity: 1 };
  const { result } = await carts.addItem(selectCart(customer, [7]), item);
  assert.deepEqual(
    [result.items[0]!.id, result.items[0]!.quantity, result.version],
    [ids[0], 3, 8],
  );
});
