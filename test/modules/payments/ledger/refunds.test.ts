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

/** Lets the time pass that an event waits. */
async function makeDue(eventId: string): Promise<void> {
  await database.run(
    'test.make_due',
    `update provider_events
        set next_attempt_at = now()
      where event_id = $1::text
        and status = 'RECEIVED'`,
    [eventId],
  );
}

async function findRefundStatus(refundId: string): Promise<string | undefined> {
  const [row] = await database.run<{ status: string }>(
    'test.status_of_refund',
    'select status from payment_refunds where id = $1::uuid',
    [refundId],
  );
  return row?.status;
}

describe('a refund', () => {
  test('of the whole amount, requested twenty times at once, is made once', async () => {
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
    assert.equal((await shop.getOrder(orderId)).status, 'CONFIRMED', 'the order keeps its status');
    assert.equal(provider.refunds.get(done[0]!.result.refund.id)?.request.amountMinor, 500);
  });

  test('in parts at once never exceeds what was captured', async () => {
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

  test('happens once per key', async () => {
    const { paymentId } = await shop.paid();
    const [one, other] = await Promise.all([
      refund(paymentId, 100, 'refund-key'),
      refund(paymentId, 100, 'refund-key'),
    ]);
    assert.equal(one.result.refund.id, other.result.refund.id);
    assert.equal((await shop.getPayment(paymentId)).refunded.amount, 100);
  });

  test('is refused for an uncaptured payment, for 0, for another currency and for more than is left', async () => {
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

  test('of flagged money is made in the currency of its charge', async () => {
    const { paymentId } = await shop.opened();
    await shop.tell(captured(paymentId, provider.pay(paymentId, { currency: 'EUR' })));
    const { result } = await payments.refundPayment(buildContext(shop.admin), paymentId, {
      reason: 'Not ours',
    });
    assert.deepEqual(result.refund.amount, { amount: 500, currency: 'EUR' });
    await shop.settle();
    assert.equal(await findRefundStatus(result.refund.id), 'SUCCEEDED');
  });
});

describe('a refund at the provider', () => {
  for (const fault of ['before', 'after'] as const) {
    test(`whose call is lost ${fault} its effect is requested again with the same key and made once`, async () => {
      const { orderId, paymentId } = await shop.paid();
      const count = provider.refunds.size;
      provider.failNext('refund', fault, fault, fault);
      const { result } = await refund(paymentId);
      await shop.settle();
      await shop.settle();
      await shop.settle();
      await shop.settle();
      assert.equal(await findRefundStatus(result.refund.id), 'SUCCEEDED');
      assert.equal(provider.refunds.size, count + 1);
      assert.equal((await shop.getOrder(orderId)).paymentStatus, 'REFUNDED');
    });
  }

  test('that is refused releases its amount, and another may follow', async () => {
    const { orderId, paymentId } = await shop.paid();
    provider.failNext('refund', 'refused');
    const { result } = await refund(paymentId);
    await shop.settle();
    assert.equal(await findRefundStatus(result.refund.id), 'FAILED');
    assert.equal((await shop.getPayment(paymentId)).refunded.amount, 0);
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'PAID');
    assert.equal((await shop.listEventTypes(orderId)).at(-1), 'refund.failed');
    await refund(paymentId);
    await shop.settle();
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'REFUNDED');
  });

  test('that is reported before its call returns counts once', async () => {
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

  test('that is pending is queried until it has ended', async () => {
    const { orderId, paymentId } = await shop.paid();
    provider.refundState = 'PENDING';
    const { result } = await refund(paymentId);
    await shop.settle();
    provider.refundState = 'SUCCEEDED';
    assert.equal(await findRefundStatus(result.refund.id), 'PENDING');
    provider.refunds.get(result.refund.id)!.result.state = 'SUCCEEDED';
    await shop.settle();
    assert.equal(await findRefundStatus(result.refund.id), 'SUCCEEDED');
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'REFUNDED');
  });

  test('that succeeded and was reversed is FAILED permanently, and the order is PAID again', async () => {
    const { orderId, paymentId } = await shop.paid();
    const { result } = await refund(paymentId);
    await shop.settle();
    const reported = { refundId: result.refund.id, amountMinor: 500 };
    await shop.tell(reportedRefund(reported, 'FAILED'), reportedRefund(reported, 'SUCCEEDED'));
    assert.equal(await findRefundStatus(result.refund.id), 'FAILED');
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'PAID');
    assert.equal((await shop.getPayment(paymentId)).status, 'CAPTURED');
  });

  test('that was made directly at the provider is recorded once', async () => {
    const { orderId, paymentId, capture } = await shop.paid();
    const { providerReference } = capture;
    const reported = {
      refundId: null,
      providerRefundId: 'made-there',
      providerReference,
      amountMinor: 120,
    };
    await shop.tell(reportedRefund(reported, 'SUCCEEDED'), reportedRefund(reported, 'SUCCEEDED'));
    assert.equal((await shop.getPayment(paymentId)).refunded.amount, 120);
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'PARTIALLY_REFUNDED');
  });

  test('that was made directly at the provider counts even if it is reported before its charge', async () => {
    const { orderId, paymentId } = await shop.opened();
    const capture = provider.pay(paymentId);
    const early = reportedRefund(
      {
        refundId: null,
        providerRefundId: 'made-early',
        providerReference: capture.providerReference,
        amountMinor: 120,
      },
      'SUCCEEDED',
    );
    await shop.tell(early);
    await shop.tell(captured(paymentId, capture));
    await makeDue(early.id);
    await payments.applyDueEvents();
    assert.equal((await shop.getPayment(paymentId)).refunded.amount, 120);
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'PARTIALLY_REFUNDED');
  });

  test('that was made directly at the provider counts even if a refund of ours has failed there first', async () => {
    const { orderId, paymentId, capture } = await shop.paid();
    provider.refundState = 'PENDING';
    const { result } = await refund(paymentId);
    await shop.settle();
    provider.refundState = 'SUCCEEDED';
    const made = reportedRefund(
      {
        refundId: null,
        providerRefundId: 'made-after-a-failure',
        providerReference: capture.providerReference,
        amountMinor: 120,
      },
      'SUCCEEDED',
    );
    await shop.tell(
      made,
      reportedRefund({ refundId: result.refund.id, amountMinor: 500 }, 'FAILED'),
    );
    assert.equal((await shop.getPayment(paymentId)).refunded.amount, 0);
    await makeDue(made.id);
    await payments.applyDueEvents();
    assert.equal((await shop.getPayment(paymentId)).refunded.amount, 120);
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'PARTIALLY_REFUNDED');
  });

  test('of a charge that never arrives is left alone, because others may use the same account', async () => {
    const event = reportedRefund(
      {
        refundId: null,
        providerRefundId: 'of-others',
        providerReference: 'a charge of others',
        amountMinor: 120,
      },
      'SUCCEEDED',
    );
    await shop.tell(event);
    for (let waits = 0; waits < 7; waits += 1) {
      await makeDue(event.id);
      await payments.applyDueEvents();
    }
    const [stored] = await database.run<{ status: string; attempts: number }>(
      'test.provider_event',
      'select status, attempts from provider_events where event_id = $1::text',
      [event.id],
    );
    assert.deepEqual(stored, { status: 'IGNORED', attempts: 7 });
  });

  test('of ours whose response was lost is not mistaken for one made directly at the provider', async () => {
    const { paymentId, capture } = await shop.paid();
    provider.failNext('refund', 'after');
    const { result } = await refund(paymentId);
    await payments.settleMoney();
    const { providerReference } = capture;
    const reported = {
      refundId: null,
      providerRefundId: `refund-${result.refund.id}`,
      providerReference,
      amountMinor: 500,
    };
    const webhook = provider.sign(reportedRefund(reported, 'SUCCEEDED'));
    await payments.receiveWebhook({
      ...webhook,
      providerName: null,
      cause: { requestId: null, traceId: null },
    });
    await payments.applyDueEvents();
    await shop.settle();
    while ((await payments.applyDueEvents()) > 0);
    assert.equal((await shop.getPayment(paymentId)).refunded.amount, 500);
    assert.equal(await findRefundStatus(result.refund.id), 'SUCCEEDED');
  });

  test('of a cancelled order that keeps failing is requested again, and finally left to a person', async () => {
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
