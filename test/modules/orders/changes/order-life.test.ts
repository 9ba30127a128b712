import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { expireDueOrders } from '../../../../src/modules/orders/changes/expire-orders.ts';
import type { OrderStatus } from '../../../../src/modules/orders/order.ts';
import type { OrderView } from '../../../../src/modules/orders/schemas.ts';
import type { UserCaller } from '../../../../src/shared/caller.ts';
import type { CodedError } from '../../../../src/shared/errors.ts';
import { newId } from '../../../../src/shared/ids.ts';
import { testDatabase } from '../../../support/database.ts';
import {
  buildContext,
  buildPlacementContext,
  coded,
  createTestOrders,
  parseView,
  settle,
} from '../../../support/orders.ts';
import { addProduct, addUser, apiKey, findStock } from '../../../support/shop.ts';

const { database } = await testDatabase();
const orders = createTestOrders(database);
const otherServer = createTestOrders(database);
const admin = await addUser(database, { role: 'admin' });
const kitchen = await addUser(database, { role: 'kitchen' });

/** Places an order of two units of a product that has ten on hand. */
async function placeOrder(customer?: UserCaller) {
  const owner = customer ?? (await addUser(database));
  const product = await addProduct(database);
  const order = parseView(
    await orders.placeOrder(buildPlacementContext(owner), {
      items: [{ sku: product.sku, quantity: 2 }],
    }),
  );
  return { owner, product, order };
}

function move(caller: UserCaller, orderId: string, status: OrderStatus, rest: object = {}) {
  return orders
    .changeStatus(buildContext(caller), { orderId, input: { status, ...rest }, ifMatch: null })
    .then(({ result }) => result);
}

async function moveTo(orderId: string, ...statuses: OrderStatus[]): Promise<OrderView | undefined> {
  let order: OrderView | undefined;
  for (const status of statuses) order = await move(kitchen, orderId, status);
  return order;
}

/** Moves the expiry of an order into the past. */
async function passDeadline(orderId: string): Promise<void> {
  await database.run(
    'test.pass_deadline',
    `update orders set expires_at = now() - interval '1 second' where id = $1::uuid`,
    [orderId],
  );
}

function cancel(caller: UserCaller, orderId: string) {
  return orders.cancelOrder(buildContext(caller), { orderId, reason: null, ifMatch: null });
}

