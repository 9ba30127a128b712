import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OrderView, PlaceOrderInput } from '../../../../src/modules/orders/schemas.ts';
import type { UserCaller } from '../../../../src/shared/caller.ts';
import { testDatabase } from '../../../support/database.ts';
import {
  buildContext,
  buildPlacementContext,
  coded,
  createTestOrders,
  parseView,
} from '../../../support/orders.ts';
import { addCharge, addDiscount, addModifierGroup, findUses } from '../../../support/pricing.ts';
import { planJobs, startQueuedWorker, takeJobs } from '../../../support/queued.ts';
import { addProduct, addUser, findStock, offerEveryType } from '../../../support/shop.ts';

/** What an order that was accepted to be placed later costs when it is placed. */
const { database } = await testDatabase();
await offerEveryType(database);
const orders = createTestOrders(database);
const admin = await addUser(database, { role: 'admin' });

async function queue(input: Omit<PlaceOrderInput, 'customerId'>, caller?: UserCaller) {
  const customer = caller ?? (await addUser(database));
  const context = buildPlacementContext(customer, undefined, input, true);
  return parseView(await orders.placeOrder(context, input));
}

async function work(): Promise<void> {
  await startQueuedWorker(database).run(await takeJobs(database, await planJobs(database)));
}

const read = (orderId: string): Promise<OrderView> => orders.getOrder(admin, orderId);

async function readAll(queued: readonly OrderView[]): Promise<OrderView[]> {
  return Promise.all(queued.map(({ id }) => read(id)));
}

async function setDiscount(id: string, change: string): Promise<void> {
  await database.run(
    `test.set_discount_${change.replaceAll(/\W+/g, '_')}`,
    `update discounts set version = version + 1, ${change} where id = $1::uuid`,
    [id],
  );
}

/** Adds a curry to which an egg, of which there are few, can be added. */
async function addCurry(code: string, eggs: number) {
  const egg = await addProduct(database, { onHand: eggs });
  const curry = await addProduct(database, { priceMinor: 1_000, onHand: 1_000 });
  const groupId = await addModifierGroup(database, curry.id, [{ code, productId: egg.id }]);
  const items = [{ sku: curry.sku, quantity: 1, modifiers: [{ code }] }];
  return { egg, curry, groupId, items };
}

async function requireFailure(
  orderId: string,
  code: string,
  extensions: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { status, failure } = await read(orderId);
  assert.deepEqual([status, failure?.code], ['FAILED', code]);
  const { data } = await orders.getOrderHistory(admin, orderId);
  const stated = data.at(-1)!.data as Record<string, unknown>;
  for (const [name, value] of Object.entries(extensions)) assert.deepEqual(stated[name], value);
}

