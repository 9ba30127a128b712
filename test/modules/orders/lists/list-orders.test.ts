import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { buildMatchedPageQuery } from '../../../../src/modules/orders/lists/matched-page-query.ts';
import type { OrderFilters } from '../../../../src/modules/orders/lists/order-filters.ts';
import { buildPageQuery } from '../../../../src/modules/orders/lists/page-query.ts';
import { runPageQuery } from '../../../../src/modules/orders/lists/query-parts.ts';
import type { ListOrdersInput, OrderView } from '../../../../src/modules/orders/schemas.ts';
import type { Caller } from '../../../../src/shared/caller.ts';
import { testDatabase } from '../../../support/database.ts';
import {
  buildContext,
  buildPlacementContext,
  coded,
  createTestOrders,
  parseView,
} from '../../../support/orders.ts';
import { addProduct, addUser, apiKey } from '../../../support/shop.ts';

const { database } = await testDatabase();
const orders = createTestOrders(database, { pendingMax: 0 });
const admin = await addUser(database, { role: 'admin' });
const ann = await addUser(database);
const bob = await addUser(database);
const rice = await addProduct(database, { sku: 'PILAU-RICE', onHand: 1000 });
const naan = await addProduct(database, { sku: 'NAAN', onHand: 1000 });

/** Seven orders: Ann's with rice at even indexes, Bob's with naan at odd ones. The first is cancelled. */
const placed: OrderView[] = [];
for (let index = 0; index < 7; index += 1) {
  const [customer, product] = index % 2 === 0 ? [ann, rice] : [bob, naan];
  const input = { items: [{ sku: product.sku, quantity: 1 }] };
  placed.push(parseView(await orders.placeOrder(buildPlacementContext(customer), input)));
}
await orders.cancelOrder(buildContext(admin), {
  orderId: placed[0]!.id,
  reason: null,
  ifMatch: null,
});

async function numbers(caller: Caller, input: ListOrdersInput = {}): Promise<string[]> {
  const page = await orders.listOrders(caller, input);
  return page.data.map((order) => order.number);
}

const newestFirst = placed.map((order) => order.number).reverse();
const annsNumbers = placed
  .filter((_, index) => index % 2 === 0)
  .map((order) => order.number)
  .reverse();
const bobsNumbers = placed
  .filter((_, index) => index % 2 === 1)
  .map((order) => order.number)
  .reverse();

