import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isPaid, orderStatuses, paymentStatuses } from '../../../../src/modules/orders/index.ts';
import { decideCapture } from '../../../../src/modules/payments/ledger/decide-capture.ts';
import {
  getPaidStatus,
  nextRefundState,
} from '../../../../src/modules/payments/ledger/decide-refund.ts';
import { decideReturn } from '../../../../src/modules/payments/ledger/decide-return.ts';

const payment = { amountMinor: 500, currency: 'GBP' };
const right = { amountMinor: 500, currency: 'GBP' };
const pending = { status: 'PENDING', paymentStatus: 'PENDING' } as const;

describe('a charge', () => {
  const anyOrder = fc.record({
    status: fc.constantFrom(...orderStatuses),
    paymentStatus: fc.constantFrom(...paymentStatuses),
  });
  const anyCapture = fc.record({
    amountMinor: fc.constantFrom(0, 1, 499, 500, 501),
    currency: fc.constantFrom('GBP', 'EUR'),
  });

  test('that is in the ledger is a duplicate, whatever else is true', () => {
    fc.assert(
      fc.property(anyOrder, anyCapture, (order, capture) => {
        const decision = decideCapture({ isKnown: true, capture, payment, order });
        assert.equal(decision.kind, 'duplicate');
      }),
    );
  });

  test('pays an order only in full, in its currency, while it is unpaid', () => {
    fc.assert(
      fc.property(anyOrder, anyCapture, (order, capture) => {
        const { kind } = decideCapture({ isKnown: false, capture, payment, order });
        const pays = kind === 'matched' || kind === 'late';
        const fits = capture.amountMinor === 500 && capture.currency === 'GBP';
        assert.equal(pays, fits && !isPaid(order.paymentStatus));
        assert.equal(kind === 'surplus', isPaid(order.paymentStatus));
        if (kind === 'matched') {
          assert.ok(!['CANCELLED', 'FAILED', 'COMPLETED'].includes(order.status));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('for an unknown payment is flagged', () => {
    const question = { isKnown: false, capture: right, payment: null, order: null };
    assert.equal(decideCapture(question).kind, 'flagged');
  });

  test('is flagged with the reason why it does not match', () => {
    const euros = { amountMinor: 500, currency: 'EUR' };
    const decision = decideCapture({ isKnown: false, capture: euros, payment, order: pending });
    assert.deepEqual(decision, { kind: 'flagged', reason: 'The currency was EUR instead of GBP.' });
  });
});

describe('captured money', () => {
  const base = { amountMinor: 500, refundAllocatedMinor: 0, returnCause: null } as const;
  const cancelled = { status: 'CANCELLED', paymentStatus: 'PAID' } as const;

  test('is returned if its order is cancelled and kept if it is completed', () => {
    assert.equal(decideReturn({ ...base, kind: 'matched' }, cancelled), 'cancelled');
    const completed = { status: 'COMPLETED', paymentStatus: 'PAID' } as const;
    assert.equal(decideReturn({ ...base, kind: 'matched' }, completed), null);
  });

  test('that is flagged is kept until its order has ended or is paid by another charge', () => {
    const flagged = { ...base, kind: 'flagged' } as const;
    assert.equal(decideReturn(flagged, pending), null);
    assert.equal(decideReturn(flagged, null), null);
    assert.equal(
      decideReturn(flagged, { status: 'CANCELLED', paymentStatus: 'FAILED' }),
      'flagged',
    );
    assert.equal(
      decideReturn(flagged, { status: 'COMPLETED', paymentStatus: 'FAILED' }),
      'flagged',
    );
    for (const status of ['CONFIRMED', 'COMPLETED', 'CANCELLED'] as const) {
      assert.equal(decideReturn(flagged, { status, paymentStatus: 'PAID' }), 'flagged');
      assert.equal(decideReturn(flagged, { status, paymentStatus: 'REFUNDED' }), 'flagged');
    }
    assert.equal(decideReturn(flagged, { status: 'CONFIRMED', paymentStatus: 'FAILED' }), null);
  });

  test('that came late or twice is returned whatever happens to the order', () => {
    const surplus = { ...base, kind: 'surplus', returnCause: 'surplus' } as const;
    assert.equal(decideReturn(surplus, pending), 'surplus');
    assert.equal(decideReturn({ ...surplus, refundAllocatedMinor: 500 }, pending), null);
  });
});

describe('a refund', () => {
  const states = ['PENDING', 'SUCCEEDED', 'FAILED'] as const;

  test('ends the same in whatever order, and however often, the provider reports it', () => {
    const reports = fc.array(fc.constantFrom(...states), { minLength: 1, maxLength: 6 });
    const shuffled = reports.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    const end = (all: readonly (typeof states)[number][]) =>
      all.reduce((state, next) => nextRefundState(state, next) ?? state, states[0] as never);
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        assert.equal(end(one), end(other));
        assert.equal(end([...one, ...one]), end(one));
      }),
      { numRuns: 1_000 },
    );
  });

  test('marks its order as partially or fully refunded', () => {
    assert.equal(getPaidStatus(500, 0), 'PAID');
    assert.equal(getPaidStatus(500, 499), 'PARTIALLY_REFUNDED');
    assert.equal(getPaidStatus(500, 500), 'REFUNDED');
  });
});
