import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Position } from '../../../../src/modules/orders/lists/index-range.ts';
import { buildMatchedPageQuery } from '../../../../src/modules/orders/lists/matched-page-query.ts';
import { buildPageQuery } from '../../../../src/modules/orders/lists/page-query.ts';
import { runPageQuery } from '../../../../src/modules/orders/lists/query-parts.ts';
import { findMatches } from '../../../../src/modules/orders/lists/search-orders.ts';
import { testDatabase } from '../../../support/database.ts';
import { addGuestOrder } from '../../../support/guests.ts';
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
const admin = await addUser(database, { role: 'admin' });
const soup = await addProduct(database, { sku: 'Soup-1', onHand: 1000 });
const salad = await addProduct(database, { sku: 'SALAD', onHand: 1000 });

async function place(customer: typeof ann, skus: readonly string[]) {
  const items = skus.map((sku) => ({ sku, quantity: 1 }));
  return parseView(await orders.placeOrder(buildPlacementContext(customer), { items }));
}

const annsOrders = [
  await place(ann, [soup.sku]),
  await place(ann, [soup.sku, salad.sku]),
  await place(ann, [salad.sku]),
];
const bobsOrder = await place(bob, [soup.sku]);
const all = [...annsOrders, bobsOrder];

function listIds(found: readonly { readonly id: string }[]): string[] {
  return found.map(({ id }) => id).sort();
}

/** Returns the orders found through names and addresses, or null if more than `matchesMax` of these match. */
async function matched(search: string, matchesMax = 100): Promise<string[] | null> {
  const matches = await findMatches(database, search, matchesMax);
  return (
    matches && listIds(await runPageQuery(database, buildMatchedPageQuery(matches, {}, null, 100)))
  );
}

/** Returns the orders that a scan finds, of all orders or of the newest only. */
async function scanned(text: string, newest: number | null = null): Promise<string[]> {
  const wanted = { text, emails: true, pages: newest === null ? null : 1 };
  return listIds(await runPageQuery(database, buildPageQuery({}, null, newest ?? 100, wanted)));
}

describe('the staff search', () => {
  test('finds the same orders by index as by scanning all of them', async () => {
    const [first] = annsOrders;
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
    assert.deepEqual(await matched('alad'), listIds(annsOrders.slice(1)));
    assert.deepEqual(await matched(ann.id), listIds(annsOrders));
    assert.deepEqual(await matched(first!.number.slice(0, 3)), listIds(all));
  });

  test('uses matches up to the limit and leaves more to scanning', async () => {
    assert.deepEqual(
      await matched('soup', 1),
      listIds([annsOrders[0]!, annsOrders[1]!, bobsOrder]),
    );
    assert.equal(await matched('product', 1), null);
    assert.deepEqual(await matched('product', 2), listIds(all));
    assert.equal(await matched('@', 1), null);
    assert.equal(await matched(all[0]!.number.slice(0, 3), 0), null);
  });

  test('a scan of the newest orders finds no older one', async () => {
    assert.deepEqual(await scanned('soup', 1), [bobsOrder.id]);
    assert.deepEqual(await scanned('salad', 1), []);
  });

  test('finds an order by the former name of its product, even after the product is renamed', async () => {
    await database.run(
      'test.rename',
      `update products set name = 'Gazpacho', version = version + 1 where sku = $1::text`,
      [soup.sku],
    );
    const later = await place(bob, [soup.sku]);
    assert.deepEqual(await matched('gazpacho'), [later.id]);
    assert.deepEqual(
      await matched('Product Soup-1'),
      listIds([annsOrders[0]!, annsOrders[1]!, bobsOrder]),
    );
  });

  test('a page of matches contains the newest orders, each once', async () => {
    const twice = await place(ann, [salad.sku, soup.sku, salad.sku]);
    const page = async (text: string, limit: number, after: Position | null = null) => {
      const matches = await findMatches(database, text, 100);
      return (await runPageQuery(database, buildMatchedPageQuery(matches!, {}, after, limit))).map(
        ({ id }) => id,
      );
    };
    const newest = [twice.id, annsOrders[2]!.id, annsOrders[1]!.id];
    assert.deepEqual(await page('salad', 100), newest);
    assert.deepEqual(await page('salad', 2), newest.slice(0, 2));
    assert.deepEqual(await page('salad', 2, twice), newest.slice(1));
    assert.deepEqual((await page('@', 100)).toSorted(), await scanned('@'));
  });

  test('a scan of the newest orders in several statuses finds no older one', async () => {
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

  test('finds the orders of guests by their address, by index as by scanning', async () => {
    const email = 'gus.guest@example.net';
    const guests = [
      await addGuestOrder(database, { email }),
      await addGuestOrder(database, { email: 'Gus.Guest@Example.NET' }),
    ];
    await addGuestOrder(database, { email: null, name: email });
    for (const search of [email, 'GUS.GUEST', '@example.net']) {
      assert.deepEqual(await matched(search), listIds(guests), search);
      assert.deepEqual(await scanned(search), listIds(guests), search);
    }
    const { data } = await orders.listOrders(admin, { search: email });
    assert.deepEqual(listIds(data), listIds(guests));
  });
});
