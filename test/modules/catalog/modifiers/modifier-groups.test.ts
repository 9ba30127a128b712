import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findModifierGroups } from '../../../../src/modules/catalog/index.ts';
import type { CodedError } from '../../../../src/shared/errors.ts';
import { createTestCatalog } from '../../../support/catalogue.ts';
import { testDatabase } from '../../../support/database.ts';
import { lockRows, waitUntilBlocked } from '../../../support/locked-rows.ts';
import {
  buildContext,
  buildPlacementContext,
  coded,
  createTestOrders,
  settle,
} from '../../../support/orders.ts';
import { addProduct, addUser } from '../../../support/shop.ts';

const { database } = await testDatabase();
const catalog = createTestCatalog(database);
const admin = await addUser(database, { role: 'admin' });
const customer = await addUser(database);

const pounds = (amount: number) => ({ amount, currency: 'GBP' });
let count = 0;
const nextCode = () => {
  count += 1;
  return `MOD-${count}`;
};
const modifier = (code = nextCode(), rest: object = {}) => ({
  code,
  name: `Name of ${code}`,
  price: pounds(50),
  ...rest,
});

type CreateInput = Parameters<typeof catalog.createModifierGroup>[1];
type UpdateInput = Parameters<typeof catalog.updateModifierGroup>[2];

async function create(rest: Partial<CreateInput> = {}) {
  const input = { name: 'Extras', min: 0, max: 5, modifiers: [modifier()], ...rest };
  return (await catalog.createModifierGroup(buildContext(admin), input)).result;
}

async function update(id: string, input: UpdateInput, accepted: number[] | null = null) {
  return (await catalog.updateModifierGroup(buildContext(admin), id, input, accepted)).result;
}

async function createDish(modifierGroupIds: string[] = []) {
  const sku = `DISH-${nextCode()}`;
  const input = { sku, name: sku, price: pounds(500), modifierGroupIds };
  return (await catalog.createProduct(buildContext(admin), input)).result;
}

const editDish = (id: string, modifierGroupIds: string[]) =>
  catalog.updateProduct(buildContext(admin), id, { modifierGroupIds }, null);

async function priceVersion(): Promise<number> {
  const [row] = await database.run<{ version: number }>(
    'test.price_version',
    'select version from price_versions',
    [],
  );
  return row!.version;
}

const pointers = (expected: readonly string[]) => (error: CodedError) => {
  assert.deepEqual(
    error.details.errors?.map(({ pointer }) => pointer),
    expected,
  );
  return true;
};

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

