import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ProviderCapture } from '../../../../src/drivers/payments/payment-provider.ts';
import type { RefundInput } from '../../../../src/modules/payments/schemas.ts';
import type { CodedError } from '../../../../src/shared/errors.ts';
import { testDatabase } from '../../../support/database.ts';
import { buildContext, coded } from '../../../support/orders.ts';
import { captured, openPaymentsShop } from '../../../support/payments.ts';

const { database } = await testDatabase();
const shop = await openPaymentsShop(database);
const { provider, payments } = shop;

const refund = (paymentId: string, input: Partial<RefundInput> = {}) =>
  payments.refundPayment(buildContext(shop.admin), paymentId, { reason: 'It was cold', ...input });

/** Reports a charge that does not match. */
const flag = (paymentId: string, change: Partial<ProviderCapture> = { amountMinor: 499 }) =>
  shop.charge(paymentId, change);

describe('the charges of a payment', () => {
  test('are each shown until they are refunded', async () => {
    const { orderId, paymentId } = await shop.opened();
    assert.deepEqual(await shop.listCharges(paymentId), []);
    const odd = await flag(paymentId);
    const [charge] = (await shop.getPayment(paymentId)).charges;
    assert.deepEqual(
      { ...charge, createdAt: '' },
      {
        providerReference: odd.providerReference,
        kind: 'flagged',
        amount: { amount: 499, currency: 'GBP' },
        refunded: { amount: 0, currency: 'GBP' },
        reason: 'The amount was 499 instead of 500.',
        createdAt: '',
      },
    );
    await shop.charge(paymentId);
    // The refund is pending: its amount is allocated, and the money is not back yet.
    const underWay = [
      ['flagged', 499, 499],
      ['matched', 500, 0],
    ];
    assert.deepEqual(await shop.listCharges(paymentId), underWay);
    const { data } = await payments.listOrderPayments(shop.customer, orderId, {});
    assert.deepEqual(
      data.map(({ charges }) => charges.map(({ kind }) => kind)),
      [['flagged', 'matched']],
    );
    await shop.settle();
    assert.deepEqual(await shop.listCharges(paymentId), [['matched', 500, 0]]);
    const listed = await payments.listPayments({ orderId });
    assert.deepEqual(listed.data[0]?.charges, (await shop.getPayment(paymentId)).charges);
  });

  test('are still shown while a refund fails', async () => {
    const { paymentId } = await shop.paid();
    provider.failAlways('refund', 'refused');
    await shop.tell(captured(paymentId, provider.pay(paymentId, { amountMinor: 20 })));
    for (let round = 0; round < 10; round += 1) await shop.settle();
    provider.failAlways('refund', null);
    const expected = [
      ['matched', 500, 0],
      ['surplus', 20, 0],
    ];
    assert.deepEqual(await shop.listCharges(paymentId), expected);
    // Left to a person after eight refusals.
    const [, surplus] = (await shop.getPayment(paymentId)).charges;
    await refund(paymentId, { providerReference: surplus!.providerReference });
    await shop.settle();
    assert.deepEqual(await shop.listCharges(paymentId), [['matched', 500, 0]]);
  });

  test('include a late one, marked as late', async () => {
    const { orderId, paymentId } = await shop.opened();
    await shop.cancel(orderId);
    await shop.charge(paymentId);
    assert.deepEqual(await shop.listCharges(paymentId), [['late', 500, 500]]);
    await shop.settle();
    assert.deepEqual(await shop.listCharges(paymentId), []);
  });
});

describe('an admin’s refund of one charge', () => {
  test('is made from the charge that is named and never from another', async () => {
    const { orderId, paymentId } = await shop.opened();
    const first = await flag(paymentId, { amountMinor: 300 });
    const second = await flag(paymentId, { amountMinor: 400 });
    const named = { providerReference: second.providerReference };
    await refund(paymentId, { ...named, amount: { amount: 400, currency: 'GBP' } });
    assert.deepEqual(
      (await shop.listRefunds(orderId)).map(({ reference, amount }) => [reference, amount]),
      [[second.providerReference, 400]],
    );
    await assert.rejects(refund(paymentId, named), coded('payments.refund_exceeds_captured'));
    await refund(paymentId);
    await shop.settle();
    assert.equal((await shop.listRefunds(orderId)).at(-1)?.reference, first.providerReference);
  });

  test('requires the charge to be named if several have money left', async () => {
    const { paymentId } = await shop.opened();
    await flag(paymentId, { amountMinor: 300 });
    await flag(paymentId, { amountMinor: 400 });
    const euros = await flag(paymentId, { amountMinor: 50, currency: 'EUR' });
    await assert.rejects(refund(paymentId), (error: CodedError) => {
      coded('payments.charge_ambiguous')(error);
      const { charges } = error.details.extensions as { charges: unknown[] };
      assert.equal(charges.length, 3);
      return true;
    });
    const pounds = { amount: { amount: 300, currency: 'GBP' } };
    await assert.rejects(refund(paymentId, pounds), coded('payments.charge_ambiguous'));
    // Only one is in euros, so no other can be meant.
    const amount = { amount: 50, currency: 'EUR' };
    const { result } = await refund(paymentId, { amount });
    assert.deepEqual(result.refund.amount, amount);
    await shop.settle();
    assert.ok(
      [...provider.refunds.values()].some(
        ({ request }) => request.providerReference === euros.providerReference,
      ),
    );
  });

  test('may name a flagged charge that is not refunded yet, besides the one that pays', async () => {
    const { orderId, paymentId } = await shop.opened();
    const odd = await flag(paymentId);
    provider.failNext('refund', 'refused');
    await shop.charge(paymentId);
    // Refused once; the next attempt has not started.
    await payments.settleMoney();
    const amount = { amount: 499, currency: 'GBP' };
    await assert.rejects(refund(paymentId, { amount }), coded('payments.charge_ambiguous'));
    await refund(paymentId, { amount, providerReference: odd.providerReference });
    await shop.settle();
    assert.equal((await shop.getPayment(paymentId)).refunded.amount, 0);
    assert.deepEqual(
      (await shop.listRefunds(orderId)).map(({ reference, status }) => [reference, status]),
      [
        [odd.providerReference, 'FAILED'],
        [odd.providerReference, 'SUCCEEDED'],
      ],
    );
  });

  test('is limited to the charges of its payment and to their currency', async () => {
    const { paymentId } = await shop.paid();
    const other = await shop.paid();
    const foreign = { providerReference: other.capture.providerReference };
    await assert.rejects(refund(paymentId, foreign), coded('request.invalid'));
    const euros = {
      providerReference: other.capture.providerReference,
      amount: { amount: 1, currency: 'EUR' },
    };
    await assert.rejects(refund(other.paymentId, euros), coded('request.invalid'));
  });
});
