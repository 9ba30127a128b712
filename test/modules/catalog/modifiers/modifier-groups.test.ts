import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findModifierGroups } from '../../../../src/modules/catalog/index.ts';
import { testDatabase } from '../../../support/database.ts';
import { lockRows, waitUntilBlocked } from '../../../support/locked-rows.ts';
import { buildContext, coded, settle } from '../../../support/orders.ts';
import { addProduct } from '../../../support/shop.ts';
import { createModifierTests, modifier, nextCode, pointers } from './support.ts';

const { database } = await testDatabase();
const { catalog, admin, create, update, remove } = await createModifierTests(database);

async function priceVersion(): Promise<number> {
  const [row] = await database.run<{ version: number }>(
    'test.price_version',
    'select version from price_versions',
    [],
  );
  return row!.version;
}

describe('a modifier group', () => {
  test('is stored with its modifiers in their order, with the defaults of each', async () => {
    const { sku } = await addProduct(database);
    const codes = [nextCode(), nextCode()];
    const group = await create({
      modifiers: [modifier(codes[0], { quantityMax: 4, sku, active: false }), modifier(codes[1])],
    });
    const plain = {
      price: { amount: 50, currency: 'GBP' },
      quantityMax: 1,
      sku: null,
      active: true,
    };
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
    await remove(id);
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
    await remove(id);
    await create({ modifiers });
  });
});
