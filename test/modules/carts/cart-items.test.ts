import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CodedError } from '../../../src/shared/errors.ts';
import { newId } from '../../../src/shared/ids.ts';
import { createTestCatalog } from '../../support/catalogue.ts';
import { testDatabase } from '../../support/database.ts';
import { buildContext, coded, settle } from '../../support/orders.ts';
import { addProduct, addUser } from '../../support/shop.ts';
import { createTestCarts, pounds, selectCart, sellPizza } from './selling.ts';

const { database } = await testDatabase();
const carts = createTestCarts(database);
const otherServer = createTestCarts(database);
const catalog = createTestCatalog(database);

/** For `assert.rejects`: matches the code and the first pointer. */
function at(code: string, pointer: string) {
  return (error: CodedError) => {
    assert.deepEqual([error.code, error.details.errors?.[0]?.pointer], [code, pointer]);
    return true;
  };
}

describe('adding an item', () => {
  test('prices it with its modifiers, and keeps items of one product apart by modifiers and note', async () => {
    const customer = await addUser(database);
    const { pizza, cheese, olives } = await sellPizza(database);
    const add = (input: object) =>
      carts.addItem(selectCart(customer), { sku: pizza.sku, quantity: 1, ...input });
    await add({});
    await add({ modifiers: [{ code: olives }, { code: cheese, quantity: 2 }] });
    await add({ note: 'well done' });
    const { result } = await add({ quantity: 2, modifiers: [{ code: cheese }], note: 'sliced' });
    assert.deepEqual(
      result.items.map(({ line, quantity, modifiers, note, unitPrice, total }) => [
        line,
        quantity,
        modifiers.map(({ code, quantity: units }) => [code, units]),
        note,
        unitPrice.amount,
        total.amount,
      ]),
      [
        [1, 1, [], null, 900, 900],
        [
          2,
          1,
          [
            [cheese, 2],
            [olives, 1],
          ],
          null,
          1280,
          1280,
        ],
        [3, 1, [], 'well done', 900, 900],
        [4, 2, [[cheese, 1]], 'sliced', 1050, 2100],
      ],
    );
    assert.equal(new Set(result.items.map(({ id }) => id)).size, 4);
    assert.deepEqual([result.total, result.refusals], [pounds(5180), []]);
    assert.deepEqual(result.bill.total, result.total);
  });

  test('adds the quantity to an equal item, in whatever order modifiers are named', async () => {
    const customer = await addUser(database);
    const { pizza, cheese, olives } = await sellPizza(database);
    const add = (quantity: number, modifiers: readonly { code: string; quantity?: number }[]) =>
      carts.addItem(selectCart(customer), { sku: pizza.sku, quantity, modifiers: [...modifiers] });
    const first = await add(1, [{ code: olives }, { code: cheese, quantity: 2 }]);
    const second = await add(2, [
      { code: cheese, quantity: 2 },
      { code: olives, quantity: 1 },
    ]);
    assert.deepEqual(
      second.result.items.map(({ id, quantity }) => [id, quantity]),
      [[first.result.items[0]!.id, 3]],
    );
    assert.equal(second.result.version, first.result.version + 1);
  });

  test('is refused beyond 10,000 units of an item, and changes nothing', async () => {
    const customer = await addUser(database);
    const { pizza, cheese } = await sellPizza(database);
    const modifiers = [{ code: cheese }];
    const add = (quantity: number) =>
      carts.addItem(selectCart(customer), { sku: pizza.sku, quantity, modifiers });
    await add(9_998);
    const { result: full } = await add(2);
    assert.equal(full.items[0]!.quantity, 10_000);
    await assert.rejects(add(1), (error: CodedError) => {
      assert.equal(error.code, 'request.invalid');
      assert.deepEqual(error.details.errors, [
        {
          pointer: '/quantity',
          detail: 'A cart can have at most 10000 units of an item. With these it would have 10001.',
        },
      ]);
      return true;
    });
    assert.deepEqual(await carts.getCart(customer.id), full);
  });

  test('of concurrent additions, only as many succeed as there is room for', async () => {
    const customer = await addUser(database);
    const { sku } = await addProduct(database);
    const additions = Array.from({ length: 6 }, (_, index) =>
      (index % 2 === 0 ? carts : otherServer).addItem(selectCart(customer), {
        sku,
        quantity: 4_000,
      }),
    );
    const { done } = await settle(additions);
    assert.equal(done.length, 2);
    assert.equal((await carts.getCart(customer.id)).items[0]!.quantity, 8_000);
  });

  test('sums up equal items that are added at the same time, on two servers', async () => {
    const customer = await addUser(database);
    const { pizza, cheese } = await sellPizza(database);
    const input = { sku: pizza.sku, quantity: 1, modifiers: [{ code: cheese }] };
    const { done } = await settle(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? carts : otherServer).addItem(selectCart(customer), input),
      ),
    );
    assert.equal(done.length, 20);
    const { items } = await carts.getCart(customer.id);
    assert.deepEqual(
      items.map(({ quantity }) => quantity),
      [20],
    );
  });

  test('takes effect once for a key, and a repeat receives the first reply', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database);
    const input = { sku: product.sku, quantity: 2 };
    const add = () => carts.addItem(selectCart(customer, null, 'one', input), input);
    const first = await add();
    const repeats = await Promise.all([add(), add(), add()]);
    for (const repeat of repeats) {
      assert.deepEqual(repeat, {
        result: JSON.parse(JSON.stringify(first.result)),
        replayed: true,
      });
    }
    assert.equal((await carts.getCart(customer.id)).items[0]!.quantity, 2);
    const other = { ...input, quantity: 3 };
    await assert.rejects(
      carts.addItem(selectCart(customer, null, 'one', other), other),
      coded('idempotency.key_reused'),
    );
  });

  test('is refused for what is not sold or out of range, with a pointer, and changes nothing', async () => {
    const customer = await addUser(database);
    const { pizza, cheese, olives } = await sellPizza(database, { min: 1 });
    const add = (input: object) =>
      carts.addItem(selectCart(customer), { sku: pizza.sku, quantity: 1, ...input });
    const outOfRange = 'catalog.modifiers_out_of_range';
    const cases: readonly (readonly [object, string, string])[] = [
      [{ sku: 'NO-SUCH' }, 'catalog.unknown_product', '/sku'],
      [
        { modifiers: [{ code: cheese }, { code: 'NO-SUCH' }] },
        'catalog.unknown_modifier',
        '/modifiers/1/code',
      ],
      [{}, outOfRange, '/modifiers'],
      [
        { modifiers: [{ code: olives }, { code: cheese, quantity: 4 }] },
        outOfRange,
        '/modifiers/1',
      ],
      [{ modifiers: [{ code: olives }, { code: olives }] }, 'request.invalid', '/modifiers/1/code'],
    ];
    for (const [input, code, pointer] of cases) await assert.rejects(add(input), at(code, pointer));
    await assert.rejects(
      carts.setItem(selectCart(customer), { sku: pizza.sku, quantity: 1 }),
      at(outOfRange, '/path/sku'),
    );
    const { items, version } = await carts.getCart(customer.id);
    assert.deepEqual([items, version], [[], 1]);
  });

  test('accepts fifty modifiers with long codes', async () => {
    const customer = await addUser(database);
    const { admin, groupId, pizza } = await sellPizza(database);
    const codes = Array.from({ length: 50 }, (_, index) => `${index}-${newId()}`.padEnd(64, 'x'));
    await catalog.updateModifierGroup(
      buildContext(admin),
      groupId,
      {
        max: 50,
        modifiers: codes.map((code) => ({ code, name: 'Spice', price: pounds(1) })),
      },
      null,
    );
    const modifiers = codes.map((code) => ({ code }));
    await carts.addItem(selectCart(customer), { sku: pizza.sku, quantity: 1, modifiers });
    const { result } = await carts.addItem(selectCart(customer), {
      sku: pizza.sku,
      quantity: 1,
      modifiers: modifiers.toReversed(),
    });
    assert.deepEqual(
      result.items.map(({ quantity, unitPrice }) => [quantity, unitPrice.amount]),
      [[2, 950]],
    );
  });

  test('is refused when the cart has a hundred items, unless an equal one is there', async () => {
    const customer = await addUser(database);
    const { sku } = await addProduct(database);
    const add = (note: string) => carts.addItem(selectCart(customer), { sku, quantity: 1, note });
    for (let index = 0; index < 100; index += 1) await add(`note ${index}`);
    await assert.rejects(add('one more'), coded('request.invalid'));
    const { result } = await add('note 7');
    assert.deepEqual([result.items.length, result.items[7]!.quantity], [100, 2]);
  });
});

