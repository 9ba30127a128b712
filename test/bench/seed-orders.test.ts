import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedOrders } from '../../bench/support/seed-orders.ts';
import { testDatabase } from '../support/database.ts';
import { addProduct } from '../support/shop.ts';

const { database, ownerUrl: url } = await testDatabase();
const [version] = await database.run<{ number: number }>(
  'test.version',
  `select current_setting('server_version_num')::int as number`,
  [],
);
const skip =
  version!.number < 180_000 && 'requires uuidv7() of PostgreSQL 18, with which the bench runs';

test('a seeded history passes every invariant and grows to the requested size', {
  skip,
}, async () => {
  for (const sku of ['ONE', 'TWO', 'THREE']) await addProduct(database, { sku, onHand: 10 });
  const progress: number[] = [];
  const onProgress = (orders: number) => progress.push(orders);
  await seedOrders(url, { from: 0, upTo: 50, ordersMax: 120, onProgress });
  await seedOrders(url, { from: 50, upTo: 120, ordersMax: 120, onProgress });
  const [counted] = await database.run(
    'test.count_seeded',
    `select (select count(*)::int from orders) as orders,
            (select count(*)::int from order_lines) as lines,
            (select count(*)::int from events where type = 'order.imported') as events,
            (select count(distinct customer_id)::int from orders) as customers,
            (select position = (select max(position) from events)
               from log_readers
              where name = 'relay') as carried`,
    [],
  );
  assert.deepEqual(counted, { orders: 120, lines: 180, events: 120, customers: 6, carried: true });
  assert.deepEqual(progress, [50, 120]);
});
