import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findHistory, toCause } from '../../src/events/index.ts';
import type { Cause } from '../../src/shared/caller.ts';
import { testDatabase } from '../support/database.ts';
import { buildPlacementContext, createTestOrders } from '../support/orders.ts';
import { addProduct, addUser } from '../support/shop.ts';
import { query } from '../support/until.ts';

const { database, url } = await testDatabase();
const orders = createTestOrders(database);
const customer = await addUser(database);
const product = await addProduct(database, { onHand: 1_000 });

const digits = '0af7651916cd43dd8448eb211c80319c';
const causes: Record<string, Cause> = {
  'of a request': { requestId: digits, traceId: digits },
  'of a request with a key that is a UUID': {
    requestId: digits,
    traceId: digits,
    idempotencyKey: '6f1c2d3e-0b4a-4c5d-8e9f-000000000001',
  },
  'with texts in other forms': {
    requestId: '6f1c2d3e-0b4a-4c5d-8e9f-000000000001',
    traceId: digits.toUpperCase(),
  },
  'of a job': { requestId: null, traceId: digits, spanId: 'b7ad6b7169203331', job: 'a.job' },
  'without a request': { requestId: null, traceId: null, job: 'import orders' },
};

test('a cause from before it had columns is returned as it was stored', () => {
  const cause = { requestId: 'proxy-1', traceId: digits, idempotencyKey: 'a', job: 'a.job' };
  const columns = { requestId: null, traceId: null, idempotencyKey: null };
  assert.deepEqual(toCause({ ...columns, cause }), cause);
});

for (const [what, cause] of Object.entries(causes)) {
  test(`the log returns a cause ${what} to the letter`, async () => {
    const context = { ...buildPlacementContext(customer), cause };
    const { id } = await orders.placeOrder(context, {
      items: [{ sku: product.sku, quantity: 1 }],
    });
    const [placed] = await findHistory(database, id);
    assert.deepEqual(toCause(placed!), cause);
  });
}

test('a key that somebody may have typed is not kept in the log', async () => {
  const context = {
    ...buildPlacementContext(await addUser(database)),
    cause: { requestId: digits, traceId: digits, idempotencyKey: 'for ann@example.com' },
  };
  const { id } = await orders.placeOrder(context, { items: [{ sku: product.sku, quantity: 1 }] });
  const [placed] = await findHistory(database, id);
  assert.deepEqual(toCause(placed!), { requestId: digits, traceId: digits });
  const rows = await query(url, `select from events where events::text like '%ann@example.com%'`);
  assert.equal(rows.length, 0);
});