describe('a status change', () => {
  test('the kitchen moves an order from PENDING to COMPLETED, which consumes its units', async () => {
    const { product, order } = await placeOrder();
    const done = await moveTo(order.id, 'CONFIRMED', 'PREPARING', 'READY', 'COMPLETED');
    assert.equal(done?.status, 'COMPLETED');
    assert.equal(done?.version, 5);
    assert.equal(done?.expiresAt, null);
    assert.deepEqual(done?.allowedTransitions, []);
    assert.deepEqual(await findStock(database, product.id), { onHand: 8, reserved: 0 });
    const { data: history } = await orders.getOrderHistory(kitchen, order.id);
    assert.deepEqual(
      history.map((event) => `${event.sequence} ${event.type} ${event.from}>${event.to}`),
      [
        '1 order.placed null>PENDING',
        '2 order.confirmed PENDING>CONFIRMED',
        '3 order.preparing CONFIRMED>PREPARING',
        '4 order.ready PREPARING>READY',
        '5 order.completed READY>COMPLETED',
      ],
    );
  });

  test('an illegal step is refused, with the legal ones', async () => {
    const { order } = await placeOrder();
    for (const status of ['PENDING', 'READY', 'QUEUED', 'FAILED'] as const) {
      await assert.rejects(move(kitchen, order.id, status), (error: CodedError) => {
        assert.equal(error.code, 'orders.illegal_transition');
        assert.deepEqual(error.details.extensions, {
          from: 'PENDING',
          to: status,
          allowedTransitions: ['CONFIRMED'],
        });
        return true;
      });
    }
  });

  test('of two concurrent identical status changes, one succeeds', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { order } = await placeOrder();
      const { done, refused } = await settle([
        move(kitchen, order.id, 'CONFIRMED'),
        move(admin, order.id, 'CONFIRMED'),
      ]);
      assert.equal(done.length, 1);
      assert.deepEqual(refused, ['orders.illegal_transition']);
    }
  });

  test('a stale version and a stale entity tag are refused, each with its own code', async () => {
    const { order } = await placeOrder();
    await moveTo(order.id, 'CONFIRMED');
    await assert.rejects(
      move(kitchen, order.id, 'PREPARING', { version: 1 }),
      (error: CodedError) => {
        assert.equal(error.code, 'orders.version_conflict');
        assert.deepEqual(error.details.extensions, { currentVersion: 2 });
        return true;
      },
    );
    await assert.rejects(
      orders.changeStatus(buildContext(kitchen), {
        orderId: order.id,
        input: { status: 'PREPARING' },
        ifMatch: [1],
      }),
      coded('request.precondition_failed'),
    );
    const moved = await move(kitchen, order.id, 'PREPARING', { version: 2 });
    assert.equal(moved.version, 3);
  });

  test('a repeat with the same key returns the first result, even after later changes', async () => {
    const { order } = await placeOrder();
    const confirm = () =>
      orders.changeStatus(buildContext(kitchen, 'confirm', { status: 'CONFIRMED' }), {
        orderId: order.id,
        input: { status: 'CONFIRMED' },
        ifMatch: null,
      });
    const first = await confirm();
    await moveTo(order.id, 'PREPARING');
    assert.deepEqual(await confirm(), { result: first.result, replayed: true });
  });

  test('the kitchen may neither cancel nor override, and an API key may not cancel by a status change', async () => {
    const { order } = await placeOrder();
    await assert.rejects(move(kitchen, order.id, 'CANCELLED'), coded('auth.forbidden'));
    await assert.rejects(
      move(kitchen, order.id, 'READY', { override: true, reason: 'hurry' }),
      coded('auth.forbidden'),
    );
    await assert.rejects(
      orders.changeStatus(buildContext(apiKey('orders:status')), {
        orderId: order.id,
        input: { status: 'CANCELLED' },
        ifMatch: null,
      }),
      coded('auth.forbidden'),
    );
  });

  test('an unknown order is not found', async () => {
    await assert.rejects(move(admin, newId(), 'CONFIRMED'), coded('orders.not_found'));
  });
});

describe('an override', () => {
  test('returns a completed order to work, together with its units', async () => {
    const { product, order } = await placeOrder();
    await moveTo(order.id, 'CONFIRMED', 'PREPARING', 'READY', 'COMPLETED');
    const override = { override: true, reason: 'it was the wrong one' };
    const back = await move(admin, order.id, 'PREPARING', override);
    assert.equal(back.status, 'PREPARING');
    assert.deepEqual(await findStock(database, product.id), { onHand: 10, reserved: 2 });
    const { data: history } = await orders.getOrderHistory(admin, order.id);
    assert.deepEqual(
      [history.at(-1)?.reason, history.at(-1)?.data.override],
      ['it was the wrong one', true],
    );
    await moveTo(order.id, 'READY', 'COMPLETED');
    assert.deepEqual(await findStock(database, product.id), { onHand: 8, reserved: 0 });
  });

  test('gives an unpaid order a new expiry when it returns to PENDING', async () => {
    const { order } = await placeOrder();
    await moveTo(order.id, 'CONFIRMED');
    const back = await move(admin, order.id, 'PENDING', { override: true, reason: 'not paid yet' });
    assert.ok(Date.parse(back.expiresAt!) > Date.parse(order.expiresAt!) - 1);
  });

  test('records the total when an order returns to PENDING, like every placement', async () => {
    const { order } = await placeOrder();
    await moveTo(order.id, 'CONFIRMED');
    await move(admin, order.id, 'PENDING', { override: true, reason: 'not paid yet' });
    const { data: history } = await orders.getOrderHistory(admin, order.id);
    const placements = history.filter(({ type }) => type === 'order.placed');
    const { number, total } = order;
    assert.deepEqual(
      placements.map(({ data }) => data),
      [
        { number, total },
        { number, total, override: true },
      ],
    );
  });

  test('requires a reason, consumes stock if it skips to COMPLETED, and neither enters nor leaves CANCELLED', async () => {
    const { product, order } = await placeOrder();
    await assert.rejects(
      move(admin, order.id, 'READY', { override: true }),
      coded('request.invalid'),
    );
    const override = { override: true, reason: 'sold at the counter' };
    await move(admin, order.id, 'COMPLETED', override);
    assert.deepEqual(await findStock(database, product.id), { onHand: 8, reserved: 0 });
    await assert.rejects(
      move(admin, order.id, 'CANCELLED', override),
      coded('orders.illegal_transition'),
    );
    const other = await placeOrder();
    await cancel(admin, other.order.id);
    await assert.rejects(
      move(admin, other.order.id, 'PENDING', override),
      coded('orders.illegal_transition'),
    );
  });

  test('is recorded as an ordinary step if the step is legal', async () => {
    const { order } = await placeOrder();
    await move(admin, order.id, 'CONFIRMED', { override: true, reason: 'whatever' });
    const { data: history } = await orders.getOrderHistory(admin, order.id);
    assert.equal(history.at(-1)?.data.override, undefined);
  });
});

