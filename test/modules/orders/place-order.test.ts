import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { importOrders, productKey } from '../../../src/modules/orders/index.ts';
import type { PlaceOrderInput } from '../../../src/modules/orders/schemas.ts';
import type { CodedError } from '../../../src/shared/errors.ts';
import { newId } from '../../../src/shared/ids.ts';
import { inventoryOn } from '../../support/catalogue.ts';
import { testDatabase } from '../../support/database.ts';
import { holdRows, untilHeldUp } from '../../support/held-rows.ts';
import {
  coded,
  contextOf,
  ordersOn,
  placementContextOf,
  settle,
  viewOf,
} from '../../support/orders.ts';
import { addProduct, addUser, apiKey, stockOf } from '../../support/shop.ts';

const { database } = await testDatabase();
const orders = ordersOn(database);
/** A second server on the same database: it shares nothing but the database. */
const otherServer = ordersOn(database);

async function countOrders(customerId: string): Promise<number> {
  const [row] = await database.run<{ count: number }>(
    'test.count_orders',
    'select count(*)::int as count from orders where customer_id = $1::uuid',
    [customerId],
  );
  return row!.count;
}

describe('placing an order', () => {
  test('holds the stock, keeps prices and lines as given, and writes its first event', async () => {
    const customer = await addUser(database);
    const rice = await addProduct(database, { priceMinor: 295 });
    const naan = await addProduct(database, { priceMinor: 260 });
    const placed = await orders.placeOrder(placementContextOf(customer), {
      items: [
        { sku: rice.sku, quantity: 2 },
        { productId: naan.id, quantity: 1 },
        { sku: rice.sku, quantity: 1 },
      ],
      note: 'no coriander',
    });
    const view = viewOf(placed);
    assert.equal(view.status, 'PENDING');
    assert.equal(view.version, 1);
    assert.deepEqual(view.total, { amount: 1145, currency: 'GBP' });
    assert.deepEqual(
      view.items.map((item) => [item.sku, item.quantity, item.total.amount]),
      [
        [rice.sku, 2, 590],
        [naan.sku, 1, 260],
        [rice.sku, 1, 295],
      ],
    );
    assert.equal(Date.parse(view.expiresAt!) - Date.parse(view.createdAt), 30 * 60_000);
    assert.deepEqual(await stockOf(database, rice.id), { onHand: 10, reserved: 3 });
    assert.deepEqual(await orders.getOrder(customer, placed.id), view);
    const { data: history } = await orders.getOrderHistory(customer, placed.id);
    assert.deepEqual(
      history.map((event) => [event.sequence, event.type, event.from, event.to]),
      [[1, 'order.placed', null, 'PENDING']],
    );
  });

  test('200 buyers for the last 50 units: exactly 50 get one, over two servers', async () => {
    const product = await addProduct(database, { onHand: 50 });
    const buyers = await Promise.all(Array.from({ length: 200 }, () => addUser(database)));
    const { done: placed, refused } = await settle(
      buyers.map((buyer, index) =>
        (index % 2 === 0 ? orders : otherServer).placeOrder(placementContextOf(buyer), {
          items: [{ sku: product.sku, quantity: 1 }],
        }),
      ),
    );
    assert.equal(placed.length, 50);
    assert.deepEqual([...new Set(refused)], ['inventory.insufficient_stock']);
    assert.deepEqual(await stockOf(database, product.id), { onHand: 50, reserved: 50 });
  });

  test('50 parallel requests under one key, on two servers, make one order and one answer', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database, { onHand: 100 });
    const input = { items: [{ sku: product.sku, quantity: 1 }] };
    const { done: placed, refused } = await settle(
      Array.from({ length: 50 }, (_, index) =>
        (index % 2 === 0 ? orders : otherServer).placeOrder(
          placementContextOf(customer, 'one', input),
          input,
        ),
      ),
    );
    assert.deepEqual(refused, []);
    assert.equal(new Set(placed.map((order) => order.body)).size, 1);
    assert.equal(placed.filter((order) => !order.replayed).length, 1);
    assert.equal(await countOrders(customer.id), 1);
    assert.equal((await stockOf(database, product.id)).reserved, 1);
  });

  test('one key of an API key, raced over two servers for different customers, makes one order', async () => {
    const product = await addProduct(database, { onHand: 100 });
    const machine = apiKey('orders:write');
    const customers = await Promise.all(Array.from({ length: 6 }, () => addUser(database)));
    const { done: placed, refused } = await settle(
      customers.map((customer, index) => {
        const input = { customerId: customer.id, items: [{ sku: product.sku, quantity: 1 }] };
        const server = index % 2 === 0 ? orders : otherServer;
        return server.placeOrder(placementContextOf(machine, 'shared', input), input);
      }),
    );
    assert.equal(placed.length, 1);
    assert.deepEqual([...new Set(refused)], ['idempotency.key_reused']);
    assert.equal((await stockOf(database, product.id)).reserved, 1);
  });

  for (const repeated of ['a token', 'a key', 'a key and a token']) {
    for (const servers of [[orders], [orders, otherServer]]) {
      test(`ten equal orders at once under ${repeated}, from callers whose rows are not locked, on ${servers.length} server(s), are one order and its replays`, async () => {
        for (let round = 0; round < 10; round += 1) {
          const customer = await addUser(database);
          const product = await addProduct(database, { onHand: 1 });
          const input = {
            customerId: customer.id,
            items: [{ sku: product.sku, quantity: 1 }],
            ...(repeated === 'a key' ? {} : { clientToken: 'raced' }),
          };
          const context = placementContextOf(
            round % 2 === 0 ? apiKey('orders:write') : await addUser(database, { role: 'admin' }),
            repeated === 'a token' ? undefined : 'raced',
            input,
          );
          const { done: placed, refused } = await settle(
            Array.from({ length: 10 }, (_, index) =>
              servers[index % servers.length]!.placeOrder(context, input),
            ),
          );
          assert.deepEqual(refused, []);
          assert.equal(new Set(placed.map((order) => order.body)).size, 1);
          assert.equal(placed.filter((order) => !order.replayed).length, 1);
          assert.equal(await countOrders(customer.id), 1);
        }
      });
    }
  }

  test('ten equal orders of a customer under one token are one order where pending orders have no limit', async () => {
    const servers = [ordersOn(database, { pendingMax: 0 }), ordersOn(database, { pendingMax: 0 })];
    for (let round = 0; round < 10; round += 1) {
      const customer = await addUser(database);
      const product = await addProduct(database, { onHand: 1 });
      const input = { items: [{ sku: product.sku, quantity: 1 }], clientToken: 'raced' };
      const { done: placed, refused } = await settle(
        Array.from({ length: 10 }, (_, index) =>
          servers[index % 2]!.placeOrder(placementContextOf(customer), input),
        ),
      );
      assert.deepEqual(refused, []);
      assert.equal(placed.filter((order) => !order.replayed).length, 1);
    }
  });

  test('a repeat that looked for its key before the first commit, and at the stock after it, is a replay', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database, { onHand: 1 });
    const [first, second] = [ordersOn(database), ordersOn(database)];
    const machine = apiKey('orders:write');
    const order = (server: typeof first, quantity: number, key?: string) => {
      const input = { customerId: customer.id, items: [{ sku: product.sku, quantity }] };
      return server.placeOrder(placementContextOf(machine, key, input), input);
    };
    // The refusal leaves a number at hand, so that this server needs none of the sequence that is held below.
    await assert.rejects(order(first, 2), coded('inventory.insufficient_stock'));
    const held = await holdRows(database, 'alter sequence order_numbers owned by none');
    const repeat = order(second, 1, 'late');
    await untilHeldUp(database, '%nextval%');
    const placed = await order(first, 1, 'late');
    await held.release();
    assert.deepEqual(await repeat, { ...placed, replayed: true });
  });

  test('a refusal pins nothing: the same key may try again', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database, { onHand: 0 });
    const input = { items: [{ sku: product.sku, quantity: 1 }] };
    const attempt = () => orders.placeOrder(placementContextOf(customer, 'again', input), input);
    await assert.rejects(attempt(), coded('inventory.insufficient_stock'));
    await inventoryOn(database).adjustStock(contextOf(apiKey('catalog:write')), product.id, {
      delta: 1,
      reason: 'Delivery',
    });
    assert.equal((await attempt()).replayed, false);
  });

  test('a key with another body is refused, whatever became of the first order', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database);
    const first = { items: [{ sku: product.sku, quantity: 1 }] };
    const other = { items: [{ sku: product.sku, quantity: 2 }] };
    await orders.placeOrder(placementContextOf(customer, 'k', first), first);
    await assert.rejects(
      orders.placeOrder(placementContextOf(customer, 'k', other), other),
      coded('idempotency.key_reused'),
    );
  });

  test('a clientToken makes one order per customer and answers repeats, in either spelling', async () => {
    const customer = await addUser(database);
    const stranger = await addUser(database);
    const product = await addProduct(database);
    const items = [{ sku: product.sku, quantity: 1 }];
    const first = await orders.placeOrder(placementContextOf(customer), {
      items,
      clientToken: 't-1',
    });
    const again = await otherServer.placeOrder(placementContextOf(customer), {
      items,
      client_token: 't-1',
    });
    assert.equal(again.body, first.body);
    assert.equal(again.replayed, true);
    const theirs = await orders.placeOrder(placementContextOf(stranger), {
      items,
      clientToken: 't-1',
    });
    assert.notEqual(theirs.id, first.id);
    await assert.rejects(
      orders.placeOrder(placementContextOf(customer), {
        items: [{ sku: product.sku, quantity: 2 }],
        clientToken: 't-1',
      }),
      coded('idempotency.key_reused'),
    );
  });

  test('a key and a token that stand for different orders are refused', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database);
    const items = [{ sku: product.sku, quantity: 1 }];
    const both = { items, clientToken: 't-2' };
    await orders.placeOrder(placementContextOf(customer, 'k-2', both), both);
    const mixed = { items, clientToken: 't-3' };
    await orders.placeOrder(placementContextOf(customer), mixed);
    await assert.rejects(
      orders.placeOrder(placementContextOf(customer, 'k-2', mixed), mixed),
      coded('idempotency.key_reused'),
    );
  });

  test('a key that comes with a token whose order is there stands for that order from then on', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database);
    const items = [{ sku: product.sku, quantity: 1 }];
    const withToken = { items, clientToken: 't-4' };
    const first = await orders.placeOrder(placementContextOf(customer), withToken);
    for (const server of [orders, otherServer]) {
      const context = placementContextOf(customer, 'k-4', withToken);
      const again = await server.placeOrder(context, withToken);
      assert.deepEqual(again, { ...first, replayed: true });
    }
    await assert.rejects(
      orders.placeOrder(placementContextOf(customer, 'k-4', { items }), { items }),
      coded('idempotency.key_reused'),
    );
    assert.equal(await countOrders(customer.id), 1);
  });

  test('six parallel orders with five allowed: five, every time', async () => {
    const product = await addProduct(database, { onHand: 1000 });
    for (let round = 0; round < 20; round += 1) {
      const customer = await addUser(database);
      const { done: placed, refused } = await settle(
        Array.from({ length: 6 }, (_, index) =>
          (index % 2 === 0 ? orders : otherServer).placeOrder(placementContextOf(customer), {
            items: [{ sku: product.sku, quantity: 1 }],
          }),
        ),
      );
      assert.equal(placed.length, 5);
      assert.deepEqual(refused, ['orders.pending_limit']);
    }
  });

  test('many-line orders that name the same products in opposite order never deadlock', async () => {
    const shelf = await Promise.all(
      Array.from({ length: 10 }, () => addProduct(database, { onHand: 1000 })),
    );
    const buyers = await Promise.all(Array.from({ length: 60 }, () => addUser(database)));
    const { refused } = await settle(
      buyers.map((buyer, index) => {
        const items = shelf.map((product) => ({ sku: product.sku, quantity: 1 }));
        const server = index % 2 === 0 ? orders : otherServer;
        return server.placeOrder(placementContextOf(buyer), {
          items: index % 3 === 0 ? items.reverse() : items,
        });
      }),
    );
    assert.deepEqual(refused, []);
    for (const product of shelf) assert.equal((await stockOf(database, product.id)).reserved, 60);
  });

  test('an order that costs nothing is confirmed and paid at once by the system', async () => {
    const customer = await addUser(database);
    const gift = await addProduct(database, { priceMinor: 0 });
    const placed = await orders.placeOrder(placementContextOf(customer), {
      items: [{ sku: gift.sku, quantity: 1 }],
    });
    const view = viewOf(placed);
    assert.deepEqual(
      [view.status, view.paymentStatus, view.version, view.expiresAt],
      ['CONFIRMED', 'PAID', 2, null],
    );
    assert.deepEqual(await orders.getOrder(customer, placed.id), view);
    const { data: history } = await orders.getOrderHistory(customer, placed.id);
    assert.deepEqual(
      history.map((event) => [event.type, event.actor.type]),
      [
        ['order.placed', 'user'],
        ['order.confirmed', 'system'],
      ],
    );
  });

  test('staff places for an active customer only, beyond his limit, and sees who it is for', async () => {
    const customer = await addUser(database);
    const admin = await addUser(database, { role: 'admin' });
    const product = await addProduct(database, { onHand: 100 });
    const items = [{ sku: product.sku, quantity: 1 }];
    for (let count = 0; count < 6; count += 1) {
      const placed = await orders.placeOrder(placementContextOf(admin), {
        items,
        customerId: customer.id,
      });
      assert.equal(viewOf(placed).customer?.id, customer.id);
    }
    await assert.rejects(
      orders.placeOrder(placementContextOf(customer), { items }),
      coded('orders.pending_limit'),
    );
    for (const input of [
      { items },
      { items, customerId: admin.id },
      { items, customerId: newId() },
    ]) {
      await assert.rejects(
        orders.placeOrder(placementContextOf(admin), input),
        (error: CodedError) => {
          assert.deepEqual(
            error.details.errors?.map((one) => one.pointer),
            ['/customerId'],
          );
          return true;
        },
      );
    }
  });

  test('a customer cannot order for another one, nor in another currency', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database);
    const wrong: PlaceOrderInput[] = [
      { items: [{ sku: product.sku, quantity: 1 }], customerId: newId() },
      {
        items: [{ sku: product.sku, quantity: 1 }],
        expectedTotal: { amount: 250, currency: 'EUR' },
      },
      { items: [{ sku: product.sku, quantity: 1, unitPrice: { amount: 250, currency: 'EUR' } }] },
      { items: [{ quantity: 1 }] },
    ];
    for (const input of wrong) {
      await assert.rejects(
        orders.placeOrder(placementContextOf(customer), input),
        coded('request.invalid'),
      );
    }
    assert.equal(await countOrders(customer.id), 0);
  });

  test('a number that an import took while it was lying ready stops no order', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database, { onHand: 1 });
    const server = ordersOn(database);
    const order = (quantity: number) =>
      server.placeOrder(placementContextOf(customer), { items: [{ sku: product.sku, quantity }] });
    // The refusal leaves the number that it did not need at hand.
    await assert.rejects(order(2), coded('inventory.insufficient_stock'));
    const [last] = await database.run<{ number: number }>(
      'test.last_number',
      'select last_value as number from order_numbers',
      [],
    );
    const number = String(last!.number);
    const line = { name: product.sku, sku: product.sku, quantity: 1, unitPriceMinor: 100 };
    const imported = await importOrders(
      database,
      [{ number, createdAt: new Date('2019-01-01T12:00:00Z'), email: null, lines: [line] }],
      new Map([[productKey(line), product]]),
      'GBP',
    );
    assert.deepEqual(imported.imported, [number]);
    assert(Number(viewOf(await order(1)).number) > last!.number);
  });

  test('one bad order of a batch leaves its neighbours alone', async () => {
    const product = await addProduct(database, { onHand: 100 });
    const buyers = await Promise.all(Array.from({ length: 10 }, () => addUser(database)));
    const { done: placed, refused } = await settle(
      buyers.map((buyer, index) =>
        orders.placeOrder(placementContextOf(buyer), {
          items: [{ sku: product.sku, quantity: 1 }],
          // A text that PostgreSQL cannot store fails the whole statement.
          ...(index === 4 ? { note: 'a\u0000b' } : {}),
        }),
      ),
    );
    assert.equal(placed.length, 9);
    assert.deepEqual(refused, ['request.invalid']);
  });
});
