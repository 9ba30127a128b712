import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { importOrders, productKey } from '../../../../src/modules/orders/index.ts';
import type { PlaceOrderInput } from '../../../../src/modules/orders/schemas.ts';
import type { CodedError } from '../../../../src/shared/errors.ts';
import { newId } from '../../../../src/shared/ids.ts';
import {
  buildPlacementContext,
  coded,
  createTestOrders,
  parseView,
  settle,
} from '../../../support/orders.ts';
import { addProduct, addUser, findStock, testAuthor } from '../../../support/shop.ts';
import { ordersOnTwoServers } from './two-servers.ts';

const { database, orders, otherServer, countOrders } = await ordersOnTwoServers();

describe('placing an order', () => {
  test('reserves the stock, keeps prices and lines as given, and writes the first event', async () => {
    const customer = await addUser(database);
    const rice = await addProduct(database, { priceMinor: 295 });
    const naan = await addProduct(database, { priceMinor: 260 });
    const placed = await orders.placeOrder(buildPlacementContext(customer), {
      items: [
        { sku: rice.sku, quantity: 2 },
        { productId: naan.id, quantity: 1 },
        { sku: rice.sku, quantity: 1 },
      ],
      note: 'no coriander',
    });
    const view = parseView(placed);
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
    assert.deepEqual(await findStock(database, rice.id), { onHand: 10, reserved: 3 });
    assert.deepEqual(await orders.getOrder(customer, placed.id), view);
    const { data: history } = await orders.getOrderHistory(customer, placed.id);
    assert.deepEqual(
      history.map((event) => [event.sequence, event.type, event.from, event.to]),
      [[1, 'order.placed', null, 'PENDING']],
    );
  });

  test('of 200 buyers of the last 50 units, exactly 50 get one, across two servers', async () => {
    const product = await addProduct(database, { onHand: 50 });
    const buyers = await Promise.all(Array.from({ length: 200 }, () => addUser(database)));
    const { done: placed, refused } = await settle(
      buyers.map((buyer, index) =>
        (index % 2 === 0 ? orders : otherServer).placeOrder(buildPlacementContext(buyer), {
          items: [{ sku: product.sku, quantity: 1 }],
        }),
      ),
    );
    assert.equal(placed.length, 50);
    assert.deepEqual([...new Set(refused)], ['inventory.insufficient_stock']);
    assert.deepEqual(await findStock(database, product.id), { onHand: 50, reserved: 50 });
  });

  test('of six parallel orders with a limit of five, five are placed, every time', async () => {
    const product = await addProduct(database, { onHand: 1000 });
    for (let round = 0; round < 20; round += 1) {
      const customer = await addUser(database);
      const { done: placed, refused } = await settle(
        Array.from({ length: 6 }, (_, index) =>
          (index % 2 === 0 ? orders : otherServer).placeOrder(buildPlacementContext(customer), {
            items: [{ sku: product.sku, quantity: 1 }],
          }),
        ),
      );
      assert.equal(placed.length, 5);
      assert.deepEqual(refused, ['orders.pending_limit']);
    }
  });

  test('large orders that list the same products in opposite order never deadlock', async () => {
    const products = await Promise.all(
      Array.from({ length: 10 }, () => addProduct(database, { onHand: 1000 })),
    );
    const buyers = await Promise.all(Array.from({ length: 60 }, () => addUser(database)));
    const { refused } = await settle(
      buyers.map((buyer, index) => {
        const items = products.map((product) => ({ sku: product.sku, quantity: 1 }));
        const server = index % 2 === 0 ? orders : otherServer;
        return server.placeOrder(buildPlacementContext(buyer), {
          items: index % 3 === 0 ? items.reverse() : items,
        });
      }),
    );
    assert.deepEqual(refused, []);
    for (const product of products)
      assert.equal((await findStock(database, product.id)).reserved, 60);
  });

  test('a free order is confirmed and paid at once by the system', async () => {
    const customer = await addUser(database);
    const gift = await addProduct(database, { priceMinor: 0 });
    const placed = await orders.placeOrder(buildPlacementContext(customer), {
      items: [{ sku: gift.sku, quantity: 1 }],
    });
    const view = parseView(placed);
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

  test('staff can order for active customers only, beyond their limit, and see the customer', async () => {
    const customer = await addUser(database);
    const admin = await addUser(database, { role: 'admin' });
    const product = await addProduct(database, { onHand: 100 });
    const items = [{ sku: product.sku, quantity: 1 }];
    for (let count = 0; count < 6; count += 1) {
      const placed = await orders.placeOrder(buildPlacementContext(admin), {
        items,
        customerId: customer.id,
      });
      assert.equal(parseView(placed).customer?.id, customer.id);
    }
    await assert.rejects(
      orders.placeOrder(buildPlacementContext(customer), { items }),
      coded('orders.pending_limit'),
    );
    for (const input of [
      { items },
      { items, customerId: admin.id },
      { items, customerId: newId() },
    ]) {
      await assert.rejects(
        orders.placeOrder(buildPlacementContext(admin), input),
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

  test('a customer cannot order for another one or in another currency', async () => {
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
        orders.placeOrder(buildPlacementContext(customer), input),
        coded('request.invalid'),
      );
    }
    assert.equal(await countOrders(customer.id), 0);
  });

  test('an order succeeds even if an import took the number that was ready for it', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database, { onHand: 1 });
    const server = createTestOrders(database);
    const order = (quantity: number) =>
      server.placeOrder(buildPlacementContext(customer), {
        items: [{ sku: product.sku, quantity }],
      });
    // The refusal leaves its unused number for the next order.
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
      testAuthor,
      [{ number, createdAt: new Date('2019-01-01T12:00:00Z'), email: null, lines: [line] }],
      new Map([[productKey(line), product]]),
      'GBP',
    );
    assert.deepEqual(imported.imported, [number]);
    assert(Number(parseView(await order(1)).number) > last!.number);
  });

  test('one bad order of a batch does not affect the others', async () => {
    const product = await addProduct(database, { onHand: 100 });
    const buyers = await Promise.all(Array.from({ length: 10 }, () => addUser(database)));
    const { done: placed, refused } = await settle(
      buyers.map((buyer, index) =>
        orders.placeOrder(buildPlacementContext(buyer), {
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
