import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testDatabase } from '../../../support/database.ts';
import { waitUntilBlocked } from '../../../support/locked-rows.ts';
import {
  buildContext,
  buildPlacementContext,
  coded,
  createTestOrders,
  settle,
} from '../../../support/orders.ts';
import { addProduct, addUser } from '../../../support/shop.ts';
import { createModifierTests, modifier, nextCode, pointers } from './support.ts';

const { database } = await testDatabase();
const { catalog, admin, create, remove, createDish, editDish } =
  await createModifierTests(database);
const customer = await addUser(database);

/** Commits a statement once `start` has started what waits for it, and awaits the result of that. */
async function duringCommit(
  text: string,
  parameters: string[],
  start: () => Promise<{ readonly result: Promise<void> }>,
): Promise<void> {
  const holder = await database.connect();
  try {
    await holder.query('begin');
    await holder.query(text, parameters);
    const { result } = await start();
    await holder.query('commit');
    await result;
  } finally {
    await holder.end();
  }
}

describe('the groups of a product', () => {
  test('are kept in the order in which the product names them', async () => {
    const [first, second] = [await create({ name: 'First' }), await create({ name: 'Second' })];
    const { id } = await createDish([second.id, first.id]);
    const product = await catalog.getProduct(null, id);
    assert.deepEqual(product.modifierGroupIds, [second.id, first.id]);
    assert.deepEqual(
      product.modifierGroups.map(({ name }) => name),
      ['Second', 'First'],
    );
    const reordered = (await editDish(id, [first.id, second.id])).result;
    assert.equal(reordered.version, 2);
    assert.deepEqual(
      reordered.modifierGroups.map(({ name }) => name),
      ['First', 'Second'],
    );
  });

  test('cannot be deleted', async () => {
    const { id } = await create();
    const dish = await createDish([id]);
    await assert.rejects(remove(id), coded('catalog.group_in_use'));
    await editDish(dish.id, []);
    await remove(id);
    await assert.rejects(catalog.getModifierGroup(id), coded('prices.not_found'));
  });

  test('must exist; the unknown one is named', async () => {
    const { id } = await create();
    const gone = await create();
    await remove(gone.id);
    await assert.rejects(createDish([id, gone.id]), pointers(['/modifierGroupIds/1']));
    const dish = await createDish();
    await assert.rejects(editDish(dish.id, [gone.id, id]), pointers(['/modifierGroupIds/0']));
  });

  test('do not disappear while a product starts to name them: one of both is refused', async () => {
    for (let round = 0; round < 12; round += 1) {
      const [{ id }, dish] = [await create(), await createDish()];
      const name = round % 2 === 0 ? editDish(dish.id, [id]) : createDish([id]);
      const { done, refused } = await settle<unknown>([name, remove(id)]);
      assert.equal(done.length, 1);
      const [row] = await database.run<{ count: number }>(
        'test.count_products_of_group',
        'select count(*)::int as count from products where modifier_group_ids @> array[$1::uuid]',
        [id],
      );
      const isNamed = row!.count > 0;
      assert.deepEqual(refused, [isNamed ? 'catalog.group_in_use' : 'request.invalid']);
      await (isNamed
        ? catalog.getModifierGroup(id)
        : assert.rejects(catalog.getModifierGroup(id), coded('prices.not_found')));
    }
  });

  test('are checked again by a deletion that waited for the product', async () => {
    const [{ id }, dish] = [await create(), await createDish()];
    await duringCommit(
      'update products set modifier_group_ids = array[$1::uuid] where id = $2',
      [id, dish.id],
      async () => {
        const deletion = remove(id);
        const refused = assert.rejects(deletion, coded('catalog.group_in_use'));
        await waitUntilBlocked(database, '%delete from modifier_groups%');
        return { result: refused };
      },
    );
  });

  test('are checked again by a product that waited for the deletion', async () => {
    const [{ id }, dish] = [await create(), await createDish()];
    await duringCommit('delete from modifier_groups where id = $1', [id], async () => {
      const refused = assert.rejects(editDish(dish.id, [id]), pointers(['/modifierGroupIds/0']));
      await waitUntilBlocked(database, '%for key share%');
      return { result: refused };
    });
  });

  test('cannot be unknown to the database either', async () => {
    const dish = await createDish();
    const writing = database.run(
      'test.name_unknown_group',
      'update products set modifier_group_ids = array[$1::uuid] where id = $1::uuid',
      [dish.id],
    );
    await assert.rejects(writing, { constraint: 'products_modifier_group_ids_fkey' });
  });
});

describe('the stock of a modifier', () => {
  test('is shown as the units that are left, 0 if its product is inactive, null without one', async () => {
    const cheese = await addProduct(database, { onHand: 3 });
    const codes = [nextCode(), nextCode()];
    const { id } = await create({
      modifiers: [modifier(codes[0], { sku: cheese.sku }), modifier(codes[1])],
    });
    const dish = await createDish([id]);
    const available = async () => {
      const { modifierGroups } = await catalog.getProduct(null, dish.id);
      return modifierGroups[0]!.modifiers.map((one) => one.available);
    };
    assert.deepEqual(await available(), [3, null]);
    await createTestOrders(database).placeOrder(buildPlacementContext(customer), {
      items: [{ sku: cheese.sku, quantity: 2 }],
    });
    assert.deepEqual(await available(), [1, null]);
    await catalog.updateProduct(buildContext(admin), cheese.id, { active: false }, null);
    assert.deepEqual(await available(), [0, null]);
  });
});
