import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ProviderCapture } from '../../../../src/drivers/payments/payment-provider.ts';
import type { RefundInput } from '../../../../src/modules/payments/schemas.ts';
import { testDatabase } from '../../../support/database.ts';
import { buildContext, settle } from '../../../support/orders.ts';
import { captured, openPaymentsShop, reportedRefund } from '../../../support/payments.ts';
import { query } from '../../../support/until.ts';

const { database, ownerUrl: url } = await testDatabase();
const shop = await openPaymentsShop(database);
const { provider, payments } = shop;

const refund = (paymentId: string, input: Partial<RefundInput> = {}) =>
  payments.refundPayment(buildContext(shop.admin), paymentId, { reason: 'It was cold', ...input });

/** Reports a charge that does not match. */
const flag = (paymentId: string, change: Partial<ProviderCapture> = { amountMinor: 499 }) =>
  shop.charge(paymentId, change);

async function payAgain(orderId: string): Promise<string> {
  const { result } = await payments.initiatePayment(buildContext(shop.customer), orderId);
  return result.view.payment.id;
}

function returned({ providerReference, amountMinor, currency }: ProviderCapture) {
  const amount = amountMinor;
  return { reference: providerReference, cause: 'flagged', amount, currency, status: 'SUCCEEDED' };
}

describe('flagged money of an order that another charge pays', () => {
  test('is refunded automatically, and the charge that pays remains whole', async () => {
    const { orderId, paymentId } = await shop.opened();
    const odd = await flag(paymentId);
    const good = await shop.charge(paymentId);
    await shop.settle();
    assert.deepEqual(await shop.listRefunds(orderId), [returned(odd)]);
    const payment = await shop.getPayment(paymentId);
    assert.deepEqual(
      [payment.status, payment.providerReference, payment.captured.amount, payment.refunded.amount],
      ['CAPTURED', good.providerReference, 500, 0],
    );
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'PAID');
    assert.deepEqual(await shop.listEventTypes(orderId), [
      'order.placed',
      'payment.initiated',
      'payment.flagged',
      'payment.captured',
      'order.confirmed',
      'refund.created',
      'refund.succeeded',
    ]);
    const { data } = await shop.orders.getOrderHistory(shop.admin, orderId);
    for (const { data: fact } of data.slice(-2)) {
      const { cause, amount, paymentId: of } = fact as Record<string, unknown>;
      const expected = ['flagged', { amount: 499, currency: 'GBP' }, paymentId];
      assert.deepEqual([cause, amount, of], expected);
    }
  });

  test('gets its refund in the transaction that pays the order, so it cannot be refunded from the other charge in between', async () => {
    const { orderId, paymentId } = await shop.opened();
    const odd = await flag(paymentId);
    await shop.charge(paymentId);
    assert.deepEqual(
      (await shop.listRefunds(orderId)).map(({ reference, status }) => [reference, status]),
      [[odd.providerReference, 'PENDING']],
    );
    await shop.settle();
  });

  test('is refunded charge by charge, each in its currency', async () => {
    const { orderId, paymentId } = await shop.opened();
    const odd = [
      await flag(paymentId),
      await flag(paymentId, { currency: 'EUR' }),
      await flag(paymentId, { amountMinor: 700, currency: 'USD' }),
    ];
    await flag(paymentId, { amountMinor: 0 });
    await shop.charge(paymentId);
    await shop.settle();
    assert.deepEqual(await shop.listRefunds(orderId), odd.map(returned));
  });

  test('on an older payment is refunded when a newer one is paid', async () => {
    const { orderId, paymentId } = await shop.opened();
    const odd = await flag(paymentId);
    const newer = await payAgain(orderId);
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'PENDING');
    await shop.charge(newer);
    await shop.settle();
    assert.deepEqual(await shop.listRefunds(orderId), [returned(odd)]);
    assert.equal((await shop.getPayment(paymentId)).status, 'FLAGGED');
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'PAID');
  });

  test('is refunded even if it is reported in one batch with the payment and settled by several servers', async () => {
    const { orderId, paymentId } = await shop.opened();
    const odd = provider.pay(paymentId, { amountMinor: 1 });
    const good = provider.pay(paymentId);
    await shop.tell(captured(paymentId, odd), captured(paymentId, good));
    const servers = [payments, shop.another(), shop.another()];
    for (let round = 0; round < 4; round += 1) {
      await Promise.all(servers.map((server) => server.settleMoney()));
    }
    const [back, ...others] = await shop.listRefunds(orderId);
    assert.deepEqual(others, []);
    // Applied after the one that pays, it is a surplus.
    assert.ok(back?.cause === 'flagged' || back?.cause === 'surplus');
    assert.deepEqual({ ...back, cause: 'flagged' }, returned(odd));
  });

  test('of an order that was confirmed by hand is not refunded before that is paid or completed', async () => {
    const { orderId, paymentId } = await shop.opened();
    const odd = await flag(paymentId);
    const move = (status: 'CONFIRMED' | 'PREPARING' | 'READY' | 'COMPLETED') =>
      shop.orders.changeStatus(buildContext(shop.admin), {
        orderId,
        input: { status },
        ifMatch: null,
      });
    await move('CONFIRMED');
    await shop.settle();
    assert.deepEqual(await shop.listRefunds(orderId), [], 'it may still be paid here');
    await shop.charge(await payAgain(orderId));
    await shop.settle();
    assert.deepEqual(await shop.listRefunds(orderId), [returned(odd)]);
    for (const status of ['PREPARING', 'READY', 'COMPLETED'] as const) await move(status);
  });

  test('is refunded in part if an admin has refunded the rest', async () => {
    const { orderId, paymentId } = await shop.opened();
    await flag(paymentId);
    await refund(paymentId, { amount: { amount: 100, currency: 'GBP' } });
    await shop.charge(paymentId);
    await shop.settle();
    assert.deepEqual(
      (await shop.listRefunds(orderId)).map(({ cause, amount, status }) => [cause, amount, status]),
      [
        ['admin', 100, 'SUCCEEDED'],
        ['flagged', 399, 'SUCCEEDED'],
      ],
    );
    assert.equal((await shop.getPayment(paymentId)).refunded.amount, 0);
  });

  test('is not refunded again if an admin has refunded it before', async () => {
    const { orderId, paymentId } = await shop.opened();
    await flag(paymentId);
    await refund(paymentId);
    await shop.charge(paymentId);
    await shop.settle();
    assert.deepEqual(
      (await shop.listRefunds(orderId)).map(({ cause, amount }) => [cause, amount]),
      [['admin', 499]],
    );
  });

  test('is refunded again if its refund fails, whatever the order of the reports', async () => {
    const { orderId, paymentId } = await shop.opened();
    await flag(paymentId);
    provider.failNext('refund', 'refused', 'before', 'after');
    await shop.charge(paymentId);
    await shop.settle();
    await shop.settle();
    const states = (await shop.listRefunds(orderId)).map(({ status }) => status);
    assert.deepEqual(states, ['FAILED', 'SUCCEEDED']);
    // The bank refuses it days later, and the provider reports it twice.
    const [{ id } = { id: '' }] = await database.run<{ id: string }>(
      'test.succeeded_refund',
      `select id from payment_refunds where order_id = $1::uuid and status = 'SUCCEEDED'`,
      [orderId],
    );
    const reported = { refundId: id, amountMinor: 499 };
    await shop.tell(reportedRefund(reported, 'FAILED'), reportedRefund(reported, 'SUCCEEDED'));
    await shop.tell(reportedRefund(reported, 'FAILED'));
    await shop.settle();
    assert.deepEqual(
      (await shop.listRefunds(orderId)).map(({ status }) => status),
      ['FAILED', 'FAILED', 'SUCCEEDED'],
    );
    assert.equal((await shop.getPayment(paymentId)).refunded.amount, 0);
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'PAID');
  });

  test('is not refunded again if it was refunded directly at the provider', async () => {
    const { orderId, paymentId } = await shop.opened();
    const odd = await flag(paymentId);
    const { providerReference } = odd;
    const there = { refundId: null, providerRefundId: 'there', providerReference };
    await shop.tell(reportedRefund({ ...there, amountMinor: 499 }, 'SUCCEEDED'));
    await shop.charge(paymentId);
    await shop.settle();
    assert.deepEqual(
      (await shop.listRefunds(orderId)).map(({ cause, amount }) => [cause, amount]),
      [['provider', 499]],
    );
  });

  test('is refunded once, however many admins request it while the order is being paid', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { orderId, paymentId } = await shop.opened();
      const odd = await flag(paymentId);
      const { providerReference } = odd;
      const good = captured(paymentId, provider.pay(paymentId));
      const [requests] = await Promise.all([
        settle(Array.from({ length: 4 }, () => refund(paymentId, { providerReference }))),
        shop.tell(good),
      ]);
      await shop.settle();
      assert.ok(requests.done.length <= 1);
      const all = await shop.listRefunds(orderId);
      assert.equal(all.length, 1);
      assert.deepEqual({ ...all[0]!, cause: 'flagged' }, returned(odd));
      assert.equal((await shop.getPayment(paymentId)).refunded.amount, 0);
    }
  });
});

