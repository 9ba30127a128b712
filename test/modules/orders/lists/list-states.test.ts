import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Fastify from 'fastify';
import type { Database } from '../../../../src/database/database.ts';
import { createMemoryCaches } from '../../../../src/drivers/cache/memory/memory-caches.ts';
import {
  confirmPaid,
  lockOrderForPayment,
  type PaymentFact,
  recordPayment,
} from '../../../../src/modules/orders/index.ts';
import type { OrderStatus, PaymentStatus } from '../../../../src/modules/orders/order.ts';
import type { OrderCaching } from '../../../../src/modules/orders/reading/order-caching.ts';
import { OrderPage, type OrderView } from '../../../../src/modules/orders/schemas.ts';
import { toActor } from '../../../../src/shared/caller.ts';
import { testDatabase } from '../../../support/database.ts';
import {
  buildContext,
  buildPlacementContext,
  createTestOrders,
  parseView,
} from '../../../support/orders.ts';
import { addProduct, addUser, testCause } from '../../../support/shop.ts';
import { until } from '../../../support/until.ts';

const { database } = await testDatabase();
const plain = createTestOrders(database, { pendingMax: 0 });
const admin = await addUser(database, { role: 'admin' });
const product = await addProduct(database, { onHand: 1_000 });

function newCaching(): OrderCaching {
  const options = { ttlMs: 60_000, bytesMax: 1_000, estimateBytes: () => 1 };
  const caches = createMemoryCaches();
  return {
    caches: {
      orders: caches.create('orders', options),
      customers: caches.create('users', options),
    },
    start() {},
    async stop() {},
  };
}

/** Creates a server that caches what it reads and misses every change. `statements` are the names of those it ran. */
function createDeafServer(afterPage: () => Promise<void> = async () => {}) {
  const statements: string[] = [];
  const counted: Database = {
    ...database,
    async run<Row>(name: string, text: string, parameters: readonly unknown[]) {
      statements.push(name);
      const rows = await database.run<Row>(name, text, parameters);
      if (name.startsWith('orders.page')) await afterPage();
      return rows;
    },
  };
  return { statements, ...createTestOrders(counted, { caching: newCaching() }) };
}

async function place(customer: typeof admin): Promise<OrderView> {
  const input = { items: [{ sku: product.sku, quantity: 1 }] };
  return parseView(await plain.placeOrder(buildPlacementContext(customer), input));
}

/** Creates a customer with this many orders, oldest first. */
async function addCustomerWith(count: number) {
  const customer = await addUser(database);
  const placed: OrderView[] = [];
  for (let index = 0; index < count; index += 1) placed.push(await place(customer));
  return { customer, placed };
}

/** Records a payment fact of an order. */
async function pay(orderId: string, type: PaymentFact['type'], paymentStatus: PaymentStatus) {
  const facts = [{ type, reason: null, data: {} }];
  const by = { actor: toActor(admin), cause: testCause };
  await database.transaction(async (tx) => {
    const order = (await lockOrderForPayment(tx, orderId))!;
    const record = paymentStatus === 'PAID' ? confirmPaid : recordPayment;
    await record(tx, order, { paymentStatus, facts, ...by });
  });
}

