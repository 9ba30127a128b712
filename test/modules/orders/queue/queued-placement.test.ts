import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PlaceOrderInput } from '../../../../src/modules/orders/schemas.ts';
import type { UserCaller } from '../../../../src/shared/caller.ts';
import { testDatabase } from '../../../support/database.ts';
import {
  buildContext,
  buildPlacementContext,
  coded,
  createTestOrders,
  parseView,
  settle,
} from '../../../support/orders.ts';
import { planJobs, startQueuedWorker, takeJobs } from '../../../support/queued.ts';
import { addProduct, addUser, findStock } from '../../../support/shop.ts';

const { database } = await testDatabase();
const orders = createTestOrders(database);
const otherServer = createTestOrders(database);

async function queue(caller: UserCaller, input: PlaceOrderInput, server = orders) {
  return parseView(
    await server.placeOrder(buildPlacementContext(caller, undefined, input, true), input),
  );
}

const admin = await addUser(database, { role: 'admin' });

function read(orderId: string) {
  return orders.getOrder(admin, orderId);
}

/** Runs a worker on all jobs that are due. */
async function work(worker = startQueuedWorker(database)) {
  await worker.run(await takeJobs(database, await planJobs(database)));
  return worker;
}

async function jobStates(): Promise<string[]> {
  const rows = await database.run<{ state: string }>(
    'test.job_states',
    'select distinct state from jobs',
    [],
  );
  return rows.map((row) => row.state);
}

describe('accepting an order for the queue', () => {
  test('shows it as QUEUED at current prices, reserves nothing, and checks neither price nor stock', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database, { onHand: 1, priceMinor: 250 });
    const view = await queue(customer, {
      items: [
        { sku: product.sku, quantity: 5, unitPrice: { amount: 1, currency: 'GBP' } },
        { sku: product.sku, quantity: 1 },
      ],
      expectedTotal: { amount: 2, currency: 'GBP' },
    });
    assert.equal(view.status, 'QUEUED');
    assert.equal(view.version, 1);
    assert.equal(view.expiresAt, null);
    assert.equal(view.total.amount, 1500);
    assert.deepEqual(
      view.items.map((item) => item.unitPrice.amount),
      [250, 250],
    );
    assert.deepEqual(view.allowedTransitions, ['CANCELLED']);
    assert.deepEqual(await findStock(database, product.id), { onHand: 1, reserved: 0 });
    await work();
    assert.equal((await read(view.id)).status, 'FAILED');
  });

  test('refuses an unknown product and an order beyond the pending limit at once', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database, { onHand: 100 });
    const items = [{ sku: product.sku, quantity: 1 }];
    await assert.rejects(
      queue(customer, { items: [{ sku: 'no-such', quantity: 1 }] }),
      coded('catalog.unknown_product'),
    );
    for (let count = 0; count < 5; count += 1) await queue(customer, { items });
    await assert.rejects(queue(customer, { items }), coded('orders.pending_limit'));
    await assert.rejects(
      orders.placeOrder(buildPlacementContext(customer), { items }),
      coded('orders.pending_limit'),
    );
    await work();
    await assert.rejects(queue(customer, { items }), coded('orders.pending_limit'));
  });

  test('of twelve orders at once, queued or placed on two servers with a limit of five, five succeed', async () => {
    const product = await addProduct(database, { onHand: 1_000, priceMinor: 0 });
    const priced = await addProduct(database, { onHand: 1_000 });
    for (let round = 0; round < 10; round += 1) {
      const customer = await addUser(database);
      const { done, refused } = await settle(
        Array.from({ length: 12 }, (_, index) => {
          const server = index % 2 === 0 ? orders : otherServer;
          const deferred = index % 3 !== 0;
          // A deferred order counts whatever it costs today: what it will cost is not known yet.
          const { sku } = deferred && index % 2 === 0 ? product : priced;
          const input = { items: [{ sku, quantity: 1 }] };
          return server.placeOrder(
            buildPlacementContext(customer, undefined, input, deferred),
            input,
          );
        }),
      );
      assert.equal(done.length, 5);
      assert.deepEqual(new Set(refused), new Set(['orders.pending_limit']));
    }
    await work();
  });

  test('50 repeats with one key, on two servers, are one order and get one response, even after it was placed', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database);
    const input = { items: [{ sku: product.sku, quantity: 1 }] };
    const attempt = (index: number) =>
      (index % 2 === 0 ? orders : otherServer).placeOrder(
        // A key identifies a body: a repeat without the preference is the same request.
        buildPlacementContext(customer, 'queued', input, index < 40),
        input,
      );
    const first = await attempt(0);
    const { done } = await settle(Array.from({ length: 49 }, (_, index) => attempt(index + 1)));
    await work();
    for (const again of [...done, await attempt(0)]) {
      assert.deepEqual(again, { ...first, replayed: true });
      assert.equal(again.queued, true);
    }
    assert.equal((await read(first.id)).status, 'PENDING');
  });
});

