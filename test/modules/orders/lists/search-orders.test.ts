import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Position } from '../../../../src/modules/orders/lists/index-range.ts';
import { buildMatchedPageQuery } from '../../../../src/modules/orders/lists/matched-page-query.ts';
import { buildPageQuery } from '../../../../src/modules/orders/lists/page-query.ts';
import { runPageQuery } from '../../../../src/modules/orders/lists/query-parts.ts';
import { findMatches } from '../../../../src/modules/orders/lists/search-orders.ts';
import { testDatabase } from '../../../support/database.ts';
import {
  buildContext,
  buildPlacementContext,
  createTestOrders,
  parseView,
} from '../../../support/orders.ts';
import { addProduct, addUser } from '../../../support/shop.ts';

const { database } = await testDatabase();
const orders = createTestOrders(database, { pendingMax: 0 });
const ann = await addUser(database);
const bob = await addUser(database);
const soup = await addProduct(database, { sku: 'Soup-1', onHand: 1000 });
const salad = await addProduct(database, { sku: 'SALAD', onHand: 1000 });

async function place(customer: typeof ann, skus: readonly string[]) {
  const items = skus.map((sku) => ({ sku, quantity: 1 }));
  return parseView(await orders.placeOrder(buildPlacementContext(customer), { items }));
}

const ofAnn = [
  await place(ann, [soup.sku]),
  await place(ann, [soup.sku, salad.sku]),
  await place(ann, [salad.sku]),
];
const ofBob = await place(bob, [soup.sku]);
const all = [...ofAnn, ofBob];

function listIds(found: readonly { readonly id: string }[]): string[] {
  return found.map(({ id }) => id).sort();
}

/** What is found through names and addresses; null when these are more than `matchesMax`. */
async function matched(search: string, matchesMax = 100): Promise<string[] | null> {
  const matches = await findMatches(database, search, matchesMax);
  return (
    matches && listIds(await runPageQuery(database, buildMatchedPageQuery(matches, {}, null, 100)))
  );
}

/** What a scan of all orders finds, or of the newest ones only. */
async function scanned(text: string, newest: number | null = null): Promise<string[]> {
  const wanted = { text, emails: true, pages: newest === null ? null : 1 };
  return listIds(await runPageQuery(database, buildPageQuery({}, null, newest ?? 100, wanted)));
}

describe('the search of staff', () => {
  test('finds the same orders by index as by scanning all of them', async () => {
    const [first] = ofAnn;
    const searches = [
      'soup',
      'SOUP-1',
      'alad',
      'product',
      'so',
      ann.id,
      bob.id.toUpperCase(),
      `${ann.id}@`,
      `${ann.id}@elsewhere`,
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
      const all = await scanned(search);
      assert.deepEqual(await matched(search), all, `search for ${search}`);
      assert.deepEqual(await scanned(search, 100), all, `search for ${search} among the newest`);
    }
    assert.deepEqual(await matched('alad'), listIds(ofAnn.slice(1)));
    assert.deepEqual(await matched(ann.id), listIds(ofAnn));
    assert.deepEqual(await matched(first!.number.slice(0, 3)), listIds(all));
  });

  test('more matches than are few are left to scanning, those at the limit are not', async () => {
    assert.deepEqual(await matched('soup', 1), listIds([ofAnn[0]!, ofAnn[1]!, ofBob]));
    assert.equal(await matched('product', 1), null);
    assert.deepEqual(await matched('product', 2), listIds(all));
    assert.equal(await matched('@', 1), null);
    assert.equal(await matched(all[0]!.number.slice(0, 3), 0), null);
  });

  test('scanning the newest sees no other', async () => {
    assert.deepEqual(await scanned('soup', 1), [ofBob.id]);
    assert.deepEqual(await scanned('salad', 1), []);
  });

  test('an order is found by the name that its product had, also after the product has another', async () => {
    await database.run(
      'test.rename',
      `update products set name = 'Gazpacho', version = version + 1 where sku = $1::text`,
      [soup.sku],
    );
    const later = await place(bob, [soup.sku]);
    assert.deepEqual(await matched('gazpacho'), [later.id]);
    assert.deepEqual(await matched('Product Soup-1'), listIds([ofAnn[0]!, ofAnn[1]!, ofBob]));
  });

  test('a page through matches holds the newest of all of them, each order once', async () => {
    const twice = await place(ann, [salad.sku, soup.sku, salad.sku]);
    const page = async (text: string, limit: number, after: Position | null = null) => {
      const matches = await findMatches(database, text, 100);
      return (await runPageQuery(database, buildMatchedPageQuery(matches!, {}, after, limit))).map(
        ({ id }) => id,
      );
    };
    const newest = [twice.id, ofAnn[2]!.id, ofAnn[1]!.id];
    assert.deepEqual(await page('salad', 100), newest);
    assert.deepEqual(await page('salad', 2), newest.slice(0, 2));
    assert.deepEqual(await page('salad', 2, twice), newest.slice(1));
    assert.deepEqual((await page('@', 100)).toSorted(), await scanned('@'));
  });

  test('scanning the newest of several statuses sees none that is older than these', async () => {
    const cancelled = await place(ann, [soup.sku]);
    await orders.cancelOrder(buildContext(ann), {
      orderId: cancelled.id,
      reason: null,
      ifMatch: null,
    });
    const newest = [await place(ann, [salad.sku]), await place(ann, [soup.sku])];
    const wanted = { text: 'soup', emails: true, pages: 1 };
    const filters = { statuses: ['PENDING', 'CANCELLED'] } as const;
    const found = await runPageQuery(
      database,
      buildPageQuery(filters, null, newest.length, wanted),
    );
    assert.deepEqual(listIds(found), [newest[1]!.id]);
  });
});
