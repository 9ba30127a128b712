import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { UserCaller } from '../../../src/shared/caller.ts';
import type { CodedError } from '../../../src/shared/errors.ts';
import { testDatabase } from '../../support/database.ts';
import { buildContext, coded, parseView } from '../../support/orders.ts';
import { addCharge, addDiscount, addTaxRate } from '../../support/pricing.ts';
import { addProduct, addUser, offerEveryType } from '../../support/shop.ts';
import { createTestCarts, pounds, selectCart } from './selling.ts';

const { database } = await testDatabase();
await offerEveryType(database);
const carts = createTestCarts(database);
const otherServer = createTestCarts(database);
const { sku } = await addProduct(database, { priceMinor: 1_000, onHand: 10_000 });
const address = {
  line1: '1 Example Street',
  line2: null,
  city: 'London',
  region: null,
  postalCode: 'E1 6AN',
  country: 'GB',
};
const delivery = { type: 'DELIVERY' as const, address };
const stated = { ...delivery, requestedFor: null, contact: null, instructions: null, table: null };

async function customerWithItem(): Promise<UserCaller> {
  const customer = await addUser(database);
  await carts.setItem(selectCart(customer), { sku, quantity: 2 });
  return customer;
}

function checkOut(customer: UserCaller, input: object = {}, server = carts) {
  const context = { ...buildContext(customer), operation: 'checkOut', deferred: false };
  return server.checkOut(context, input, null);
}

describe('the terms of a cart', () => {
  test('remain as stated until they are cleared with null, and each change raises the version', async () => {
    const customer = await addUser(database);
    const change = async (input: object) => {
      const { result } = await carts.updateCart(selectCart(customer), input);
      const { discountCodes, tip, note, fulfilment, version } = result;
      return [discountCodes, tip, note, fulfilment, version];
    };
    assert.deepEqual(await change({}), [[], null, null, null, 1]);
    assert.deepEqual(await change({ discountCodes: [' A ', 'a', 'B'], tip: pounds(200) }), [
      ['A', 'B'],
      pounds(200),
      null,
      null,
      2,
    ]);
    assert.deepEqual(await change({ note: 'ring twice', fulfilment: delivery }), [
      ['A', 'B'],
      pounds(200),
      'ring twice',
      stated,
      3,
    ]);
    assert.deepEqual(await change({ note: 'ring twice' }), [
      ['A', 'B'],
      pounds(200),
      'ring twice',
      stated,
      3,
    ]);
    const cleared = { discountCodes: null, tip: null, note: null, fulfilment: null };
    assert.deepEqual(await change(cleared), [[], null, null, null, 4]);
    assert.deepEqual(await change({ discountCodes: [], note: '' }), [[], null, null, null, 4]);
  });

  test('are refused with a pointer if they cannot be those of an order', async () => {
    const customer = await addUser(database);
    for (const [input, pointer] of [
      [{ tip: { amount: 100, currency: 'EUR' } }, '/tip/currency'],
      [{ tip: pounds(100_000_001) }, '/tip/amount'],
      [{ fulfilment: { type: 'DELIVERY' as const } }, '/fulfilment/address'],
    ] as const) {
      await assert.rejects(carts.updateCart(selectCart(customer), input), (error: CodedError) => {
        assert.deepEqual(
          [error.code, error.details.errors?.[0]?.pointer],
          ['request.invalid', pointer],
        );
        return true;
      });
    }
    assert.equal((await carts.getCart(customer.id)).version, 1);
  });

  test('are cleared with the items when the cart is emptied', async () => {
    const customer = await addUser(database);
    await carts.updateCart(selectCart(customer), { note: 'ring twice' });
    const cart = await carts.clear(selectCart(customer));
    assert.deepEqual([cart.note, cart.version], [null, 3]);
  });
});