describe('flagged money that an older release left on a paid order', () => {
  test('is found by the invariant, shown with its payment, and refunded', async () => {
    const { orderId, paymentId } = await shop.opened();
    const odd = await flag(paymentId);
    await shop.charge(paymentId);
    // As the older release left it: without a refund.
    await query(
      url,
      `set session_replication_role = replica;
       delete from payment_refunds where order_id = '${orderId}';
       delete from events where type = 'refund.created' and order_id = '${orderId}';
       update orders set last_sequence = last_sequence - 1 where id = '${orderId}';
       update payment_captures set taken_minor = 0, created_at = now() - interval '1 day'
        where order_id = '${orderId}'`,
    );
    const seen = () => query(url, 'select detail from inv_payment_returns');
    const [violation, ...others] = await seen();
    assert.deepEqual(others, []);
    assert.match(String(violation?.detail), new RegExp(`^flagged of 499 of payment ${paymentId}`));
    const kept = [
      ['flagged', 499, 0],
      ['matched', 500, 0],
    ];
    assert.deepEqual(await shop.listCharges(paymentId), kept);
    await shop.settle();
    assert.deepEqual(await seen(), []);
    assert.deepEqual(await shop.listRefunds(orderId), [returned(odd)]);
  });
});

describe('the same reference', () => {
  test('with another amount is the known charge and pays nothing', async () => {
    const { orderId, paymentId } = await shop.opened();
    const odd = await flag(paymentId);
    await shop.tell(captured(paymentId, { ...odd, amountMinor: 500 }));
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'FAILED');
    assert.deepEqual(await shop.listCharges(paymentId), [['flagged', 499, 0]]);
  });
});
