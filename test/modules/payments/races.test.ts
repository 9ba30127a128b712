import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { expireDueOrders } from '../../../src/modules/orders/changes/expire-orders.ts';
import { testDatabase } from '../../support/database.ts';
import { buildContext, settle } from '../../support/orders.ts';
import { captured, openPaymentsShop } from '../../support/payments.ts';
import { findStock, testCause } from '../../support/shop.ts';

const { database } = await testDatabase();
const shop = await openPaymentsShop(database);
const { provider, payments, orders } = shop;

const expire = (orderIds: readonly string[]) =>
  database.run(
    'test.let_time_pass',
    `update orders set expires_at = now() - interval '1 second' where id = any($1::uuid[])`,
    [orderIds],
  );

/** Stores the event without applying it. */
async function deliver(paymentId: string): Promise<void> {
  const webhook = provider.sign(captured(paymentId, provider.pay(paymentId)));
  await payments.receiveWebhook({ ...webhook, providerName: null, cause: testCause });
}

async function drain(): Promise<void> {
  while ((await payments.applyDueEvents()) > 0);
}

type Ending = 'CONFIRMED PAID' | 'CANCELLED REFUNDED';

/** Checks that every order ended in one of the two right ways, with its stock reserved only if it is confirmed. */
async function endings(orderIds: readonly string[], reservedBefore: number) {
  await drain();
  await shop.settle();
  const count: Record<Ending, number> = { 'CONFIRMED PAID': 0, 'CANCELLED REFUNDED': 0 };
  for (const orderId of orderIds) {
    const { status, paymentStatus } = await shop.getOrder(orderId);
    const ending = `${status} ${paymentStatus}` as Ending;
    assert.ok(ending in count, `order ${orderId} ended as ${ending}`);
    count[ending] += 1;
  }
  const { reserved } = await findStock(database, shop.product.id);
  assert.equal(reserved - reservedBefore, 2 * count['CONFIRMED PAID']);
  return count;
}

describe('concurrent changes of an order and its payment', () => {
  test('a payment during the expiry of its order has one winner and correct money, three hundred times', async () => {
    const { reserved } = await findStock(database, shop.product.id);
    const orderIds: string[] = [];
    for (let round = 0; round < 15; round += 1) {
      const opened = await Promise.all(Array.from({ length: 20 }, () => shop.opened()));
      const ids = opened.map(({ orderId }) => orderId);
      orderIds.push(...ids);
      await Promise.all(opened.map(({ paymentId }) => deliver(paymentId)));
      await expire(ids);
      const paying = [payments.applyDueEvents(), shop.another().applyDueEvents()];
      // A head start of zero to four database round trips, so that each side wins sometimes.
      for (let trip = 0; trip < round % 5; trip += 1) await findStock(database, shop.product.id);
      const ending = [expireDueOrders(database), expireDueOrders(database), payments.settleMoney()];
      await Promise.all([...paying, ...ending]);
    }
    const count = await endings(orderIds, reserved);
    assert.equal(count['CONFIRMED PAID'] + count['CANCELLED REFUNDED'], 300);
  });

  test('a payment during a cancellation by the owner has one winner and correct money', async () => {
    const { reserved } = await findStock(database, shop.product.id);
    const orderIds: string[] = [];
    let cancelled = 0;
    for (let round = 0; round < 10; round += 1) {
      const opened = await Promise.all(Array.from({ length: 10 }, () => shop.opened()));
      orderIds.push(...opened.map(({ orderId }) => orderId));
      await Promise.all(opened.map(({ paymentId }) => deliver(paymentId)));
      const [cancels] = await Promise.all([
        settle(
          opened.map(({ orderId }) =>
            orders.cancelOrder(buildContext(shop.customer), {
              orderId,
              reason: null,
              ifMatch: null,
            }),
          ),
        ),
        payments.applyDueEvents(),
        shop.another().applyDueEvents(),
        payments.settleMoney(),
      ]);
      cancelled += cancels.done.length;
      assert.ok(cancels.refused.every((code) => code === 'orders.not_cancellable'));
    }
    const count = await endings(orderIds, reserved);
    assert.equal(count['CANCELLED REFUNDED'], cancelled);
  });

  test('a payment after the deadline and before the expiry still confirms its order', async () => {
    const { orderId, paymentId } = await shop.opened();
    await expire([orderId]);
    await deliver(paymentId);
    await drain();
    await expireDueOrders(database);
    assert.equal((await shop.getOrder(orderId)).status, 'CONFIRMED');
  });

  test('servers that settle at the same time request each refund once', async () => {
    const paid = [];
    for (let index = 0; index < 12; index += 1) paid.push(await shop.paid());
    await Promise.all(paid.map(({ orderId }) => shop.cancel(orderId)));
    const before = provider.refunds.size;
    const servers = [payments, shop.another(), shop.another()];
    await Promise.all(servers.map((server) => server.settleMoney()));
    await shop.settle();
    assert.equal(provider.refunds.size - before, 12);
    for (const { orderId } of paid) {
      assert.equal((await shop.getOrder(orderId)).paymentStatus, 'REFUNDED');
    }
  });

  test('an order that expires after a declined attempt records that as its reason', async () => {
    const { orderId, paymentId } = await shop.opened();
    await shop.tell({
      id: `declined-${orderId}`,
      type: 'payment.failed',
      createdAt: null,
      kind: 'failed',
      paymentId,
      reason: null,
    });
    await expire([orderId]);
    await expireDueOrders(database);
    const { status, cancelReason } = await shop.getOrder(orderId);
    assert.deepEqual([status, cancelReason], ['CANCELLED', 'PAYMENT_FAILED']);
  });
});
