import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ordersPage } from '../../../src/modules/orders/list-queries.ts';
import { findFew } from '../../../src/modules/orders/search-orders.ts';
import { testDatabase } from '../../support/database.ts';
import { ordersOn, placementContextOf, viewOf } from '../../support/orders.ts';
import { addProduct, addUser } from '../../support/shop.ts';

const { database } = await testDatabase();
const orders = ordersOn(database, { pendingMax: 0 });
const ann = await addUser(database);
const bob = await addUser(database);
const soup = await addProduct(database, { sku: 'Soup-1', onHand: 1000 });
const salad = await addProduct(database, { sku: 'SALAD', onHand: 1000 });

async function place(customer: typeof ann, skus: readonly string[]) {
  const items = skus.map((sku) => ({ sku, quantity: 1 }));
  return viewOf(await orders.placeOrder(placementContextOf(customer), { items }));
}

const ofAnn = [
  await place(ann, [soup.sku]),
  await place(ann, [soup.sku, salad.sku]),
  await place(ann, [salad.sku]),
];
const ofBob = await place(bob, [soup.sku]);
const all = [...ofAnn, ofBob];

function idsOf(found: readonly { readonly id: string }[]): string[] {
  return found.map(({ id }) => id).sort();
}

async function few(search: string, foundMax?: number): Promise<string[] | null> {
  const found = await findFew(database, search, foundMax);
  return found === null ? null : found.toSorted();
}

/** What leafing through all orders finds. */
async function leafed(searchAll: string): Promise<string[]> {
  const { name, text, parameters } = ordersPage({ searchAll }, null, 100);
  return idsOf(await database.run<{ id: string }>(name, text, parameters));
}

describe('the search of staff', () => {
  test('finds the same orders by index as by leafing through all of them', async () => {
    const [first] = ofAnn;
    const searches = [
      'soup',
      'SOUP-1',
      'alad',
      'product',
      ann.id,
      bob.id.toUpperCase(),
      '@',
      'none',
    ];
    searches.push(
      first!.number,
      first!.number.slice(0, 4),
      first!.number.slice(2),
      '',
      '%',
      '_',
      '\\',
    );
    for (const search of searches) {
      assert.deepEqual(await few(search), await leafed(search), `search for ${search}`);
    }
    assert.deepEqual(await few('alad'), idsOf(ofAnn.slice(1)));
    assert.deepEqual(await few(ann.id), idsOf(ofAnn));
    assert.deepEqual(await few(first!.number.slice(0, 3)), idsOf(all));
  });

  test('more than are few are left to leafing, those at the limit are not', async () => {
    assert.equal(await few('soup', 2), null);
    assert.deepEqual(await few('soup', 3), idsOf([ofAnn[0]!, ofAnn[1]!, ofBob]));
    assert.equal(await few(ann.id, 2), null);
    assert.equal(await few(all[0]!.number.slice(0, 3), 3), null);
  });

  test('an order is found by the name that its product had, also after the product has another', async () => {
    await database.run(
      'test.rename',
      `update products set name = 'Gazpacho', version = version + 1 where sku = $1::text`,
      [soup.sku],
    );
    const later = await place(bob, [soup.sku]);
    assert.deepEqual(await few('gazpacho'), [later.id]);
    assert.deepEqual(await few('Product Soup-1'), idsOf([ofAnn[0]!, ofAnn[1]!, ofBob]));
  });
});
