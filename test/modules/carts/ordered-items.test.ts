import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CodedError } from '../../../src/shared/errors.ts';
import { newId } from '../../../src/shared/ids.ts';
import { createTestCatalog } from '../../support/catalogue.ts';
import { testDatabase } from '../../support/database.ts';
import { buildContext, coded, parseView } from '../../support/orders.ts';
import { addProduct, addUser, findStock } from '../../support/shop.ts';
import { createTestCarts, pounds, selectCart, sellPizza } from './selling.ts';

const { database } = await testDatabase();
const carts = createTestCarts(database);
const otherServer = createTestCarts(database);
const catalog = createTestCatalog(database);

describe('an item that is no longer sold as it was chosen', () => {
  test('stays visible outside the bill, is named by a refusal, and prevents the checkout', async () => {
    const customer = await addUser(database);
    const { admin, groupId, pizza, cheese, olives } = await sellPizza(database);
    await carts.addItem(selectCart(customer), { sku: pizza.sku, quantity: 1 });
    await carts.addItem(selectCart(customer), {
      sku: pizza.sku,
      quantity: 2,
      modifiers: [{ code: cheese }, { code: olives }],
    });
    const modifiers = [{ code: cheese, name: 'Cheese', price: pounds(150) }];
    await catalog.updateModifierGroup(buildContext(admin), groupId, { modifiers }, null);
    const cart = await carts.getCart(customer.id);
    const [, gone] = cart.items;
    assert.deepEqual(
      gone!.modifiers.map(({ name, unitPrice }) => [name, unitPrice.amount]).sort(),
      [
        ['Cheese', 150],
        [olives, 0],
      ],
    );
    const { available, unitPrice, total, discount, tax, charged } = gone!;
    assert.deepEqual([available, unitPrice], [0, pounds(1050)]);
    assert.deepEqual([total, discount, tax, charged], Array(4).fill(pounds(0)));
    assert.deepEqual([cart.total, cart.bill.subtotal], [pounds(900), pounds(900)]);
    const index = gone!.modifiers.findIndex(({ code }) => code === olives);
    assert.deepEqual(
      cart.refusals.map(({ code, errors }) => [code, errors?.[0]?.pointer]),
      [['catalog.unknown_modifier', `/items/1/modifiers/${index}/code`]],
    );
    const context = { ...buildContext(customer), operation: 'checkOut', deferred: false };
    await assert.rejects(carts.checkOut(context, {}, null), coded('catalog.unknown_modifier'));
    await carts.updateItem(selectCart(customer), gone!.id, { modifiers: [{ code: cheese }] });
    const placed = parseView(await carts.checkOut(context, {}, null));
    assert.deepEqual([placed.items.length, placed.total], [2, pounds(3000)]);
  });

  test('that costs more than an order may is shown with a refusal instead of an error', async () => {
    const customer = await addUser(database);
    const { pizza, admin, groupId } = await sellPizza(database);
    const price = pounds(100_000_000);
    await catalog.updateProduct(buildContext(admin), pizza.id, { price }, null);
    const codes = Array.from({ length: 50 }, () => newId());
    await catalog.updateModifierGroup(
      buildContext(admin),
      groupId,
      { max: 50, modifiers: codes.map((code) => ({ code, name: 'Gold', price })) },
      null,
    );
    const modifiers = codes.map((code) => ({ code }));
    for (let index = 0; index < 20; index += 1) {
      const note = `note ${index}`;
      await carts.addItem(selectCart(customer), {
        sku: pizza.sku,
        quantity: 10_000,
        modifiers,
        note,
      });
    }
    const cart = await carts.getCart(customer.id);
    assert.equal(cart.items.length, 20);
    for (const { unitPrice, total, discount, tax, charged } of cart.items) {
      assert.deepEqual(unitPrice, pounds(5_100_000_000));
      assert.deepEqual([total, discount, tax, charged], Array(4).fill(pounds(0)));
    }
    assert.deepEqual([cart.bill.subtotal, cart.total], [pounds(0), pounds(0)]);
    assert.deepEqual(
      cart.refusals.map(({ code, detail }) => [code, detail]),
      [
        [
          'request.invalid',
          'It costs too much: an order can cost at most 1000000000000000 minor units.',
        ],
      ],
    );
  });
});

describe('the checkout of items with modifiers', () => {
  test('places them with modifiers and notes, and reserves the stock of both', async () => {
    const customer = await addUser(database);
    const { admin, groupId, pizza, cheese } = await sellPizza(database);
    const block = await addProduct(database, { onHand: 5 });
    const modifiers = [
      { code: cheese, name: 'Cheese', price: pounds(150), quantityMax: 3, sku: block.sku },
    ];
    await catalog.updateModifierGroup(buildContext(admin), groupId, { modifiers }, null);
    const { result } = await carts.addItem(selectCart(customer), {
      sku: pizza.sku,
      quantity: 2,
      modifiers: [{ code: cheese, quantity: 2 }],
      note: 'sliced',
    });
    assert.deepEqual([result.items[0]!.available, result.refusals], [2, []]);
    const context = { ...buildContext(customer), operation: 'checkOut', deferred: false };
    const placed = parseView(await carts.checkOut(context, { expectedTotal: result.total }, null));
    const { id, available, ...line } = result.items[0]!;
    assert.deepEqual(placed.items, [line]);
    assert.deepEqual(placed.bill, result.bill);
    assert.equal((await findStock(database, block.id)).reserved, 4);
    assert.deepEqual((await carts.getCart(customer.id)).items, []);
  });

  test('during a change of an item orders it as it was or as it is then, and leaves nothing behind', async () => {
    const { pizza, cheese } = await sellPizza(database, { onHand: 1_000 });
    for (let round = 0; round < 10; round += 1) {
      const customer = await addUser(database);
      const { result } = await carts.addItem(selectCart(customer), { sku: pizza.sku, quantity: 1 });
      const { id } = result.items[0]!;
      const context = { ...buildContext(customer), operation: 'checkOut', deferred: false };
      const [placed, changed] = await Promise.allSettled([
        otherServer.checkOut(context, {}, null),
        carts.updateItem(selectCart(customer), id, {
          quantity: 2,
          modifiers: [{ code: cheese }],
        }),
      ]);
      assert.equal(placed.status, 'fulfilled');
      const { total } = parseView(placed.value);
      assert.deepEqual((await carts.getCart(customer.id)).items, []);
      if (changed.status === 'fulfilled') assert.deepEqual(total, pounds(2_100));
      else {
        assert.equal((changed.reason as CodedError).code, 'carts.item_not_found');
        assert.deepEqual(total, pounds(900));
      }
    }
  });
});