describe('a queued order with a code', () => {
  test('holds no use while it waits, and one once it is placed, until it is cancelled', async () => {
    const { curry } = await addCurry('WAITING', 10);
    const id = await addDiscount(database, { code: 'WAITING', uses_max: 5 });
    const customer = await addUser(database);
    const input = { items: [{ sku: curry.sku, quantity: 1 }], discountCodes: ['waiting'] };
    const queued = await queue(input, customer);
    assert.equal(queued.bill.discounts[0]!.amount.amount, 100);
    assert.deepEqual(await findUses(database, id), { counted: 0, orders: 0 });
    await work();
    assert.deepEqual(await findUses(database, id), { counted: 1, orders: 1 });
    await orders.cancelOrder(buildContext(customer), {
      orderId: queued.id,
      reason: null,
      ifMatch: null,
    });
    assert.deepEqual(await findUses(database, id), { counted: 0, orders: 0 });
  });

  test('that is cancelled while it waits uses nothing and gives nothing back', async () => {
    const { curry } = await addCurry('LEFT', 10);
    const id = await addDiscount(database, { code: 'LEFT', uses_max: 1 });
    const input = { items: [{ sku: curry.sku, quantity: 1 }], discountCodes: ['LEFT'] };
    const customer = await addUser(database);
    const queued = await queue(input, customer);
    const other = await queue(input);
    await orders.cancelOrder(buildContext(customer), {
      orderId: queued.id,
      reason: null,
      ifMatch: null,
    });
    await work();
    assert.equal((await read(other.id)).status, 'PENDING');
    assert.deepEqual(await findUses(database, id), { counted: 1, orders: 1 });
  });

  test('of a round of orders for the last uses, the first in the queue get them and the others fail', async () => {
    const { curry } = await addCurry('LAST', 10);
    const id = await addDiscount(database, { code: 'LAST', uses_max: 2 });
    const input = { items: [{ sku: curry.sku, quantity: 1 }], discountCodes: ['LAST'] };
    const queued: OrderView[] = [];
    for (let count = 0; count < 5; count += 1) queued.push(await queue(input));
    const vip = await queue(input, await addUser(database, { vip: true }));
    await work();
    const statuses = (await readAll([vip, ...queued])).map(({ status }) => status);
    assert.deepEqual(statuses, ['PENDING', 'PENDING', ...Array(4).fill('FAILED')]);
    await requireFailure(queued[1]!.id, 'discounts.not_applicable', {
      discounts: [{ code: 'LAST', reason: 'used_up' }],
    });
    assert.deepEqual(await findUses(database, id), { counted: 2, orders: 2 });
  });

  test('an order that used the code directly meanwhile counts for the limit of its customer', async () => {
    const { curry } = await addCurry('MEANWHILE', 10);
    const id = await addDiscount(database, { code: 'MEANWHILE', uses_per_customer_max: 1 });
    const input = { items: [{ sku: curry.sku, quantity: 1 }], discountCodes: ['MEANWHILE'] };
    const customer = await addUser(database);
    const first = await queue(input, customer);
    const second = await queue(input, customer);
    await orders.placeOrder(buildPlacementContext(customer), input);
    await work();
    for (const queued of [first, second]) {
      await requireFailure(queued.id, 'discounts.not_applicable', {
        discounts: [{ code: 'MEANWHILE', reason: 'used_by_customer' }],
      });
    }
    assert.deepEqual(await findUses(database, id), { counted: 1, orders: 1 });
  });

  for (const [what, change, reason] of [
    ['was switched off', 'active = false', 'inactive'],
    ['ended', `ends_at = now() - interval '1 minute'`, 'expired'],
    ['was renamed', `code = 'OTHER-NAME'`, 'unknown'],
    ['was limited to a larger order', 'minimum_subtotal_minor = 100000', 'minimum'],
  ] as const) {
    test(`fails if its code ${what} since`, async () => {
      const { curry } = await addCurry(`GONE-${reason}`, 10);
      const code = `GONE-${reason}`;
      const id = await addDiscount(database, { code });
      const input = { items: [{ sku: curry.sku, quantity: 1 }], discountCodes: [code] };
      const queued = await queue(input);
      await setDiscount(id, change);
      await work();
      await requireFailure(queued.id, 'discounts.not_applicable', {
        discounts: [{ code, reason }],
      });
      assert.deepEqual(await findUses(database, id), { counted: 0, orders: 0 });
    });
  }

  test('is refused at once if a code is unknown, whatever is wrong with others', async () => {
    const { curry } = await addCurry('KNOWN', 10);
    await addDiscount(database, { code: 'KNOWN', active: false });
    const items = [{ sku: curry.sku, quantity: 1 }];
    await assert.rejects(
      queue({ items, discountCodes: ['KNOWN', 'NOT-KNOWN'] }),
      (error: Error & { details: { extensions: unknown } }) => {
        assert.deepEqual(error.details.extensions, {
          discounts: [{ code: 'NOT-KNOWN', reason: 'unknown' }],
        });
        return coded('discounts.not_applicable')(error as never);
      },
    );
    const queued = await queue({ items, discountCodes: ['KNOWN'] });
    await work();
    assert.equal((await read(queued.id)).status, 'FAILED');
  });
});