describe('a page of orders', () => {
  test('shows each change at once, even if the server was not notified of it', async () => {
    const server = createDeafServer();
    const { customer, placed } = await addCustomerWith(2);
    const [{ id }] = placed as [OrderView];
    const move = (status: OrderStatus, override = false) =>
      plain.changeStatus(buildContext(admin), {
        orderId: id,
        input: { status, ...(override ? { override, reason: 'to and fro' } : {}) },
        ifMatch: null,
      });
    const changes: (() => Promise<unknown>)[] = [
      () => pay(id, 'payment.initiated', 'PENDING'),
      () => pay(id, 'payment.failed', 'FAILED'),
      // Keeps the version but updates the time of the last change.
      () => pay(id, 'payment.flagged', 'FAILED'),
      () => pay(id, 'payment.captured', 'PAID'),
      () => move('PREPARING'),
      () => move('PENDING', true),
      () => pay(id, 'refund.succeeded', 'PARTIALLY_REFUNDED'),
      // These changes have no real payment, and the invariants are checked afterwards.
      () => pay(id, 'payment.flagged', 'UNPAID'),
      () => move('CANCELLED'),
    ];
    const seen = new Set<string>();
    for (const change of [async () => {}, ...changes]) {
      await change();
      for (const caller of [customer, admin]) {
        const { data } = await server.listOrders(caller, { customerId: customer.id });
        const { data: fresh } = await plain.listOrders(caller, { customerId: customer.id });
        assert.deepEqual(data, fresh);
        assert.deepEqual(data[1], await plain.getOrder(caller, id));
        seen.add(JSON.stringify(data));
      }
    }
    assert.equal(seen.size, 2 * (1 + changes.length), 'each change is visible');
  });

  test('queries only the ids of cached orders, including those cached by details', async () => {
    const server = createDeafServer();
    const { customer, placed } = await addCustomerWith(3);
    await server.getOrder(customer, placed[0]!.id);
    const first = await server.listOrders(customer, {});
    server.statements.length = 0;
    const second = await server.listOrders(customer, {});
    assert.deepEqual(server.statements, ['orders.page_customer_0']);
    assert.deepEqual(second.data, first.data);
    assert.deepEqual(await server.getOrder(customer, placed[1]!.id), second.data[1]);
    assert.equal(server.statements.length, 1);
  });

  test('is loaded together with other pages requested at the same time', async () => {
    const shops = await Promise.all(Array.from({ length: 6 }, () => addCustomerWith(2)));
    let pagesFound = 0;
    const allFound = Promise.withResolvers<void>();
    const server = createDeafServer(async () => {
      pagesFound += 1;
      if (pagesFound === shops.length) allFound.resolve();
      await allFound.promise;
    });
    const pages = await Promise.all(
      shops.map(({ customer }) => server.listOrders(customer, { limit: 2 })),
    );
    shops.forEach(({ placed }, index) => {
      const ids = pages[index]!.data.map(({ id }) => id);
      assert.deepEqual(ids, placed.map(({ id }) => id).reverse());
    });
    const loads = server.statements.filter((name) => name === 'orders.find_with_lines');
    assert.ok(loads.length < shops.length, `${loads.length} loads of ${shops.length} pages`);
  });

  test('is not cached if it is a later one, so that it evicts nothing', async () => {
    const server = createDeafServer();
    const { customer, placed } = await addCustomerWith(4);
    const { nextCursor } = await server.listOrders(customer, { limit: 2 });
    const next = await server.listOrders(customer, { limit: 2, cursor: nextCursor! });
    assert.deepEqual(
      next.data.map(({ id }) => id),
      [placed[1]!.id, placed[0]!.id],
    );
    server.statements.length = 0;
    await server.getOrder(customer, placed[0]!.id);
    await server.getOrder(customer, placed[3]!.id);
    assert.deepEqual(server.statements, ['orders.find_with_lines']);
  });

  test('omits an order that stops matching its filters while it is read', async () => {
    const { customer, placed } = await addCustomerWith(3);
    const leaving = { orderId: placed[1]!.id, reason: null, ifMatch: null };
    const server = createDeafServer(async () => {
      await plain.cancelOrder(buildContext(customer), leaving).catch(() => {});
    });
    const { data, nextCursor } = await server.listOrders(customer, { status: 'PENDING', limit: 2 });
    assert.deepEqual(
      data.map(({ id, status }) => [id, status]),
      [[placed[2]!.id, 'PENDING']],
    );
    const rest = await server.listOrders(customer, {
      status: 'PENDING',
      limit: 2,
      cursor: nextCursor!,
    });
    assert.deepEqual(
      rest.data.map(({ id }) => id),
      [placed[0]!.id],
    );
  });

  test('shows the new name of a customer once it is invalidated', async () => {
    const server = createDeafServer();
    const { customer } = await addCustomerWith(1);
    const nameNow = async () =>
      (await server.listOrders(admin, { customerId: customer.id })).data[0]!.customer!.name;
    const before = await nameNow();
    await database.run('test.rename', `update users set name = 'Ada' where id = $1::uuid`, [
      customer.id,
    ]);
    assert.equal(await nameNow(), before);
    server.invalidateCustomer(customer.id);
    await until(async () => assert.equal(await nameNow(), 'Ada'));
  });

  test('has the same JSON as its schema’s serializer writes', async () => {
    const app = Fastify();
    app.post('/', { schema: { response: { 200: OrderPage } } }, (request) => request.body);
    const { customer } = await addCustomerWith(1);
    const input = {
      items: [{ sku: product.sku, quantity: 2 }],
      note: 'für "Ada"\\\n\u2028\u0007 🍋 </script>',
      shippingAddress: '1 Example Street\tLondon',
    };
    await plain.placeOrder(buildPlacementContext(customer), input);
    for (const caller of [customer, admin]) {
      const page = await plain.listOrders(caller, { customerId: customer.id });
      const serialized = await app.inject({ method: 'POST', url: '/', payload: page });
      assert.equal(serialized.statusCode, 200, serialized.body);
      assert.equal(JSON.stringify(page), serialized.body);
    }
  });
});
