import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { purgeKeys } from '../../../../src/modules/orders/placement/queries.ts';
import type { Caller } from '../../../../src/shared/caller.ts';
import {
  buildContext,
  buildPlacementContext,
  coded,
  createTestOrders,
} from '../../../support/orders.ts';
import { addProduct, addUser, apiKey } from '../../../support/shop.ts';
import { ordersOnTwoServers } from './two-servers.ts';

const { database, orders, otherServer, countOrders } = await ordersOnTwoServers();

/** Moves the expiry of the keys that a customer's orders were placed under. */
async function expireKeys(customerId: string): Promise<void> {
  await database.run(
    'test.expire_keys',
    `update order_responses
        set expires_at = now() - interval '1 minute'
      where order_ids[1] in (select id from orders where customer_id = $1::uuid)
        and expires_at < 'infinity'`,
    [customerId],
  );
}

async function countKeys(): Promise<number> {
  const [row] = await database.run<{ count: number }>(
    'test.count_keys',
    'select count(*)::int as count from order_keys',
    [],
  );
  return row!.count;
}

describe('the stored response of an order', () => {
  test('is sent again byte for byte, by any server, whatever has changed since', async () => {
    const admin = await addUser(database, { role: 'admin' });
    const customer = await addUser(database);
    const vip = await addUser(database, { vip: true });
    const product = await addProduct(database, { onHand: 1_000 });
    const free = await addProduct(database, { priceMinor: 0 });
    const many = Array.from({ length: 100 }, () => ({ sku: product.sku, quantity: 1 }));
    const one = many.slice(0, 1);
    const note = 'Ünïcode 🥘 "quoted" \\ and\nlines';
    const cases: { caller: Caller; deferred?: boolean; token?: boolean; input: object }[] = [
      { caller: customer, input: { items: one, note, shippingAddress: note } },
      { caller: customer, input: { items: many }, token: true },
      { caller: customer, input: { items: one }, deferred: true },
      { caller: vip, input: { items: [{ sku: free.sku, quantity: 1 }] } },
      { caller: vip, input: { items: one }, deferred: true, token: true },
      { caller: admin, input: { items: one, note, customerId: customer.id }, token: true },
      { caller: apiKey('orders:write'), input: { items: many, customerId: vip.id } },
    ];
    const requests = cases.map(({ caller, deferred, token, input }, index) => {
      const body = {
        ...(input as { items: typeof one }),
        ...(token && { clientToken: `t${index}` }),
      };
      return { body, context: buildPlacementContext(caller, `bytes-${index}`, body, deferred) };
    });
    const placed = await Promise.all(
      requests.map(({ context, body }) => orders.placeOrder(context, body)),
    );
    for (const { id } of placed) {
      await orders.cancelOrder(buildContext(admin), { orderId: id, reason: null, ifMatch: null });
    }
    await database.run('test.rename', `update users set name = 'Another', vip = not vip`, []);
    await database.run('test.rename_products', `update products set name = 'Another'`, []);
    for (const server of [orders, otherServer]) {
      for (const [index, { context, body }] of requests.entries()) {
        assert.deepEqual(await server.placeOrder(context, body), {
          ...placed[index],
          replayed: true,
        });
      }
    }
  });

  test('is sent again only after a write, so that it waits for a synchronous standby like the first one', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database);
    const input = { items: [{ sku: product.sku, quantity: 1 }] };
    const context = buildPlacementContext(customer, 'standby', input);
    const { id } = await orders.placeOrder(context, input);
    const findLastWriter = async () => {
      const [row] = await database.run<{ locker: string }>(
        'test.locker',
        `select keys.xmax::text as locker
           from order_keys as keys
           join order_responses as responses on responses.id = keys.responses_id
          where $1::uuid = any(responses.order_ids)`,
        [id],
      );
      return row!.locker;
    };
    const before = await findLastWriter();
    await orders.placeOrder(context, input);
    assert.notEqual(await findLastWriter(), before);
  });

  test('is found among those of a large batch', async () => {
    const customers = await Promise.all(Array.from({ length: 60 }, () => addUser(database)));
    const product = await addProduct(database, { onHand: 10_000 });
    const items = Array.from({ length: 100 }, () => ({ sku: product.sku, quantity: 1 }));
    const contexts = customers.map((customer) => buildPlacementContext(customer, 'large'));
    const placeAll = () =>
      Promise.all(contexts.map((context) => orders.placeOrder(context, { items })));
    const placed = await placeAll();
    const replayed = placed.map((order) => ({ ...order, replayed: true }));
    assert.deepEqual(await placeAll(), replayed);
  });
});

describe('the key of an order', () => {
  test('can be used again after 24 hours, even with another body, but not before', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database);
    const place = (quantity: number) => {
      const input = { items: [{ sku: product.sku, quantity }] };
      return orders.placeOrder(buildPlacementContext(customer, 'expiring', input), input);
    };
    const first = await place(1);
    await assert.rejects(place(2), coded('idempotency.key_reused'));
    await expireKeys(customer.id);
    const second = await place(2);
    assert.equal(second.replayed, false);
    assert.notEqual(second.id, first.id);
    assert.deepEqual(await place(2), { ...second, replayed: true });
  });

  test('that has expired places one order for requests at once on two servers', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database, { onHand: 100 });
    const input = { customerId: customer.id, items: [{ sku: product.sku, quantity: 1 }] };
    const context = buildPlacementContext(apiKey('orders:write'), 'expired', input);
    for (let round = 1; round <= 10; round += 1) {
      const placed = await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          (index % 2 === 0 ? orders : otherServer).placeOrder(context, input),
        ),
      );
      assert.equal(placed.filter((order) => !order.replayed).length, 1);
      assert.equal(await countOrders(customer.id), round);
      await expireKeys(customer.id);
    }
  });

  test('is purged when it has expired, unless it was used again; clientTokens are kept', async () => {
    await purgeKeys(database, 1_000);
    const before = await countKeys();
    const [expired, live] = [await addUser(database), await addUser(database)];
    const product = await addProduct(database, { onHand: 100 });
    const place = (customer: Caller, key: string) => {
      const input = { items: [{ sku: product.sku, quantity: 1 }], clientToken: key };
      const servers = createTestOrders(database);
      return servers.placeOrder(buildPlacementContext(customer, key, input), input);
    };
    await place(expired, 'gone');
    await place(live, 'kept');
    const plain = { items: [{ sku: product.sku, quantity: 1 }] };
    const context = buildPlacementContext(expired, 'used again', plain);
    await orders.placeOrder(context, plain);
    await expireKeys(expired.id);
    const again = await orders.placeOrder(context, plain);
    assert.equal((await purgeKeys(database, 1_000)).length, 2);
    assert.equal((await purgeKeys(database, 1_000)).length, 0);
    // Two of the live customer; the token of the other one and the key that was used again.
    assert.equal((await countKeys()) - before, 4);
    assert.deepEqual(await orders.placeOrder(context, plain), { ...again, replayed: true });
    for (const [customer, key] of [
      [expired, 'gone'],
      [live, 'kept'],
    ] as const) {
      assert.equal((await place(customer, key)).replayed, true);
    }
  });
});
