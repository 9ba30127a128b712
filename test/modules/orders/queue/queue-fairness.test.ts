import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createDatabase } from '../../../../src/database/database.ts';
import { testDatabase } from '../../../support/database.ts';
import { buildPlacementContext, createTestOrders } from '../../../support/orders.ts';
import { planJobs, startQueuedWorker, takeJobs } from '../../../support/queued.ts';
import { addProduct, addUser, findStock } from '../../../support/shop.ts';

const OTHERS = 1_000;
const VIPS = 50;

const { database, url } = await testDatabase();
const orders = createTestOrders(database);

interface Served {
  readonly orderId: string;
  readonly vip: boolean;
  readonly placed: boolean;
}

/** Returns the waiting orders with their places, in order of arrival. */
async function arrivals(): Promise<Map<string, number>> {
  const rows = await database.run<{ orderId: string }>(
    'test.arrivals',
    'select order_id as "orderId" from queued_orders order by arrival',
    [],
  );
  return new Map(rows.map(({ orderId }, place) => [orderId, place]));
}

/** Returns all orders that were served, in the order of the log. */
function served(productId: string): Promise<Served[]> {
  return database.run<Served>(
    'test.served',
    `select orders.id as "orderId", orders.vip, ended.type = 'order.placed' as placed
       from events as ended
       join orders on orders.id = ended.order_id
       join order_lines on order_lines.order_id = orders.id and order_lines.product_id = $1::uuid
      where ended.type in ('order.placed', 'order.failed')
      order by ended.position`,
    [productId],
  );
}

async function queueAll(sku: string, customers: readonly Awaited<ReturnType<typeof addUser>>[]) {
  const input = { items: [{ sku, quantity: 1 }] };
  await Promise.all(
    customers.map((customer) =>
      orders.placeOrder(buildPlacementContext(customer, undefined, input, true), input),
    ),
  );
}

describe('serving the queue when stock is scarce', () => {
  test('of 1,000 orders and 50 later VIP orders, two workers serve VIPs first, and one other after every ten', async () => {
    const stock = 400;
    const product = await addProduct(database, { onHand: stock });
    const others = await Promise.all(Array.from({ length: OTHERS }, () => addUser(database)));
    const vips = await Promise.all(
      Array.from({ length: VIPS }, () => addUser(database, { vip: true })),
    );
    await queueAll(product.sku, others);
    await queueAll(product.sku, vips);
    const arrived = await arrivals();
    // Oldest first, as a relay and a driver that ignore VIPs would deliver them.
    const jobs = await takeJobs(database, await planJobs(database));
    const secondPool = createDatabase({ url, poolMax: 4, constraints: {} });
    try {
      const workers = [startQueuedWorker(database), startQueuedWorker(secondPool)];
      const half = Math.ceil(jobs.length / 2);
      await Promise.all([workers[0]!.run(jobs.slice(0, half)), workers[1]!.run(jobs.slice(half))]);
      assert.equal(workers[0]!.placed + workers[1]!.placed, stock);
      assert.equal(workers[0]!.failed + workers[1]!.failed, OTHERS + VIPS - stock);
    } finally {
      await secondPool.close();
    }

    const all = await served(product.id);
    assert.equal(all.length, OTHERS + VIPS);
    // Ten VIPs and one other, five times; the rest are others.
    const expected = Array.from(
      { length: OTHERS + VIPS },
      (_, place) => place < 55 && place % 11 !== 10,
    );
    assert.deepEqual(
      all.map(({ vip }) => vip),
      expected,
    );
    for (const kind of [true, false]) {
      const places = all
        .filter(({ vip }) => vip === kind)
        .map(({ orderId }) => arrived.get(orderId)!);
      assert.deepEqual(
        places,
        [...places].sort((one, other) => one - other),
      );
    }
    assert.deepEqual(
      all.map(({ placed }) => placed),
      all.map((_, place) => place < stock),
      'the orders served first get the stock',
    );
    assert.deepEqual(await findStock(database, product.id), { onHand: stock, reserved: stock });
  });

  test('a waiting non-VIP order is placed even if VIPs keep arriving', async () => {
    const product = await addProduct(database, { onHand: 100_000 });
    await queueAll(product.sku, [await addUser(database)]);
    const worker = startQueuedWorker(database);
    const vips = await Promise.all(
      Array.from({ length: 220 }, () => addUser(database, { vip: true })),
    );
    await queueAll(product.sku, vips);
    await worker.run((await takeJobs(database, await planJobs(database))).slice(-1));
    const firstServed = (await served(product.id)).slice(0, 11);
    assert.deepEqual(
      firstServed.map(({ vip }) => vip),
      [...Array.from({ length: 10 }, () => true), false],
    );
    await worker.run(await takeJobs(database, await planJobs(database)));
  });
});