describe('cancelling an order', () => {
  test('the owner can cancel an unpaid order, which releases its units', async () => {
    const { owner, product, order } = await placeOrder();
    const { result } = await cancel(owner, order.id);
    assert.deepEqual(
      [result.status, result.cancelReason, result.expiresAt, result.version],
      ['CANCELLED', 'CUSTOMER', null, 2],
    );
    assert.deepEqual(await findStock(database, product.id), { onHand: 10, reserved: 0 });
  });

  test('twenty cancellations at once release the stock once', async () => {
    const { owner, product, order } = await placeOrder();
    const { done, refused } = await settle(
      Array.from({ length: 20 }, () => cancel(owner, order.id)),
    );
    assert.equal(done.length, 1);
    assert.deepEqual([...new Set(refused)], ['orders.not_cancellable']);
    assert.deepEqual(await findStock(database, product.id), { onHand: 10, reserved: 0 });
  });

  test('only an admin can cancel once the kitchen has started', async () => {
    const { owner, product, order } = await placeOrder();
    await moveTo(order.id, 'CONFIRMED', 'PREPARING');
    await assert.rejects(cancel(owner, order.id), coded('orders.not_cancellable'));
    const { result } = await cancel(admin, order.id);
    assert.equal(result.cancelReason, 'ADMIN');
    assert.deepEqual(await findStock(database, product.id), { onHand: 10, reserved: 0 });
  });

  test('another customer’s order seems not to exist', async () => {
    const { order } = await placeOrder();
    const stranger = await addUser(database);
    await assert.rejects(cancel(stranger, order.id), coded('orders.not_found'));
    await assert.rejects(
      async () => orders.getOrder(stranger, order.id),
      coded('orders.not_found'),
    );
    await assert.rejects(orders.getOrderHistory(stranger, order.id), coded('orders.not_found'));
  });

  test('a customer’s fourth cancellation of a day is refused, even if all arrive at once on two servers', async () => {
    const owner = await addUser(database);
    const own = await Promise.all(Array.from({ length: 5 }, () => placeOrder(owner)));
    const { done, refused } = await settle(
      own.map(({ order }, index) =>
        (index % 2 === 0 ? orders : otherServer).cancelOrder(buildContext(owner), {
          orderId: order.id,
          reason: null,
          ifMatch: null,
        }),
      ),
    );
    assert.equal(done.length, 3);
    assert.deepEqual([...new Set(refused)], ['orders.cancellation_limit']);
  });

  test('a customer cannot see which staff member cancelled', async () => {
    const { owner, order } = await placeOrder();
    await cancel(admin, order.id);
    const seen = await orders.getOrderHistory(owner, order.id);
    assert.deepEqual(seen.data.at(-1)?.actor, { type: 'user', id: null, role: 'admin' });
    assert.equal(seen.data[0]?.actor.id, owner.id);
    const full = await orders.getOrderHistory(admin, order.id);
    assert.equal(full.data.at(-1)?.actor.id, admin.id);
  });

  test('staff see the name of each actor, including API keys and users without a name', async () => {
    const { owner, order } = await placeOrder();
    const key = apiKey('orders:status');
    await database.run(
      'test.add_key',
      `insert into api_keys (id, name, prefix, secret_hash, scopes, created_by, held_by)
       values ($1::uuid, 'till', 'hf_test', sha256($1::text::bytea), '{orders:status}', $2::uuid, $2::uuid)`,
      [key.id, admin.id],
    );
    await orders.changeStatus(buildContext(key), {
      orderId: order.id,
      input: { status: 'CONFIRMED' },
      ifMatch: null,
    });
    await cancel(admin, order.id);
    await database.run(
      'test.unname_user',
      `update users
          set name = ''
        where id = $1::uuid`,
      [owner.id],
    );
    for (const caller of [admin, kitchen]) {
      const { data } = await orders.getOrderHistory(caller, order.id);
      const names = data.map(({ actorName }) => actorName);
      assert.deepEqual(names, [`${owner.id}@example.com`, 'till', 'Test']);
    }
    const byKey = await orders.getOrderHistory(key, order.id);
    const names = byKey.data.map(({ actorName }) => actorName);
    assert.deepEqual(names, [null, 'till', 'Test']);
    const own = await orders.getOrderHistory(owner, order.id);
    assert.ok(own.data.every((event) => !('actorName' in event)));
  });
});

