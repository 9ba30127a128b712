import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testDatabase } from '../../../support/database.ts';
import { buildContext, coded, settle } from '../../../support/orders.ts';
import { captured, openPaymentsShop, reportedRefund } from '../../../support/payments.ts';

const { database } = await testDatabase();
const shop = await openPaymentsShop(database);
const { provider, payments } = shop;

const refund = (paymentId: string, amount?: number, key?: string) => {
  const input = {
    reason: 'It was cold',
    ...(amount === undefined ? {} : { amount: { amount, currency: 'GBP' } }),
  };
  return payments.refundPayment(buildContext(shop.admin, key, input), paymentId, input);
};

async function statusOfRefund(refundId: string): Promise<string | undefined> {
  const [row] = await database.run<{ status: string }>(
    'test.status_of_refund',
    'select status from payment_refunds where id = $1::uuid',
    [refundId],
  );
  return row?.status;
}

describe('refunding', () => {
  test('twenty times the whole at once gives it back once', async () => {
    const { orderId, paymentId } = await shop.paid();
    const { done, refused } = await settle(Array.from({ length: 20 }, () => refund(paymentId)));
    assert.equal(done.length, 1);
    assert.deepEqual(new Set(refused), new Set(['payments.refund_exceeds_captured']));
    assert.equal(done[0]?.result.refund.status, 'PENDING');
    assert.equal(
      (await shop.getPayment(paymentId)).refunded.amount,
      500,
      'it counts from its creation',
    );
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'PAID', 'it has not succeeded yet');
    await shop.settle();
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'REFUNDED');
    assert.equal((await shop.getOrder(orderId)).status, 'CONFIRMED', 'the order stays where it is');
    assert.equal(provider.refunds.get(done[0]!.result.refund.id)?.request.amountMinor, 500);
  });

  test('in parts at once never gives back more than came in', async () => {
    const { orderId, paymentId } = await shop.paid();
    const { done, refused } = await settle(Array.from({ length: 8 }, () => refund(paymentId, 150)));
    assert.equal(done.length, 3);
    assert.equal(refused.length, 5);
    await shop.settle();
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'PARTIALLY_REFUNDED');
    const rest = await refund(paymentId);
    assert.equal(rest.result.refund.amount.amount, 50);
    await shop.settle();
    assert.equal((await shop.getPayment(paymentId)).status, 'REFUNDED');
  });

  test('under a key happens once', async () => {
    const { paymentId } = await shop.paid();
    const [one, other] = await Promise.all([
      refund(paymentId, 100, 'refund-key'),
      refund(paymentId, 100, 'refund-key'),
    ]);
    assert.equal(one.result.refund.id, other.result.refund.id);
    assert.equal((await shop.getPayment(paymentId)).refunded.amount, 100);
  });

  test('is refused for what was not captured, for 0, for another currency and for more than is left', async () => {
    const open = await shop.opened();
    await assert.rejects(refund(open.paymentId), coded('payments.not_captured'));
    const { paymentId } = await shop.paid();
    await assert.rejects(refund(paymentId, 0), coded('request.invalid'));
    await assert.rejects(refund(paymentId, 501), coded('payments.refund_exceeds_captured'));
    const euros = { reason: 'No', amount: { amount: 1, currency: 'EUR' } };
    await assert.rejects(
      payments.refundPayment(buildContext(shop.admin), paymentId, euros),
      coded('request.invalid'),
    );
    await assert.rejects(refund(open.orderId), coded('payments.not_found'));
  });

  test('of flagged money goes back in the currency it came in', async () => {
    const { paymentId } = await shop.opened();
    await shop.tell(captured(paymentId, provider.pay(paymentId, { currency: 'EUR' })));
    const { result } = await payments.refundPayment(buildContext(shop.admin), paymentId, {
      reason: 'Not ours',
    });
    assert.deepEqual(result.refund.amount, { amount: 500, currency: 'EUR' });
    await shop.settle();
    assert.equal(await statusOfRefund(result.refund.id), 'SUCCEEDED');
  });
});

