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

/** An order of two units of a product of which ten are on the shelf. */
async function placed(customer?: UserCaller) {
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

/** Lets the time to pay of an order pass. */
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

describe('moving an order on', () => {
  test('the kitchen takes it from PENDING to COMPLETED, and its units leave the shelf', async () => {
    const { product, order } = await placed();
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

  test('a step that does not exist is refused and says which do', async () => {
    const { order } = await placed();
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

  test('of two who take the same step at once, one does', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { order } = await placed();
      const { done, refused } = await settle([
        move(kitchen, order.id, 'CONFIRMED'),
        move(admin, order.id, 'CONFIRMED'),
      ]);
      assert.equal(done.length, 1);
      assert.deepEqual(refused, ['orders.illegal_transition']);
    }
  });

  test('a stale version and a stale entity tag are refused, each in its own way', async () => {
    const { order } = await placed();
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

  test('a repeat under the same key answers the first result, also after the order went on', async () => {
    const { order } = await placed();
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

  test('the kitchen may neither cancel nor override, an API key neither', async () => {
    const { order } = await placed();
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

  test('an order that does not exist is not found', async () => {
    await assert.rejects(move(admin, newId(), 'CONFIRMED'), coded('orders.not_found'));
  });
});

describe('overriding', () => {
  test('an admin brings a completed order back to work, and its units with it', async () => {
    const { product, order } = await placed();
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

  test('back to PENDING unpaid it gets a new time to pay', async () => {
    const { order } = await placed();
    await moveTo(order.id, 'CONFIRMED');
    const back = await move(admin, order.id, 'PENDING', { override: true, reason: 'not paid yet' });
    assert.ok(Date.parse(back.expiresAt!) > Date.parse(order.expiresAt!) - 1);
  });

  test('back to PENDING its event tells the total, as that of every placement does', async () => {
    const { order } = await placed();
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

  test('it needs a reason, skips ahead with its stock, and never leaves the end', async () => {
    const { product, order } = await placed();
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
    const other = await placed();
    await cancel(admin, other.order.id);
    await assert.rejects(
      move(admin, other.order.id, 'PENDING', override),
      coded('orders.illegal_transition'),
    );
  });

  test('on a legal step it is just the step', async () => {
    const { order } = await placed();
    await move(admin, order.id, 'CONFIRMED', { override: true, reason: 'whatever' });
    const { data: history } = await orders.getOrderHistory(admin, order.id);
    assert.equal(history.at(-1)?.data.override, undefined);
  });
});

describe('cancelling an order', () => {
  test('its owner takes it back while it is unpaid, and its units are free again', async () => {
    const { owner, product, order } = await placed();
    const { result } = await cancel(owner, order.id);
    assert.deepEqual(
      [result.status, result.cancelReason, result.expiresAt, result.version],
      ['CANCELLED', 'CUSTOMER', null, 2],
    );
    assert.deepEqual(await findStock(database, product.id), { onHand: 10, reserved: 0 });
  });

  test('twenty cancellations at once give the stock back once', async () => {
    const { owner, product, order } = await placed();
    const { done, refused } = await settle(
      Array.from({ length: 20 }, () => cancel(owner, order.id)),
    );
    assert.equal(done.length, 1);
    assert.deepEqual([...new Set(refused)], ['orders.not_cancellable']);
    assert.deepEqual(await findStock(database, product.id), { onHand: 10, reserved: 0 });
  });

  test('once the kitchen has begun only an admin cancels', async () => {
    const { owner, product, order } = await placed();
    await moveTo(order.id, 'CONFIRMED', 'PREPARING');
    await assert.rejects(cancel(owner, order.id), coded('orders.not_cancellable'));
    const { result } = await cancel(admin, order.id);
    assert.equal(result.cancelReason, 'ADMIN');
    assert.deepEqual(await findStock(database, product.id), { onHand: 10, reserved: 0 });
  });

  test('somebody else’s order does not exist', async () => {
    const { order } = await placed();
    const stranger = await addUser(database);
    await assert.rejects(cancel(stranger, order.id), coded('orders.not_found'));
    await assert.rejects(
      async () => orders.getOrder(stranger, order.id),
      coded('orders.not_found'),
    );
    await assert.rejects(orders.getOrderHistory(stranger, order.id), coded('orders.not_found'));
  });

  test('the fourth own cancellation of a day is refused, also when all come at once on two servers', async () => {
    const owner = await addUser(database);
    const own = await Promise.all(Array.from({ length: 5 }, () => placed(owner)));
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

  test('a customer does not learn who of the staff cancelled', async () => {
    const { owner, order } = await placed();
    await cancel(admin, order.id);
    const seen = await orders.getOrderHistory(owner, order.id);
    assert.deepEqual(seen.data.at(-1)?.actor, { type: 'user', id: null, role: 'admin' });
    assert.equal(seen.data[0]?.actor.id, owner.id);
    const full = await orders.getOrderHistory(admin, order.id);
    assert.equal(full.data.at(-1)?.actor.id, admin.id);
  });

  test('staff read by name who did what, also of API keys and of users without a name', async () => {
    const { owner, order } = await placed();
    const key = apiKey('orders:status');
    await database.run(
      'test.add_key',
      `insert into api_keys (id, name, prefix, secret_hash, scopes, created_by)
       values ($1::uuid, 'till', 'hf_test', sha256($1::text::bytea), '{orders:status}', $2::uuid)`,
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
  test('an unpaid order ends when its time has passed, and its units are free again', async () => {
    const { owner, product, order } = await placed();
    await passDeadline(order.id);
    await expireDueOrders(database);
    const ended = await orders.getOrder(owner, order.id);
    assert.deepEqual(
      [ended.status, ended.cancelReason, ended.version],
      ['CANCELLED', 'EXPIRED', 2],
    );
    assert.deepEqual(await findStock(database, product.id), { onHand: 10, reserved: 0 });
  });

  test('before its time an order stays, and a confirmed one has no end', async () => {
    const early = await placed();
    const confirmed = await placed();
    await moveTo(confirmed.order.id, 'CONFIRMED');
    await expireDueOrders(database);
    assert.equal((await orders.getOrder(early.owner, early.order.id)).status, 'PENDING');
    assert.equal((await orders.getOrder(confirmed.owner, confirmed.order.id)).status, 'CONFIRMED');
  });

  test('an order whose stock was tampered with keeps no other from ending', async () => {
    const broken = await placed();
    const sound = await placed();
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

  test('expiry on two servers, cancellation and confirmation race: one wins, stock comes back at most once', async () => {
    for (let round = 0; round < 25; round += 1) {
      const { owner, product, order } = await placed();
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
