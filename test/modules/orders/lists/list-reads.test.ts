import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import pg from 'pg';
import type { Queryable } from '../../../../src/database/statement.ts';
import type { Position } from '../../../../src/modules/orders/lists/index-range.ts';
import type { OrderFilters } from '../../../../src/modules/orders/lists/order-filters.ts';
import { buildPageQuery } from '../../../../src/modules/orders/lists/page-query.ts';
import { searchOrders } from '../../../../src/modules/orders/lists/search-orders.ts';
import { testDatabase } from '../../../support/database.ts';
import { buildPlacementContext, createTestOrders, parseView } from '../../../support/orders.ts';
import { addProduct, addUser } from '../../../support/shop.ts';
import { query } from '../../../support/until.ts';

const ORDERS = 600;
const LIMIT = 20;
const TIMES = 8;

/** A shop whose orders all have the same status and the same customer, as the planner's statistics show. */
const { database, ownerUrl, url } = await testDatabase();
const orders = createTestOrders(database, { pendingMax: 0 });
const ann = await addUser(database);
const bob = await addUser(database);
const rice = await addProduct(database, { onHand: ORDERS });
const placed = await Promise.all(
  Array.from({ length: ORDERS }, () =>
    orders.placeOrder(buildPlacementContext(ann), { items: [{ sku: rice.sku, quantity: 1 }] }),
  ),
);
await query(ownerUrl, 'analyze');

/** Counts the rows of orders that a generic plan reads, and those that are on the page. */
async function countReads(filters: OrderFilters, from: Position | null) {
  const { name, text, parameters } = buildPageQuery(filters, from, LIMIT);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin; set local plan_cache_mode = force_generic_plan');
    const { rowCount } = await client.query({ name, text, values: [...parameters] });
    const { rows } = await client.query<{ looked: number }>(
      `select (seq_tup_read + idx_tup_fetch)::int as looked
         from pg_stat_xact_user_tables
        where relname = 'orders'`,
    );
    return { onPage: rowCount, rowsRead: rows[0]!.looked };
  } finally {
    await client.end();
  }
}

describe('the rows that a page reads', () => {
  const { createdAt, id } = parseView(placed[ORDERS / 2]!);
  const cases: readonly [string, OrderFilters, onPage: number][] = [
    ['a status that all orders have', { statuses: ['PENDING'] }, LIMIT],
    ['a status that no order has', { statuses: ['READY'] }, 0],
    ['paid orders where there are none', { paymentStatuses: ['PAID'] }, 0],
    ['a customer who has all orders', { ownerId: ann.id }, LIMIT],
    ['a customer who has no orders', { ownerId: bob.id }, 0],
    ['a customer, requested by staff', { customerId: bob.id }, 0],
    ['a customer, requested by another one', { ownerId: bob.id, customerId: ann.id }, 0],
  ];
  for (const [name, filters, onPage] of cases) {
    test(`are the orders on the page and no others: ${name}`, async () => {
      assert.deepEqual(await countReads(filters, null), { onPage, rowsRead: onPage });
    });
    test(`are the orders on the page and no others: ${name}, later page`, async () => {
      assert.deepEqual(await countReads(filters, { createdAt, id }), { onPage, rowsRead: onPage });
    });
    test(`are the orders on the page and no others: ${name}, in a period`, async () => {
      const times = { from: createdAt, to: '2100-01-01T00:00:00Z' };
      assert.deepEqual(await countReads({ ...filters, ...times }, null), {
        onPage,
        rowsRead: onPage,
      });
    });
    test(`start at the cursor, not at the end of the period: ${name}`, () => {
      const position = { createdAt, id };
      const ended = buildPageQuery({ ...filters, to: '2100-01-01T00:00:00Z' }, position, LIMIT);
      assert.deepEqual(ended.parameters, buildPageQuery(filters, position, LIMIT).parameters);
    });
  }
});

/** Counts the custom plans of each statement in `TIMES` executions. The first five always get one. */
async function plannings(read: (db: Queryable) => Promise<unknown>): Promise<number[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const run = async <Row>(name: string, text: string, values: readonly unknown[]) =>
      (await client.query({ name, text, values: [...values] })).rows as Row[];
    for (let time = 0; time < TIMES; time += 1) await read({ ...database, run });
    const { rows } = await client.query<{ plannings: number }>(
      'select custom_plans::int as plannings from pg_prepared_statements where custom_plans > 0',
    );
    return rows.map((row) => row.plannings);
  } finally {
    await client.end();
  }
}

describe('the generic plan of a page', () => {
  const { createdAt, id } = parseView(placed[ORDERS / 2]!);
  const times = { from: createdAt, to: '2100-01-01T00:00:00Z' };
  const narrowed: readonly [string, OrderFilters][] = [
    ['the newest orders', {}],
    ['orders of a period', times],
    ['a customer’s orders', { ownerId: ann.id }],
    ['the orders of the kitchen', { statuses: ['CONFIRMED', 'PREPARING', 'READY'] }],
    ['cancelled and refunded orders', { statuses: ['CANCELLED'], paymentStatuses: ['REFUNDED'] }],
    ['orders with a SKU', { sku: rice.sku }],
    ['cancelled orders with a SKU', { sku: rice.sku, statuses: ['CANCELLED'] }],
    ['open orders with a SKU', { sku: rice.sku, statuses: ['PENDING'] }],
  ];
  before(() =>
    query(
      ownerUrl,
      `update pg_class set reltuples = 1000000 where relname in ('orders', 'order_lines', 'users')`,
    ),
  );
  for (const [name, filters] of narrowed) {
    for (const after of [null, { createdAt, id }]) {
      test(`is used however many orders there are: ${name}${after === null ? '' : ', later page'}`, async () => {
        const { name, text, parameters } = buildPageQuery(filters, after, LIMIT + 1);
        assert.deepEqual(await plannings((db) => db.run(name, text, parameters)), [5]);
      });
    }
    if (filters.sku !== undefined) continue;
    test(`is used however many orders there are: ${name}, searched`, async () => {
      const planned = await plannings((db) =>
        searchOrders(db, 'no such', filters, null, LIMIT + 1),
      );
      assert.ok(planned.length > 0);
      assert.deepEqual(
        planned,
        planned.map(() => 5),
      );
    });
  }
});
