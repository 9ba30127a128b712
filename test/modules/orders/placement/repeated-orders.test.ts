import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createTestInventory } from '../../../support/catalogue.ts';
import { lockRows, waitUntilBlocked } from '../../../support/locked-rows.ts';
import {
  buildContext,
  buildPlacementContext,
  coded,
  createTestOrders,
  settle,
} from '../../../support/orders.ts';
import { addProduct, addUser, apiKey, findStock } from '../../../support/shop.ts';
import { ordersOnTwoServers } from './two-servers.ts';

const { database, owner, orders, otherServer, countOrders } = await ordersOnTwoServers();

describe('a repeated order', () => {
  test('50 parallel requests with one key, on two servers, create one order and get one response', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database, { onHand: 100 });
    const input = { items: [{ sku: product.sku, quantity: 1 }] };
    const { done: placed, refused } = await settle(
      Array.from({ length: 50 }, (_, index) =>
        (index % 2 === 0 ? orders : otherServer).placeOrder(
          buildPlacementContext(customer, 'one', input),
          input,
        ),
      ),
    );
    assert.deepEqual(refused, []);
    assert.equal(new Set(placed.map((order) => order.body)).size, 1);
    assert.equal(placed.filter((order) => !order.replayed).length, 1);
    assert.equal(await countOrders(customer.id), 1);
    assert.equal((await findStock(database, product.id)).reserved, 1);
  });

  test('one key of an API key, used at once on two servers for different customers, creates one order', async () => {
    const product = await addProduct(database, { onHand: 100 });
    const machine = apiKey('orders:write');
    const customers = await Promise.all(Array.from({ length: 6 }, () => addUser(database)));
    const { done: placed, refused } = await settle(
      customers.map((customer, index) => {
        const input = { customerId: customer.id, items: [{ sku: product.sku, quantity: 1 }] };
        const server = index % 2 === 0 ? orders : otherServer;
        return server.placeOrder(buildPlacementContext(machine, 'shared', input), input);
      }),
    );
    assert.equal(placed.length, 1);
    assert.deepEqual([...new Set(refused)], ['idempotency.key_reused']);
    assert.equal((await findStock(database, product.id)).reserved, 1);
  });

  for (const repeated of ['a token', 'a key', 'a key and a token']) {
    for (const servers of [[orders], [orders, otherServer]]) {
      test(`ten identical orders at once with ${repeated}, from callers whose rows are not locked, on ${servers.length} server(s), are one order and its replays`, async () => {
        for (let round = 0; round < 10; round += 1) {
          const customer = await addUser(database);
          const product = await addProduct(database, { onHand: 1 });
          const input = {
            customerId: customer.id,
            items: [{ sku: product.sku, quantity: 1 }],
            ...(repeated === 'a key' ? {} : { clientToken: 'raced' }),
          };
          const context = buildPlacementContext(
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

  test('ten identical orders of a customer with one token are one order, even without a limit on pending orders', async () => {
    const servers = [
      createTestOrders(database, { pendingMax: 0 }),
      createTestOrders(database, { pendingMax: 0 }),
    ];
    for (let round = 0; round < 10; round += 1) {
      const customer = await addUser(database);
      const product = await addProduct(database, { onHand: 1 });
      const input = { items: [{ sku: product.sku, quantity: 1 }], clientToken: 'raced' };
      const { done: placed, refused } = await settle(
        Array.from({ length: 10 }, (_, index) =>
          servers[index % 2]!.placeOrder(buildPlacementContext(customer), input),
        ),
      );
      assert.deepEqual(refused, []);
      assert.equal(placed.filter((order) => !order.replayed).length, 1);
    }
  });

  test('a repeat that looked for its key before the first commit and at the stock after it is a replay', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database, { onHand: 1 });
    const [first, second] = [createTestOrders(database), createTestOrders(database)];
    const machine = apiKey('orders:write');
    const order = (server: typeof first, quantity: number, key?: string) => {
      const input = { customerId: customer.id, items: [{ sku: product.sku, quantity }] };
      return server.placeOrder(buildPlacementContext(machine, key, input), input);
    };
    // The refusal leaves an unused number, so this server does not need the sequence that is locked below.
    await assert.rejects(order(first, 2), coded('inventory.insufficient_stock'));
    const held = await lockRows(owner, 'alter sequence order_numbers owned by none');
    const repeat = order(second, 1, 'late');
    await waitUntilBlocked(database, '%nextval%');
    const placed = await order(first, 1, 'late');
    await held.release();
    assert.deepEqual(await repeat, { ...placed, replayed: true });
  });

  test('a refused order can be tried again with the same key', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database, { onHand: 0 });
    const input = { items: [{ sku: product.sku, quantity: 1 }] };
    const attempt = () => orders.placeOrder(buildPlacementContext(customer, 'again', input), input);
    await assert.rejects(attempt(), coded('inventory.insufficient_stock'));
    await createTestInventory(database).adjustStock(
      buildContext(apiKey('catalog:write')),
      product.id,
      {
        delta: 1,
        reason: 'Delivery',
      },
    );
    assert.equal((await attempt()).replayed, false);
  });

  test('a key with a different body is refused', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database);
    const first = { items: [{ sku: product.sku, quantity: 1 }] };
    const other = { items: [{ sku: product.sku, quantity: 2 }] };
    await orders.placeOrder(buildPlacementContext(customer, 'k', first), first);
    await assert.rejects(
      orders.placeOrder(buildPlacementContext(customer, 'k', other), other),
      coded('idempotency.key_reused'),
    );
  });

  test('a client token creates one order per customer and repeats are replayed, in either spelling', async () => {
    const customer = await addUser(database);
    const stranger = await addUser(database);
    const product = await addProduct(database);
    const items = [{ sku: product.sku, quantity: 1 }];
    const first = await orders.placeOrder(buildPlacementContext(customer), {
      items,
      clientToken: 't-1',
    });
    const again = await otherServer.placeOrder(buildPlacementContext(customer), {
      items,
      client_token: 't-1',
    });
    assert.equal(again.body, first.body);
    assert.equal(again.replayed, true);
    const theirs = await orders.placeOrder(buildPlacementContext(stranger), {
      items,
      clientToken: 't-1',
    });
    assert.notEqual(theirs.id, first.id);
    await assert.rejects(
      orders.placeOrder(buildPlacementContext(customer), {
        items: [{ sku: product.sku, quantity: 2 }],
        clientToken: 't-1',
      }),
      coded('idempotency.key_reused'),
    );
  });

  test('a key and a token of different orders are refused', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database);
    const items = [{ sku: product.sku, quantity: 1 }];
    const both = { items, clientToken: 't-2' };
    await orders.placeOrder(buildPlacementContext(customer, 'k-2', both), both);
    const mixed = { items, clientToken: 't-3' };
    await orders.placeOrder(buildPlacementContext(customer), mixed);
    await assert.rejects(
      orders.placeOrder(buildPlacementContext(customer, 'k-2', mixed), mixed),
      coded('idempotency.key_reused'),
    );
  });

  test('a key sent with the token of an existing order identifies that order from then on', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database);
    const items = [{ sku: product.sku, quantity: 1 }];
    const withToken = { items, clientToken: 't-4' };
    const first = await orders.placeOrder(buildPlacementContext(customer), withToken);
    for (const server of [orders, otherServer]) {
      const context = buildPlacementContext(customer, 'k-4', withToken);
      const again = await server.placeOrder(context, withToken);
      assert.deepEqual(again, { ...first, replayed: true });
    }
    await assert.rejects(
      orders.placeOrder(buildPlacementContext(customer, 'k-4', { items }), { items }),
      coded('idempotency.key_reused'),
    );
    assert.equal(await countOrders(customer.id), 1);
  });
});