describe('a modifier group', () => {
  test('is stored with its modifiers in their order, with the defaults of each', async () => {
    const { sku } = await addProduct(database);
    const codes = [nextCode(), nextCode()];
    const group = await create({
      modifiers: [modifier(codes[0], { quantityMax: 4, sku, active: false }), modifier(codes[1])],
    });
    const plain = { price: pounds(50), quantityMax: 1, sku: null, active: true };
    assert.deepEqual(group.modifiers, [
      { ...plain, code: codes[0], name: `Name of ${codes[0]}`, quantityMax: 4, sku, active: false },
      { ...plain, code: codes[1], name: `Name of ${codes[1]}` },
    ]);
    assert.equal(group.version, 1);
    assert.deepEqual(await catalog.getModifierGroup(group.id), group);
  });

  test('is created once per key, and repeats get the same result', async () => {
    const input = { name: 'Once', min: 0, max: 1, modifiers: [modifier()] };
    const context = buildContext(admin, 'one-group', input);
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => catalog.createModifierGroup(context, input)),
    );
    assert.equal(new Set(outcomes.map(({ result }) => result.id)).size, 1);
    assert.equal(outcomes.filter(({ replayed }) => !replayed).length, 1);
  });

  test('is read with all others in one statement, inactive modifiers included', async () => {
    const product = await addProduct(database);
    const code = nextCode();
    const { id } = await create({
      min: 0,
      max: 2,
      modifiers: [
        modifier(code, { quantityMax: 3, sku: product.sku }),
        modifier(`${code}-OFF`, { active: false }),
      ],
    });
    const empty = await create({ modifiers: [] });
    const groups = await findModifierGroups(database);
    assert.deepEqual(
      groups.find((group) => group.id === id),
      {
        id,
        name: 'Extras',
        min: 0,
        max: 2,
        modifiers: [
          {
            code,
            name: `Name of ${code}`,
            priceMinor: 50,
            quantityMax: 3,
            active: true,
            productId: product.id,
          },
          {
            code: `${code}-OFF`,
            name: `Name of ${code}-OFF`,
            priceMinor: 50,
            quantityMax: 1,
            active: false,
            productId: null,
          },
        ],
      },
    );
    assert.deepEqual(groups.find((group) => group.id === empty.id)?.modifiers, []);
  });

  test('raises the price version when it is created, changed and deleted, and otherwise not', async () => {
    const start = await priceVersion();
    const { id, modifiers } = await create();
    const created = await priceVersion();
    assert.ok(created > start);
    await update(id, { name: 'Extras', modifiers });
    assert.equal(await priceVersion(), created);
    await update(id, { name: 'Other' });
    const renamed = await priceVersion();
    assert.ok(renamed > created);
    await update(id, { modifiers: [] });
    const emptied = await priceVersion();
    assert.ok(emptied > renamed);
    await catalog.deleteModifierGroup(id, null);
    assert.ok((await priceVersion()) > emptied);
  });

  test('that is refused does not raise the price version', async () => {
    const { modifiers } = await create();
    const before = await priceVersion();
    await assert.rejects(create({ modifiers }), coded('catalog.modifier_code_taken'));
    assert.equal(await priceVersion(), before);
  });
});

describe('an edit of a modifier group', () => {
  test('keeps what it does not state, and increases the version', async () => {
    const before = await create();
    const after = await update(before.id, { max: 3 });
    assert.deepEqual(after, { ...before, max: 3, version: 2, updatedAt: after.updatedAt });
  });

  test('replaces the modifiers, in the new order, and may reuse their codes', async () => {
    const [first, second, third] = [modifier(), modifier(), modifier()];
    const { id } = await create({ modifiers: [first, second] });
    const renamed = { ...first, name: 'Renamed' };
    const after = await update(id, { modifiers: [third, renamed] });
    assert.deepEqual(
      after.modifiers.map(({ code, name }) => [code, name]),
      [
        [third.code, third.name],
        [first.code, 'Renamed'],
      ],
    );
    // A code that was given up can be used by another group.
    await create({ modifiers: [second] });
  });

  test('succeeds for one of two editors with the same version', async () => {
    const { id } = await create();
    const attempts = ['Left', 'Right'].map((name) => update(id, { name, version: 1 }));
    const { done, refused } = await settle(attempts);
    assert.equal(done.length, 1);
    assert.deepEqual(refused, ['prices.version_conflict']);
  });

  test('succeeds for one of two editors with the same If-Match', async () => {
    const { id } = await create();
    const { done, refused } = await settle(
      ['Left', 'Right'].map((name) => update(id, { name }, [1])),
    );
    assert.equal(done.length, 1);
    assert.deepEqual(refused, ['request.precondition_failed']);
  });

  test('returns its first result if it is repeated with the same key', async () => {
    const { id } = await create();
    const context = buildContext(admin, `edit-${id}`, { max: 2 });
    const first = await catalog.updateModifierGroup(context, id, { max: 2 }, [1]);
    await update(id, { max: 4 });
    const repeat = await catalog.updateModifierGroup(context, id, { max: 2 }, [1]);
    assert.deepEqual(repeat, { result: first.result, replayed: true });
    assert.equal((await catalog.getModifierGroup(id)).max, 4);
  });

  test('is refused if the active modifiers could not reach the minimum', async () => {
    const first = modifier(nextCode(), { quantityMax: 2 });
    const { id } = await create({ min: 2, max: 4, modifiers: [first] });
    await assert.rejects(update(id, { min: 3 }), pointers(['/min']));
    const modifiers = [{ ...first, active: false }];
    await assert.rejects(update(id, { modifiers }), pointers(['/min']));
    await assert.rejects(update(id, { max: 1 }), pointers(['/min']));
    assert.equal((await catalog.getModifierGroup(id)).version, 1);
  });
});

