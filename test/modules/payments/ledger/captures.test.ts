import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/shared/ids.ts';
import { testDatabase } from '../../../support/database.ts';
import { captured, declined, openPaymentsShop } from '../../../support/payments.ts';

const { database } = await testDatabase();
const shop = await openPaymentsShop(database);
const { provider } = shop;

async function listRefunds(orderId: string) {
  return database.run<{ cause: string; amount: number; status: string; currency: string }>(
    'test.refunds_of',
    `select cause, amount_minor as amount, status, currency
       from payment_refunds where order_id = $1::uuid order by created_at, id`,
    [orderId],
  );
}

describe('a charge', () => {
  test('confirms its order in the same transaction that records it', async () => {
    const { orderId, paymentId, capture } = await shop.paid();
    assert.deepEqual(await shop.getOrder(orderId), {
      status: 'CONFIRMED',
      paymentStatus: 'PAID',
      version: 3,
      cancelReason: null,
    });
    assert.deepEqual(await shop.listEventTypes(orderId), [
      'order.placed',
      'payment.initiated',
      'payment.captured',
      'order.confirmed',
    ]);
    const payment = await shop.getPayment(paymentId);
    assert.equal(payment.status, 'CAPTURED');
    assert.equal(payment.providerReference, capture.providerReference);
    assert.deepEqual(payment.captured, { amount: 500, currency: 'GBP' });
  });

  test('counts once per reference, whatever the id of the event', async () => {
    const { orderId, paymentId, capture } = await shop.paid();
    await shop.tell(captured(paymentId, capture), captured(paymentId, capture));
    assert.deepEqual(await shop.listEventTypes(orderId), [
      'order.placed',
      'payment.initiated',
      'payment.captured',
      'order.confirmed',
    ]);
  });

  test('counts once if it is reported twenty times at once, through two servers', async () => {
    const { orderId, paymentId } = await shop.opened();
    const capture = provider.pay(paymentId);
    const servers = [shop.payments, shop.another()];
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const event = provider.sign(captured(paymentId, capture));
        const server = servers[index % 2]!;
        await server.receiveWebhook({
          ...event,
          providerName: 'sandbox',
          cause: { requestId: null, traceId: null },
        });
        await server.applyDueEvents();
      }),
    );
    while ((await shop.payments.applyDueEvents()) > 0);
    assert.equal((await shop.getPayment(paymentId)).status, 'CAPTURED');
    assert.equal((await shop.getOrder(orderId)).version, 3);
    assert.deepEqual(await listRefunds(orderId), []);
  });

  test('of a paid order is a surplus: it is refunded, and nothing else changes', async () => {
    const { orderId, paymentId } = await shop.paid();
    const before = await shop.getOrder(orderId);
    await shop.tell(captured(paymentId, provider.pay(paymentId)));
    await shop.settle();
    assert.deepEqual(await listRefunds(orderId), [
      { cause: 'surplus', amount: 500, status: 'SUCCEEDED', currency: 'GBP' },
    ]);
    assert.deepEqual(await shop.getOrder(orderId), before);
    const payment = await shop.getPayment(paymentId);
    assert.deepEqual([payment.captured.amount, payment.refunded.amount], [500, 0]);
    assert.deepEqual((await shop.listEventTypes(orderId)).slice(-2), [
      'refund.created',
      'refund.succeeded',
    ]);
  });

  test('still pays the order after a declined attempt', async () => {
    const { orderId, paymentId } = await shop.opened();
    await shop.tell(declined(paymentId));
    assert.deepEqual(await shop.getOrder(orderId), {
      status: 'PENDING',
      paymentStatus: 'FAILED',
      version: 3,
      cancelReason: null,
    });
    assert.equal((await shop.getPayment(paymentId)).status, 'FAILED');
    await shop.tell(captured(paymentId, provider.pay(paymentId)));
    assert.equal((await shop.getOrder(orderId)).status, 'CONFIRMED');
    assert.equal((await shop.getPayment(paymentId)).status, 'CAPTURED');
  });

  test('on an older page closes the newer page, whose money would be a surplus', async () => {
    const first = await shop.opened();
    await shop.tell(declined(first.paymentId));
    const second = await shop.payments.initiatePayment(
      {
        caller: shop.customer,
        actor: { type: 'user', id: shop.customer.id, role: 'customer' },
        cause: { requestId: null, traceId: null },
        claim: null,
      },
      first.orderId,
    );
    const newer = second.result.view.payment.id;
    await shop.tell(captured(first.paymentId, provider.pay(first.paymentId)));
    await shop.settle();
    assert.equal((await shop.getPayment(newer)).status, 'EXPIRED');
    assert.equal(provider.sessions.get(newer)?.isClosed, true);
    await shop.tell(captured(newer, provider.pay(newer)));
    await shop.settle();
    assert.deepEqual(
      (await listRefunds(first.orderId)).map(({ cause, status }) => [cause, status]),
      [['surplus', 'SUCCEEDED']],
    );
  });
});

