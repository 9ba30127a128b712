import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { purgeInSlices } from '../../../src/database/purge-in-slices.ts';
import { createOldCartsPurge } from '../../../src/modules/carts/clear-old-carts.ts';
import type { UserCaller } from '../../../src/shared/caller.ts';
import { testDatabase } from '../../support/database.ts';
import { lockRows, waitUntilBlocked } from '../../support/locked-rows.ts';
import { addProduct, addUser } from '../../support/shop.ts';
import { query } from '../../support/until.ts';
import { createTestCarts, selectCart } from './selling.ts';

const { database, url } = await testDatabase();
const carts = createTestCarts(database);
const product = await addProduct(database, { onHand: 100 });
const [note, tip] = ['Leave it with Ann next door', { amount: 100, currency: 'GBP' }];

const purge = () => purgeInSlices(database, createOldCartsPurge(), new AbortController().signal);

/** Lets the time since the last change of a cart pass. */
async function age({ id }: UserCaller, days: number): Promise<void> {
  await query(
    url,
    `update carts set changed_at = now() - $2::int * interval '1 day' where customer_id = $1`,
    [id, days],
  );
}

async function fill(customer: UserCaller): Promise<UserCaller> {
  await carts.addItem(selectCart(customer), { sku: product.sku, quantity: 1, note });
  await carts.updateCart(selectCart(customer), { note, tip });
  return customer;
}

async function read({ id }: UserCaller) {
  const { items, note: noted, tip: tipped, version } = await carts.getCart(id);
  return { items: items.map((item) => item.note), note: noted, tip: tipped, version };
}

describe('a cart that nobody has changed for 90 days', () => {
  test('is emptied, and its version goes on', async () => {
    const old = await fill(await addUser(database));
    const onlyTerms = await addUser(database);
    await carts.updateCart(selectCart(onlyTerms), { note });
    const young = await fill(await addUser(database));
    await age(old, 91);
    await age(onlyTerms, 91);
    await age(young, 89);
    const [before, kept] = [await read(old), await read(young)];
    assert.deepEqual([before.items, before.note], [[note], note]);
    assert.equal(await purge(), 2);
    assert.deepEqual(await read(old), {
      items: [],
      note: null,
      tip: null,
      version: before.version + 1,
    });
    assert.deepEqual(await read(young), kept);
    const left = await query(
      url,
      'select from carts where note is not null union all select from cart_items where note is not null',
    );
    assert.equal(left.length, 2, 'of the younger one');
    await age(old, 91);
    assert.equal(await purge(), 0, 'there is nothing more to remove');
  });

  test('is kept from then on with whatever change', async () => {
    const changes: Record<string, (customer: UserCaller, itemId: string) => Promise<unknown>> = {
      'a set quantity': (customer) =>
        carts.setItem(selectCart(customer), { sku: product.sku, quantity: 2 }),
      'an added item': (customer) =>
        carts.addItem(selectCart(customer), { sku: product.sku, quantity: 1 }),
      'a changed item': (customer, itemId) =>
        carts.updateItem(selectCart(customer), itemId, { quantity: 3 }),
      'changed terms': (customer) => carts.updateCart(selectCart(customer), { tip: null }),
    };
    for (const [what, change] of Object.entries(changes)) {
      const customer = await fill(await addUser(database));
      await age(customer, 91);
      const [item] = (await carts.getCart(customer.id)).items;
      await change(customer, item!.id);
      assert.equal(await purge(), 0, what);
      assert.equal((await read(customer)).note, note, what);
    }
  });

  test('is looked at once in a run, however many slices it has', async () => {
    const first = await fill(await addUser(database));
    const second = await fill(await addUser(database));
    await age(first, 91);
    await age(second, 91);
    const slice = createOldCartsPurge();
    const clear = () => slice(database, 1);
    assert.deepEqual(await clear(), [{ customerId: first.id }]);
    await fill(first);
    await age(first, 91);
    assert.deepEqual(await clear(), [{ customerId: second.id }]);
    assert.deepEqual(await clear(), []);
    assert.deepEqual(await clear(), [{ customerId: first.id }], 'by the next run');
    assert.deepEqual(await clear(), []);
  });

  test('is left alone if it is changed while it would be emptied', async () => {
    const customer = await fill(await addUser(database));
    await age(customer, 91);
    const held = await lockRows(database, 'select from users where id = $1::uuid for update', [
      customer.id,
    ]);
    const purging = purge();
    await waitUntilBlocked(database);
    await age(customer, 0);
    await held.release();
    await purging;
    assert.equal((await read(customer)).note, note);
  });
});