describe('changing an item', () => {
  test('replaces modifiers and clears them and the note with null', async () => {
    const customer = await addUser(database);
    const { pizza, cheese, olives } = await sellPizza(database);
    const added = await carts.addItem(selectCart(customer), {
      sku: pizza.sku,
      quantity: 1,
      modifiers: [{ code: cheese }],
      note: 'sliced',
    });
    const { id } = added.result.items[0]!;
    const change = async (input: object) => {
      const { result } = await carts.updateItem(selectCart(customer), id, input);
      const { quantity, modifiers, note } = result.items[0]!;
      return [result.version, quantity, modifiers.map(({ code }) => code), note];
    };
    assert.deepEqual(await change({ quantity: 4 }), [3, 4, [cheese], 'sliced']);
    assert.deepEqual(await change({ modifiers: [{ code: olives }] }), [4, 4, [olives], 'sliced']);
    assert.deepEqual(await change({ quantity: 4 }), [4, 4, [olives], 'sliced']);
    assert.deepEqual(await change({ modifiers: null }), [5, 4, [], 'sliced']);
    assert.deepEqual(await change({ note: null }), [6, 4, [], null]);
  });

  test('merges two items that become equal: the changed one keeps its id and has both quantities', async () => {
    const customer = await addUser(database);
    const { pizza, cheese } = await sellPizza(database);
    const item = { sku: pizza.sku, quantity: 2 };
    await carts.addItem(selectCart(customer), item);
    const { result } = await carts.addItem(selectCart(customer), {
      ...item,
      quantity: 3,
      modifiers: [{ code: cheese }],
    });
    const { id } = result.items[1]!;
    const merged = await carts.updateItem(selectCart(customer), id, { modifiers: [] });
    assert.deepEqual(
      merged.result.items.map((one) => [one.id, one.quantity, one.modifiers]),
      [[id, 5, []]],
    );
  });

  test('refuses to merge two items into more than 10,000 units, and changes nothing', async () => {
    const customer = await addUser(database);
    const { sku } = await addProduct(database);
    const add = (quantity: number, note: string) =>
      carts.addItem(selectCart(customer), { sku, quantity, note });
    await add(9_999, 'hot');
    const { result: before } = await add(2, 'cold');
    const merge = (input: object) =>
      carts.updateItem(selectCart(customer), before.items[1]!.id, { note: 'hot', ...input });
    await assert.rejects(merge({}), at('request.invalid', '/quantity'));
    assert.deepEqual(await carts.getCart(customer.id), before);
    const { result } = await merge({ quantity: 1 });
    assert.deepEqual(
      result.items.map(({ quantity }) => quantity),
      [10_000],
    );
  });

  test('sets the quantity of the item with an id, which the cart must have', async () => {
    const [customer, other] = [await addUser(database), await addUser(database)];
    const { sku } = await addProduct(database);
    await carts.addItem(selectCart(customer), { sku, quantity: 1, note: 'cold' });
    const { items, version } = await carts.setItem(selectCart(customer), { sku, quantity: 2 });
    const { id } = items[0]!;
    const set = await carts.setItem(selectCart(customer, [version]), { sku: id, quantity: 5 });
    assert.deepEqual(
      set.items.map(({ note, quantity }) => [note, quantity]),
      [
        ['cold', 5],
        [null, 2],
      ],
    );
    const notFound = coded('carts.item_not_found');
    const stale = coded('request.precondition_failed');
    const item = { sku: id, quantity: 6 };
    await assert.rejects(carts.setItem(selectCart(customer, [version]), item), stale);
    await assert.rejects(carts.setItem(selectCart(other), item), notFound);
    const unknown = { sku: newId(), quantity: 6 };
    await assert.rejects(carts.setItem(selectCart(customer), unknown), notFound);
    assert.deepEqual(await carts.getCart(customer.id), set);
  });

  test('finds the item without modifiers and note by its SKU, and no item by a foreign id', async () => {
    const [customer, other] = [await addUser(database), await addUser(database)];
    const { sku } = await addProduct(database);
    await carts.addItem(selectCart(customer), { sku, quantity: 1, note: 'cold' });
    const notFound = coded('carts.item_not_found');
    await assert.rejects(carts.updateItem(selectCart(customer), sku, { quantity: 2 }), notFound);
    const { result } = await carts.addItem(selectCart(customer), { sku, quantity: 1 });
    const changed = await carts.updateItem(selectCart(customer), sku, { quantity: 7 });
    assert.deepEqual(
      changed.result.items.map(({ note, quantity }) => [note, quantity]),
      [
        ['cold', 1],
        [null, 7],
      ],
    );
    const { id } = result.items[0]!;
    await assert.rejects(carts.updateItem(selectCart(other), id, { quantity: 2 }), notFound);
    await assert.rejects(carts.removeItem(selectCart(other), id), notFound);
    await assert.rejects(carts.removeItem(selectCart(customer), newId()), notFound);
    const left = await carts.removeItem(selectCart(customer), id);
    assert.deepEqual(
      left.items.map(({ quantity }) => quantity),
      [7],
    );
  });

  test('with a SKU that has the form of an id is found by both', async () => {
    const customer = await addUser(database);
    const { sku } = await addProduct(database, { sku: newId() });
    const added = await carts.addItem(selectCart(customer), { sku, quantity: 1 });
    const [item] = added.result.items;
    await carts.updateItem(selectCart(customer), item!.id, { quantity: 2 });
    const { items } = await carts.setItem(selectCart(customer), { sku, quantity: 3 });
    assert.deepEqual(
      items.map(({ id, quantity }) => [id, quantity]),
      [[item!.id, 3]],
    );
    assert.deepEqual((await carts.removeItem(selectCart(customer), sku)).items, []);
  });

  test('of another version is refused', async () => {
    const customer = await addUser(database);
    const { sku } = await addProduct(database);
    const { result } = await carts.addItem(selectCart(customer, [1]), { sku, quantity: 1 });
    const stale = coded('request.precondition_failed');
    const target = selectCart(customer, [1]);
    await assert.rejects(carts.addItem(target, { sku, quantity: 1 }), stale);
    await assert.rejects(carts.updateItem(target, sku, { quantity: 2 }), stale);
    await assert.rejects(carts.updateCart(target, { note: 'x' }), stale);
    assert.deepEqual(await carts.getCart(customer.id), result);
  });
});