describe('expiry', () => {
  test('cancels an unpaid order after its deadline and releases its units', async () => {
    const { owner, product, order } = await placeOrder();
    await passDeadline(order.id);
    await expireDueOrders(database);
    const ended = await orders.getOrder(owner, order.id);
    assert.deepEqual(
      [ended.status, ended.cancelReason, ended.version],
      ['CANCELLED', 'EXPIRED', 2],
    );
    assert.deepEqual(await findStock(database, product.id), { onHand: 10, reserved: 0 });
  });

  test('affects neither an order before its deadline nor a confirmed one', async () => {
    const early = await placeOrder();
    const confirmed = await placeOrder();
    await moveTo(confirmed.order.id, 'CONFIRMED');
    await expireDueOrders(database);
    assert.equal((await orders.getOrder(early.owner, early.order.id)).status, 'PENDING');
    assert.equal((await orders.getOrder(confirmed.owner, confirmed.order.id)).status, 'CONFIRMED');
  });

  test('an order whose stock was tampered with does not keep others from expiring', async () => {
    const broken = await placeOrder();
    const sound = await placeOrder();
    const reserve = (units: number) =>
      database.run(
        'test.tamper',
        'update stock set reserved = $2::bigint where product_id = $1::uuid',
        [broken.product.id, units],
      );
    await passDeadline(broken.order.id);
    await reserve(0);
    await passDeadline(sound.order.id);
    assert.deepEqual(await expireDueOrders(database), { count: 1, more: true });
    assert.equal((await orders.getOrder(sound.owner, sound.order.id)).status, 'CANCELLED');
    await assert.rejects(expireDueOrders(database), coded('inventory.insufficient_stock'));
    await reserve(2);
    await expireDueOrders(database);
    assert.equal((await orders.getOrder(broken.owner, broken.order.id)).status, 'CANCELLED');
  });

  test('of concurrent expiry, cancellation and confirmation, one wins and stock is released at most once', async () => {
    for (let round = 0; round < 25; round += 1) {
      const { owner, product, order } = await placeOrder();
      await passDeadline(order.id);
      await settle<unknown>([
        expireDueOrders(database),
        cancel(owner, order.id),
        move(kitchen, order.id, 'CONFIRMED'),
        expireDueOrders(database),
      ]);
      const { status } = await orders.getOrder(owner, order.id);
      const reserved = status === 'CONFIRMED' ? 2 : 0;
      assert.deepEqual(await findStock(database, product.id), { onHand: 10, reserved });
    }
  });
});