describe('placing a queued order', () => {
  test('reserves the stock and starts the time to pay, with every step in the history', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database, { onHand: 3 });
    const { id } = await queue(customer, { items: [{ sku: product.sku, quantity: 2 }] });
    const worker = await work();
    const placed = await read(id);
    assert.equal(placed.status, 'PENDING');
    assert.equal(placed.version, 2);
    const leftMs = Date.parse(placed.expiresAt!) - Date.parse(placed.updatedAt);
    assert.equal(leftMs, 30 * 60_000);
    assert.deepEqual(await findStock(database, product.id), { onHand: 3, reserved: 2 });
    assert.equal(worker.placed, 1);
    const { data } = await orders.getOrderHistory(admin, id);
    assert.deepEqual(
      data.map(({ sequence, type, from, to }) => ({ sequence, type, from, to })),
      [
        { sequence: 1, type: 'order.queued', from: null, to: 'QUEUED' },
        { sequence: 2, type: 'order.placed', from: 'QUEUED', to: 'PENDING' },
      ],
    );
    assert.deepEqual(data[0]!.actor, { type: 'user', id: customer.id, role: 'customer' });
    assert.deepEqual(data[1]!.actor, { type: 'system', id: null, role: null });
    assert.deepEqual(data[1]!.cause, {
      requestId: 'test',
      traceId: null,
      job: 'orders.place-queued',
    });
    assert.deepEqual(await jobStates(), []);
  });

  test('uses the prices and names at that time, and refuses only if a stated price differs', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database, { priceMinor: 100 });
    const steady = await addProduct(database, { priceMinor: 70 });
    const line = { sku: product.sku, quantity: 2 };
    const unstated = await queue(customer, { items: [line, { sku: steady.sku, quantity: 1 }] });
    const byLine = await queue(customer, {
      items: [
        { sku: steady.sku, quantity: 1, unitPrice: { amount: 70, currency: 'GBP' } },
        { ...line, unitPrice: { amount: 100, currency: 'GBP' } },
      ],
    });
    const byTotal = await queue(customer, {
      items: [line],
      expectedTotal: { amount: 200, currency: 'GBP' },
    });
    const foreseen = await queue(customer, {
      items: [{ ...line, unitPrice: { amount: 130, currency: 'GBP' } }],
      expectedTotal: { amount: 260, currency: 'GBP' },
    });
    await database.run(
      'test.reprice',
      `update products set price_minor = 130, name = 'New name' where id = $1::uuid`,
      [product.id],
    );
    await work();

    const placed = await read(unstated.id);
    assert.equal(placed.status, 'PENDING');
    assert.equal(placed.total.amount, 330);
    assert.deepEqual(
      placed.items.map(({ name, unitPrice, total }) => [name, unitPrice.amount, total.amount]),
      [
        ['New name', 130, 260],
        [`Product ${steady.sku}`, 70, 70],
      ],
    );
    for (const { id } of [byLine, byTotal]) {
      const failed = await read(id);
      assert.equal(failed.status, 'FAILED');
      assert.equal(failed.version, 2);
      assert.equal(failed.expiresAt, null);
      assert.deepEqual(failed.failure, {
        code: 'orders.price_changed',
        detail: 'A price has changed.',
      });
      assert.deepEqual(failed.allowedTransitions, []);
    }
    assert.equal((await read(foreseen.id)).status, 'PENDING');
    const { data } = await orders.getOrderHistory(customer, byLine.id);
    assert.equal(data[1]?.type, 'order.failed');
    assert.deepEqual(data[1]?.data.lines, [
      {
        sku: product.sku,
        expected: { amount: 100, currency: 'GBP' },
        current: { amount: 130, currency: 'GBP' },
      },
    ]);
  });

  test('fails with the reason if the stock is gone or the product is no longer for sale', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database, { onHand: 2 });
    const gone = await addProduct(database, { onHand: 2 });
    const items = [{ sku: product.sku, quantity: 2 }];
    const first = await queue(customer, { items });
    const second = await queue(customer, { items });
    const third = await queue(customer, { items: [{ sku: gone.sku, quantity: 1 }] });
    await database.run('test.retire', 'update products set active = false where id = $1::uuid', [
      gone.id,
    ]);
    const worker = await work();
    assert.equal((await read(first.id)).status, 'PENDING');
    assert.deepEqual((await read(second.id)).failure, {
      code: 'inventory.insufficient_stock',
      detail: 'There is not enough in stock.',
    });
    assert.equal((await read(third.id)).failure?.code, 'catalog.unknown_product');
    assert.deepEqual([worker.placed, worker.failed], [1, 2]);
    const { data } = await orders.getOrderHistory(customer, second.id);
    assert.deepEqual(data[1]!.data.lines, [{ sku: product.sku, requested: 2, available: 0 }]);
  });

  test('a free order is placed, then confirmed and paid by the system', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database, { priceMinor: 0 });
    const { id, status } = await queue(customer, { items: [{ sku: product.sku, quantity: 1 }] });
    assert.equal(status, 'QUEUED');
    await work();
    const placed = await read(id);
    assert.equal(placed.status, 'CONFIRMED');
    assert.equal(placed.paymentStatus, 'PAID');
    assert.equal(placed.version, 3);
    assert.equal(placed.expiresAt, null);
    const { data } = await orders.getOrderHistory(admin, id);
    assert.deepEqual(
      data.map(({ type, from, to }) => [type, from, to]),
      [
        ['order.queued', null, 'QUEUED'],
        ['order.placed', 'QUEUED', 'PENDING'],
        ['order.confirmed', 'PENDING', 'CONFIRMED'],
      ],
    );
  });

  test('an order cancelled by its owner or an admin stays cancelled, and its job does nothing', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database);
    const items = [{ sku: product.sku, quantity: 1 }];
    const own = await queue(customer, { items });
    const other = await queue(customer, { items });
    const kept = await queue(customer, { items });
    const jobs = await takeJobs(database, await planJobs(database));
    for (const [caller, { id }] of [
      [customer, own],
      [admin, other],
    ] as const) {
      const { result } = await orders.cancelOrder(buildContext(caller), {
        orderId: id,
        reason: null,
        ifMatch: [1],
      });
      assert.equal(result.status, 'CANCELLED');
      assert.equal(result.version, 2);
    }
    const worker = startQueuedWorker(database);
    await worker.run(jobs);
    assert.equal((await read(own.id)).version, 2);
    assert.equal((await read(other.id)).cancelReason, 'ADMIN');
    assert.equal((await read(kept.id)).status, 'PENDING');
    assert.deepEqual([worker.placed, worker.failed], [1, 0]);
    assert.deepEqual(await findStock(database, product.id), { onHand: 10, reserved: 1 });
  });

  test('a cancellation during placement leaves the order cancelled and the stock correct', async () => {
    const product = await addProduct(database, { onHand: 1_000 });
    const items = [{ sku: product.sku, quantity: 1 }];
    for (let round = 0; round < 20; round += 1) {
      const customer = await addUser(database);
      const { id } = await queue(customer, { items });
      const jobs = await takeJobs(database, await planJobs(database));
      await Promise.all([
        startQueuedWorker(database).run(jobs),
        orders.cancelOrder(buildContext(customer), { orderId: id, reason: null, ifMatch: null }),
      ]);
      const after = await read(id);
      assert.equal(after.status, 'CANCELLED');
      const { data } = await orders.getOrderHistory(admin, id);
      assert.equal(data.length, after.version);
    }
    assert.deepEqual(await findStock(database, product.id), { onHand: 1_000, reserved: 0 });
  });
});