describe('the list of orders', () => {
  test('shows staff all orders and customers their own, newest first', async () => {
    assert.deepEqual(await numbers(admin), newestFirst);
    assert.deepEqual(await numbers(apiKey('orders:read')), newestFirst);
    assert.deepEqual(await numbers(ann), annsNumbers);
  });

  test('shows nothing to a customer who filters by another customer', async () => {
    assert.deepEqual(await numbers(ann, { customerId: bob.id }), []);
    assert.deepEqual(await numbers(admin, { customerId: bob.id }), bobsNumbers);
  });

  test('has neither gaps nor duplicates between pages while new orders arrive', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await orders.listOrders(bob, {
        limit: 2,
        ...(cursor === undefined ? {} : { cursor }),
      });
      seen.push(...page.data.map((order) => order.number));
      cursor = page.nextCursor ?? undefined;
      if (seen.length === 2) {
        const input = { items: [{ sku: naan.sku, quantity: 1 }] };
        await orders.placeOrder(buildPlacementContext(bob), input);
      }
    } while (cursor !== undefined);
    assert.deepEqual(seen, bobsNumbers);
  });

  test('can be filtered by status, payment status, SKU and time', async () => {
    assert.deepEqual(await numbers(ann, { status: 'CANCELLED' }), [placed[0]!.number]);
    assert.deepEqual(await numbers(ann, { status: 'CANCELLED,PENDING' }), annsNumbers);
    assert.deepEqual(await numbers(ann, { paymentStatus: 'PAID' }), []);
    assert.deepEqual(await numbers(ann, { sku: naan.sku }), []);
    assert.deepEqual(await numbers(ann, { sku: rice.sku }), annsNumbers);
    const { createdAt } = placed[2]!;
    assert.deepEqual(await numbers(ann, { from: createdAt }), annsNumbers.slice(0, 3));
    assert.deepEqual(await numbers(ann, { to: createdAt }), annsNumbers.slice(3));
  });

  test('accepts times with any offset that RFC 3339 allows', async () => {
    const { createdAt } = placed[2]!;
    const ahead = new Date(Date.parse(createdAt) + (23 * 60 + 59) * 60_000).toISOString();
    const from = ahead.replace('Z', '+23:59');
    assert.deepEqual(await numbers(ann, { from }), annsNumbers.slice(0, 3));
    assert.deepEqual(await numbers(ann, { to: from }), annsNumbers.slice(3));
  });

  test('can be searched by number, SKU and product name, and by staff also by e-mail address', async () => {
    assert.deepEqual(await numbers(ann, { search: placed[2]!.number }), [placed[2]!.number]);
    assert.deepEqual(await numbers(ann, { search: 'pilau' }), annsNumbers);
    assert.deepEqual(await numbers(ann, { search: 'product pilau' }), annsNumbers);
    assert.deepEqual(await numbers(admin, { search: ann.id }), annsNumbers);
    assert.deepEqual(await numbers(ann, { search: ann.id }), []);
  });

  test('searches for the special characters of LIKE literally', async () => {
    assert.deepEqual(await numbers(admin, { search: '%' }), []);
    assert.deepEqual(await numbers(admin, { search: 'PILAU_RICE' }), []);
    assert.deepEqual(await numbers(admin, { search: '\\' }), []);
  });

  test('refuses a cursor of other filters or of another customer’s list', async () => {
    const { nextCursor } = await orders.listOrders(ann, { limit: 1 });
    const cursor = nextCursor!;
    await assert.rejects(
      orders.listOrders(ann, { cursor, status: 'PENDING' }),
      coded('request.invalid_cursor'),
    );
    await assert.rejects(orders.listOrders(bob, { cursor }), coded('request.invalid_cursor'));
    assert.equal((await orders.listOrders(ann, { cursor, limit: 3 })).data.length, 3);
  });

  test('every combination of filters yields a statement that PostgreSQL accepts', async () => {
    const values = {
      ownerId: ann.id,
      customerId: bob.id,
      statuses: ['PENDING' as const],
      paymentStatuses: ['PAID' as const],
      sku: 'X',
      from: '2026-01-01T00:00:00Z',
      to: '2026-01-02T00:00:00Z',
    };
    const names = Object.keys(values) as (keyof typeof values)[];
    const after = { createdAt: '2026-01-01T00:00:00Z', id: ann.id };
    const wanted = { text: 'x', emails: true, pages: null };
    const matches = {
      skus: ['X'],
      names: ['x'],
      customerIds: [ann.id],
      numbers: ['x'],
    };
    const seen = new Map<string, string>();
    for (let mask = 0; mask < 2 ** names.length; mask += 1) {
      const filters: OrderFilters = Object.fromEntries(
        names.filter((_, bit) => mask & (1 << bit)).map((name) => [name, values[name]]),
      );
      const { statuses } = filters;
      const position = mask % 2 === 0 ? after : null;
      const pages = [
        buildPageQuery(filters, position, 3),
        buildPageQuery({ ...filters, ...(statuses && { statuses: ['FAILED'] }) }, position, 3),
        buildPageQuery(filters, position, 3, wanted),
        buildPageQuery(filters, position, 3, { ...wanted, pages: 5 }),
        buildPageQuery(filters, position, 3, { ...wanted, emails: false }),
        buildMatchedPageQuery(matches, filters, position, 3),
      ];
      for (const page of pages) {
        assert.equal(seen.get(page.name) ?? page.text, page.text);
        assert.ok(page.name.length < 64);
        seen.set(page.name, page.text);
        await runPageQuery(database, page);
      }
    }
  });
});