describe('a refund at the provider', () => {
  for (const fault of ['before', 'after'] as const) {
    test(`whose call is lost ${fault} its effect is asked for again under the same key, and made once`, async () => {
      const { orderId, paymentId } = await shop.paid();
      const count = provider.refunds.size;
      provider.failNext('refund', fault, fault, fault);
      const { result } = await refund(paymentId);
      await shop.settle();
      await shop.settle();
      await shop.settle();
      await shop.settle();
      assert.equal(await statusOfRefund(result.refund.id), 'SUCCEEDED');
      assert.equal(provider.refunds.size, count + 1);
      assert.equal((await shop.getOrder(orderId)).paymentStatus, 'REFUNDED');
    });
  }

  test('that is refused gives its amount back, and another may follow', async () => {
    const { orderId, paymentId } = await shop.paid();
    provider.failNext('refund', 'refused');
    const { result } = await refund(paymentId);
    await shop.settle();
    assert.equal(await statusOfRefund(result.refund.id), 'FAILED');
    assert.equal((await shop.getPayment(paymentId)).refunded.amount, 0);
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'PAID');
    assert.equal((await shop.listEventTypes(orderId)).at(-1), 'refund.failed');
    await refund(paymentId);
    await shop.settle();
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'REFUNDED');
  });

  test('that is told before its call is answered counts once', async () => {
    const { orderId, paymentId } = await shop.paid();
    const { result } = await refund(paymentId, 200);
    await shop.tell(reportedRefund({ refundId: result.refund.id, amountMinor: 200 }, 'SUCCEEDED'));
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'PARTIALLY_REFUNDED');
    await shop.settle();
    await shop.tell(reportedRefund({ refundId: result.refund.id, amountMinor: 200 }, 'SUCCEEDED'));
    const succeeded = (await shop.listEventTypes(orderId)).filter(
      (type) => type === 'refund.succeeded',
    );
    assert.equal(succeeded.length, 1);
  });

  test('that is pending is asked after until it has ended', async () => {
    const { orderId, paymentId } = await shop.paid();
    provider.refundState = 'PENDING';
    const { result } = await refund(paymentId);
    await shop.settle();
    provider.refundState = 'SUCCEEDED';
    assert.equal(await statusOfRefund(result.refund.id), 'PENDING');
    provider.refunds.get(result.refund.id)!.result.state = 'SUCCEEDED';
    await shop.settle();
    assert.equal(await statusOfRefund(result.refund.id), 'SUCCEEDED');
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'REFUNDED');
  });

  test('that succeeded and was taken back is FAILED for good, and the order is PAID again', async () => {
    const { orderId, paymentId } = await shop.paid();
    const { result } = await refund(paymentId);
    await shop.settle();
    const told = { refundId: result.refund.id, amountMinor: 500 };
    await shop.tell(reportedRefund(told, 'FAILED'), reportedRefund(told, 'SUCCEEDED'));
    assert.equal(await statusOfRefund(result.refund.id), 'FAILED');
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'PAID');
    assert.equal((await shop.getPayment(paymentId)).status, 'CAPTURED');
  });

  test('that was made there, past us, is taken into the books once', async () => {
    const { orderId, paymentId, capture } = await shop.paid();
    const { providerReference } = capture;
    const told = {
      refundId: null,
      providerRefundId: 'made-there',
      providerReference,
      amountMinor: 120,
    };
    await shop.tell(reportedRefund(told, 'SUCCEEDED'), reportedRefund(told, 'SUCCEEDED'));
    assert.equal((await shop.getPayment(paymentId)).refunded.amount, 120);
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'PARTIALLY_REFUNDED');
  });

  test('of ours whose answer was lost is not taken for one that was made there', async () => {
    const { paymentId, capture } = await shop.paid();
    provider.failNext('refund', 'after');
    const { result } = await refund(paymentId);
    await payments.settleMoney();
    const { providerReference } = capture;
    const told = {
      refundId: null,
      providerRefundId: `refund-${result.refund.id}`,
      providerReference,
      amountMinor: 500,
    };
    const webhook = provider.sign(reportedRefund(told, 'SUCCEEDED'));
    await payments.receiveWebhook({
      ...webhook,
      providerName: null,
      cause: { requestId: null, traceId: null },
    });
    await payments.applyDueEvents();
    await shop.settle();
    while ((await payments.applyDueEvents()) > 0);
    assert.equal((await shop.getPayment(paymentId)).refunded.amount, 500);
    assert.equal(await statusOfRefund(result.refund.id), 'SUCCEEDED');
  });

  test('of a cancelled order that keeps failing is asked for anew, and in the end left to a person', async () => {
    const { orderId } = await shop.paid();
    await shop.cancel(orderId);
    provider.failAlways('refund', 'refused');
    for (let round = 0; round < 30; round += 1) await shop.settle();
    provider.failAlways('refund', null);
    const rows = await database.run<{ status: string }>(
      'test.refunds_of_order',
      'select status from payment_refunds where order_id = $1::uuid',
      [orderId],
    );
    assert.deepEqual(new Set(rows.map(({ status }) => status)), new Set(['FAILED']));
    assert.equal(rows.length, 8);
    const [payment] = (await payments.listOrderPayments(shop.admin, orderId, {})).data;
    await refund(payment!.id);
    await shop.settle();
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'REFUNDED');
  });
});