describe('a charge that does not match', () => {
  const odd = {
    'too little': { amountMinor: 499 },
    'too much': { amountMinor: 501 },
    'no amount': { amountMinor: 0 },
    'in another currency': { currency: 'EUR' },
  };
  for (const [what, change] of Object.entries(odd)) {
    test(`is flagged, never pays, is refunded when the order ends, and the owner may pay again: ${what}`, async () => {
      const { orderId, paymentId } = await shop.opened();
      await shop.tell(captured(paymentId, provider.pay(paymentId, change)));
      assert.equal((await shop.getPayment(paymentId)).status, 'FLAGGED');
      assert.equal((await shop.getPayment(paymentId)).captured.amount, 0);
      const standing = await shop.getOrder(orderId);
      assert.deepEqual([standing.status, standing.paymentStatus], ['PENDING', 'FAILED']);
      assert.equal((await shop.listEventTypes(orderId)).at(-1), 'payment.flagged');
      await shop.settle();
      assert.deepEqual(await listRefunds(orderId), [], 'it stays until the order ends');
      await shop.cancel(orderId);
      await shop.settle();
      const { amountMinor = 500, currency = 'GBP' } = change as {
        amountMinor?: number;
        currency?: string;
      };
      assert.deepEqual(
        await listRefunds(orderId),
        amountMinor === 0
          ? []
          : [{ cause: 'flagged', amount: amountMinor, status: 'SUCCEEDED', currency }],
      );
      assert.equal((await shop.getOrder(orderId)).paymentStatus, 'FAILED');
    });
  }

  test('for an unknown payment is recorded once, on no order, for an admin to refund', async () => {
    const capture = { providerReference: `stray-${newId()}`, amountMinor: 700, currency: 'GBP' };
    await shop.tell(captured(newId(), capture), captured('no id of ours', capture));
    const { data } = await shop.payments.listPayments({ status: 'FLAGGED', limit: 100 });
    const strays = data.filter((one) => one.providerReference === capture.providerReference);
    assert.equal(strays.length, 1);
    assert.equal(strays[0]?.orderId, null);
    await shop.settle();
    const context = {
      caller: shop.admin,
      actor: { type: 'user', id: shop.admin.id, role: 'admin' },
      cause: { requestId: null, traceId: null },
      claim: null,
    } as const;
    const refund = await shop.payments.refundPayment(context, strays[0]!.id, {
      reason: 'Not ours',
    });
    assert.equal(refund.result.refund.amount.amount, 700);
    await shop.settle();
    const facts = await database.run<{ type: string }>(
      'test.facts_of_stray',
      `select type from events where data ->> 'paymentId' = $1::text order by position`,
      [strays[0]!.id],
    );
    assert.deepEqual(
      facts.map(({ type }) => type),
      ['payment.flagged', 'refund.created', 'refund.succeeded'],
    );
  });
});

describe('the money of a cancelled order', () => {
  test('is refunded and shown as REFUNDED if it comes late', async () => {
    const { orderId, paymentId } = await shop.opened();
    await shop.cancel(orderId);
    await shop.settle();
    assert.equal((await shop.getPayment(paymentId)).status, 'EXPIRED');
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'PENDING');
    assert.equal(provider.sessions.get(paymentId)?.isClosed, true);
    await shop.tell(captured(paymentId, provider.pay(paymentId)));
    await shop.settle();
    const standing = await shop.getOrder(orderId);
    assert.deepEqual([standing.status, standing.paymentStatus], ['CANCELLED', 'REFUNDED']);
    assert.equal((await shop.getPayment(paymentId)).status, 'REFUNDED');
    assert.deepEqual(await listRefunds(orderId), [
      { cause: 'late', amount: 500, status: 'SUCCEEDED', currency: 'GBP' },
    ]);
  });

  test('is refunded if it was paid before the cancellation', async () => {
    const { orderId, paymentId } = await shop.paid();
    await shop.cancel(orderId);
    await shop.settle();
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'REFUNDED');
    assert.equal((await shop.getPayment(paymentId)).status, 'REFUNDED');
    assert.deepEqual(
      (await listRefunds(orderId)).map(({ cause }) => cause),
      ['cancelled'],
    );
  });
});