describe('the bill of a cart', () => {
  test('has discounts, charges, taxes and the tip, and changes with the rules of the shop', async (t) => {
    const customer = await customerWithItem();
    const taxId = await addTaxRate(database);
    const chargeId = await addCharge(database);
    const discountId = await addDiscount(database, { code: 'TEN' });
    t.after(() =>
      Promise.all([
        database.run('test.no_rates', 'delete from tax_rates', []),
        database.run('test.no_charges', 'delete from charges', []),
      ]),
    );
    const terms = { discountCodes: ['ten', 'NOPE'], tip: pounds(150), fulfilment: delivery };
    const { result } = await carts.updateCart(selectCart(customer), terms);
    const { bill, total, refusals } = result;
    assert.deepEqual(
      bill.discounts.map((discount) => [discount.discountId, discount.amount.amount]),
      [[discountId, 200]],
    );
    assert.deepEqual(
      bill.charges.map((charge) => [charge.chargeId, charge.amount.amount]),
      [[chargeId, 350]],
    );
    assert.deepEqual(
      bill.taxes.map(({ taxRateId, base, amount }) => [taxRateId, base.amount, amount.amount]),
      [[taxId, 2_150, 358]],
    );
    assert.deepEqual([bill.subtotal, bill.tip, total], [pounds(2_000), pounds(150), pounds(2_300)]);
    assert.deepEqual(result.items[0]!.discount, pounds(200));
    assert.deepEqual(
      refusals.map((refusal) => [refusal.code, (refusal as { discounts?: unknown }).discounts]),
      [['discounts.not_applicable', [{ code: 'NOPE', reason: 'unknown' }]]],
    );
    await assert.rejects(checkOut(customer), coded('discounts.not_applicable'));

    await database.run('test.more_tax', 'update tax_rates set percent = 10', []);
    assert.equal((await otherServer.getCart(customer.id)).bill.taxes[0]!.percent, '10');
    assert.equal((await carts.getCart(customer.id)).bill.taxes[0]!.percent, '10');
  });

  test('counts the limits of a customer, and states that they have too many unpaid orders', async () => {
    const limited = createTestCarts(database, 1);
    const customer = await customerWithItem();
    await addDiscount(database, { code: 'ONCE', uses_per_customer_max: 1 });
    const codes = async () => {
      const { result } = await limited.updateCart(selectCart(customer), {
        discountCodes: ['ONCE'],
      });
      return result.refusals.map(({ code }) => code);
    };
    assert.deepEqual(await codes(), []);
    await checkOut(customer, {}, limited);
    const { refusals } = await limited.setItem(selectCart(customer), { sku, quantity: 1 });
    assert.deepEqual(
      refusals.map(({ code }) => code),
      ['orders.pending_limit'],
    );
    assert.deepEqual(await codes(), ['orders.pending_limit', 'discounts.not_applicable']);
  });
});

describe('a checkout', () => {
  test('uses the terms of the cart and clears them', async () => {
    const customer = await customerWithItem();
    await addDiscount(database, { code: 'TERMS' });
    const terms = {
      discountCodes: ['TERMS'],
      tip: pounds(100),
      note: 'ring twice',
      fulfilment: delivery,
    };
    const { result: cart } = await carts.updateCart(selectCart(customer), terms);
    const order = parseView(await checkOut(customer, { expectedTotal: cart.total }));
    assert.deepEqual(order.bill, cart.bill);
    assert.deepEqual(
      [order.note, order.fulfilment],
      ['ring twice', { ...stated, promisedFor: order.createdAt }],
    );
    const after = await carts.getCart(customer.id);
    const { items, discountCodes, tip, note, fulfilment } = after;
    assert.deepEqual(
      { items, discountCodes, tip, note, fulfilment },
      { items: [], discountCodes: [], tip: null, note: null, fulfilment: null },
    );
    assert.equal(after.version, cart.version + 1);
  });

  test('prefers what it states itself', async () => {
    const customer = await customerWithItem();
    await carts.updateCart(selectCart(customer), {
      discountCodes: ['NO-SUCH'],
      tip: pounds(100),
      note: 'ring twice',
    });
    const order = parseView(await checkOut(customer, { discountCodes: [], note: 'knock' }));
    assert.deepEqual(
      [order.note, order.bill.tip, order.bill.discounts],
      ['knock', pounds(100), []],
    );
  });

  test('during a change of the terms uses them all or leaves them in the cart', async () => {
    for (let round = 0; round < 10; round += 1) {
      const customer = await customerWithItem();
      const terms = { tip: pounds(100), note: 'ring twice' };
      const [placed] = await Promise.all([
        checkOut(customer, {}, otherServer),
        carts.updateCart(selectCart(customer), terms),
      ]);
      const order = parseView(placed);
      const kept = await carts.getCart(customer.id);
      assert.deepEqual(
        [order.note, order.bill.tip.amount, kept.note, kept.tip?.amount ?? 0],
        order.note === null ? [null, 0, 'ring twice', 100] : ['ring twice', 100, null, 0],
      );
    }
  });
});