describe('a queued order with modifiers', () => {
  test('holds the stock of its modifiers only once it is placed; without enough of it, it fails', async () => {
    const { egg, curry, items } = await addCurry('EGG', 2);
    const queued: OrderView[] = [];
    for (let count = 0; count < 3; count += 1) queued.push(await queue({ items }));
    assert.deepEqual(await findStock(database, egg.id), { onHand: 2, reserved: 0 });
    await work();
    const statuses = (await readAll(queued)).map(({ status }) => status);
    assert.deepEqual(statuses, ['PENDING', 'PENDING', 'FAILED']);
    await requireFailure(queued[2]!.id, 'inventory.insufficient_stock', {
      lines: [{ sku: egg.sku, requested: 1, available: 0 }],
    });
    assert.deepEqual(await findStock(database, egg.id), { onHand: 2, reserved: 2 });
    assert.equal((await findStock(database, curry.id)).reserved, 2);
  });

  test('fails if a modifier was switched off or its group deleted since', async () => {
    const switchedOff = await addCurry('OFF', 10);
    const deleted = await addCurry('DELETED', 10);
    const queued = [
      await queue({ items: switchedOff.items }),
      await queue({ items: deleted.items }),
    ];
    await database.run(
      'test.switch_off',
      `update modifiers set active = false where code = 'OFF'`,
      [],
    );
    await database.run(
      'test.offer_nothing',
      `update products set modifier_group_ids = '{}' where id = $1::uuid`,
      [deleted.curry.id],
    );
    await database.run('test.delete_group', 'delete from modifier_groups where id = $1::uuid', [
      deleted.groupId,
    ]);
    await work();
    for (const { id } of queued) await requireFailure(id, 'catalog.unknown_modifier');
    for (const { egg } of [switchedOff, deleted]) {
      assert.equal((await findStock(database, egg.id)).reserved, 0);
    }
  });

  test('is placed with the names and prices that its modifiers have then', async () => {
    const { items } = await addCurry('RENAMED', 10);
    const queued = await queue({ items });
    await database.run(
      'test.rename_modifier',
      `update modifiers set name = 'Fried egg', price_minor = 175 where code = 'RENAMED'`,
      [],
    );
    await work();
    const placed = await read(queued.id);
    assert.equal(queued.total.amount, 1_100);
    assert.equal(placed.total.amount, 1_175);
    assert.deepEqual(placed.items[0]!.modifiers, [
      {
        code: 'RENAMED',
        name: 'Fried egg',
        quantity: 1,
        unitPrice: { amount: 175, currency: 'GBP' },
      },
    ]);
    assert.equal(placed.items[0]!.basePrice.amount, 1_000);
  });
});

describe('the bill of a queued order', () => {
  test('is replaced by that of its placement, and keeps tip, note and fulfilment', async () => {
    const { curry } = await addCurry('REPLACED', 10);
    const id = await addDiscount(database, { code: 'REPLACED' });
    const address = { line1: '1 High Street', city: 'York', country: 'GB' };
    const queued = await queue({
      items: [{ sku: curry.sku, quantity: 2, note: 'not too hot' }],
      discountCodes: ['replaced'],
      tip: { amount: 150, currency: 'GBP' },
      note: 'ring twice',
      fulfilment: { type: 'DELIVERY', address },
    });
    assert.equal(queued.bill.total.amount, 2_000 - 200 + 150);
    await setDiscount(id, `percent = 25`);
    const charge = await addCharge(database);
    await work();
    const placed = await read(queued.id);
    assert.equal(placed.total.amount, 2_000 - 500 + 350 + 150);
    assert.equal(placed.bill.charges[0]!.chargeId, charge);
    const { note, fulfilment, items } = placed;
    assert.deepEqual(
      [note, fulfilment, items[0]!.note],
      [queued.note, queued.fulfilment, 'not too hot'],
    );
    const { data } = await orders.getOrderHistory(admin, queued.id);
    const totals = data.map(({ type, data: facts }) => [
      type,
      (facts.bill as typeof placed.bill).total,
    ]);
    assert.deepEqual(totals, [
      ['order.queued', queued.total],
      ['order.placed', placed.total],
    ]);
    await database.run('test.end_charge', 'update charges set active = false', []);
  });

  test('becomes one of lines only if what it was accepted with no longer applies', async () => {
    const { curry } = await addCurry('PLAIN', 10);
    const discount = await addDiscount(database);
    const queued = await queue({ items: [{ sku: curry.sku, quantity: 1 }] });
    assert.equal(queued.total.amount, 900);
    await setDiscount(discount, 'active = false');
    await work();
    const placed = await read(queued.id);
    assert.equal(placed.total.amount, 1_000);
    assert.deepEqual(placed.bill.discounts, []);
    assert.equal(placed.items[0]!.discount.amount, 0);
  });

  test('is refused if the order states another total or another price of a line', async () => {
    const { curry, items } = await addCurry('STATED', 10);
    const id = await addDiscount(database, { code: 'STATED' });
    const byTotal = await queue({
      items: [{ sku: curry.sku, quantity: 1 }],
      discountCodes: ['STATED'],
      expectedTotal: { amount: 900, currency: 'GBP' },
    });
    // The price of a line is that with its modifiers.
    const byPrice = await queue({
      items: items.map((item) => ({ ...item, unitPrice: { amount: 1_100, currency: 'GBP' } })),
      discountCodes: ['STATED'],
    });
    await setDiscount(id, 'percent = 5');
    await work();
    await requireFailure(byTotal.id, 'orders.price_changed', {
      total: {
        expected: { amount: 900, currency: 'GBP' },
        current: { amount: 950, currency: 'GBP' },
      },
    });
    assert.equal((await read(byPrice.id)).status, 'PENDING');
    assert.deepEqual(await findUses(database, id), { counted: 1, orders: 1 });
  });
});