describe('a modifier code', () => {
  test('belongs to one of the groups that are created with it at the same time', async () => {
    const codes = Array.from({ length: 3 }, nextCode);
    const attempts = Array.from({ length: 6 }, (_, index) =>
      create({
        modifiers: (index % 2 === 0 ? codes : codes.toReversed()).map((code) => modifier(code)),
      }),
    );
    const { done, refused } = await settle(attempts);
    assert.equal(done.length, 1);
    assert.deepEqual(refused, Array(5).fill('catalog.modifier_code_taken'));
  });

  test('of another group is refused by its location, and that group stays as it is', async () => {
    const owner = await create();
    const { id } = await create();
    const modifiers = [modifier(), { ...owner.modifiers[0]!, name: 'Stolen' }];
    await assert.rejects(create({ modifiers }), pointers(['/modifiers/1/code']));
    await assert.rejects(update(id, { modifiers }), coded('catalog.modifier_code_taken'));
    assert.deepEqual(await catalog.getModifierGroup(owner.id), owner);
    assert.equal((await catalog.getModifierGroup(id)).version, 1);
  });

  test('cannot be taken from a group that takes another at the same time, and neither edit waits forever', async () => {
    const [left, right] = [await create(), await create()];
    const { refused } = await settle([
      update(left.id, { modifiers: [modifier(), right.modifiers[0]!] }),
      update(right.id, { modifiers: [modifier(), left.modifiers[0]!] }),
    ]);
    assert.deepEqual(refused, Array(2).fill('catalog.modifier_code_taken'));
    assert.deepEqual(await catalog.getModifierGroup(left.id), left);
    assert.deepEqual(await catalog.getModifierGroup(right.id), right);
  });

  test('is free only once the deletion of its group is committed', async () => {
    const { id, modifiers } = await create();
    const lock = await lockRows(database, 'delete from modifier_groups where id = $1::uuid', [id]);
    const refused = assert.rejects(create({ modifiers }), coded('catalog.modifier_code_taken'));
    await waitUntilBlocked(database, '%price_versions%');
    // The release rolls the deletion back.
    await lock.release();
    await refused;
    await catalog.deleteModifierGroup(id, null);
    await create({ modifiers });
  });
});

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
    await assert.rejects(catalog.deleteModifierGroup(id, null), coded('catalog.group_in_use'));
    await editDish(dish.id, []);
    await catalog.deleteModifierGroup(id, null);
    await assert.rejects(catalog.getModifierGroup(id), coded('prices.not_found'));
  });

  test('must exist; the unknown one is named', async () => {
    const { id } = await create();
    const gone = await create();
    await catalog.deleteModifierGroup(gone.id, null);
    await assert.rejects(createDish([id, gone.id]), pointers(['/modifierGroupIds/1']));
    const dish = await createDish();
    await assert.rejects(editDish(dish.id, [gone.id, id]), pointers(['/modifierGroupIds/0']));
  });

  test('do not disappear while a product starts to name them: one of both is refused', async () => {
    for (let round = 0; round < 12; round += 1) {
      const [{ id }, dish] = [await create(), await createDish()];
      const name = round % 2 === 0 ? editDish(dish.id, [id]) : createDish([id]);
      const { done, refused } = await settle<unknown>([
        name,
        catalog.deleteModifierGroup(id, null),
      ]);
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
        const deletion = catalog.deleteModifierGroup(id, null);
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
