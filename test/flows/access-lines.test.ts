import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { follow } from '../support/event-reader.ts';
import { collectLines } from '../support/log-lines.ts';
import { startTestServer } from '../support/server.ts';
import { addProduct } from '../support/shop.ts';
import { until } from '../support/until.ts';

const db = await testDatabase();
const { logger, lines } = collectLines();
const server = await startTestServer(db, {
  logger,
  background: true,
  environment: { PENDING_ORDERS_MAX: '0' },
});
const customer = await server.signUp();
const { sku } = await addProduct(db.database, { onHand: 100 });

/** Returns what the access lines of `work` say, in the order of the replies. */
async function answered(count: number, work: () => Promise<unknown>): Promise<string[]> {
  const from = lines.length;
  await work();
  const found = () => lines.slice(from).filter(({ msg }) => msg === 'answered');
  await until(async () => assert.ok(found().length >= count, JSON.stringify(found())));
  for (const line of found()) {
    assert.equal(line.callerId, customer.identity.userId);
    assert.ok(Number(line.durationMs) >= 0);
  }
  return found().map(({ method, route, status }) => `${method} ${route} ${status}`);
}

test('orders that are placed together have a line each, and so do cached reads, pages and replays', async () => {
  const place = (key: string) =>
    customer.post('/api/orders', { items: [{ sku, quantity: 1 }] }, { 'idempotency-key': key });
  const placed = await answered(20, () =>
    Promise.all(Array.from({ length: 20 }, (_, index) => place(`key ${index}`))),
  );
  assert.deepEqual(placed, Array(20).fill('POST /api/orders 201'));
  assert.deepEqual(await answered(1, () => place('key 0')), ['POST /api/orders 201']);

  const { id, version } = (await place('key 0')).json<{ id: string; version: number }>();
  const read = (headers = {}) => customer.get(`/api/orders/${id}`, headers);
  assert.deepEqual(
    await answered(3, async () => {
      await read();
      await read();
      await read({ 'if-none-match': `"${version}"` });
    }),
    ['GET /api/orders/:id 200', 'GET /api/orders/:id 200', 'GET /api/orders/:id 304'],
  );
  assert.deepEqual(await answered(1, () => customer.get('/api/orders?limit=5&search=1000')), [
    'GET /api/orders 200',
  ]);
});

test('a live stream has its line when it opens', async () => {
  const { id } = (await customer.post('/api/orders', { items: [{ sku, quantity: 1 }] })).json<{
    id: string;
  }>();
  const from = lines.length;
  const stream = await follow(server.url, customer, `/api/orders/${id}/stream`);
  await until(async () =>
    assert.deepEqual(
      lines.slice(from).map(({ route, status }) => [route, status]),
      [['/api/orders/:id/stream', 200]],
    ),
  );
  stream.close();
});
