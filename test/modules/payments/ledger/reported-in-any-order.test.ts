import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  isPaid,
  type OrderStatus,
  type PaymentStatus,
} from '../../../../src/modules/orders/index.ts';
import { decideCapture } from '../../../../src/modules/payments/ledger/decide-capture.ts';
import {
  getPaidStatus,
  nextRefundState,
} from '../../../../src/modules/payments/ledger/decide-refund.ts';
import { decideReturn } from '../../../../src/modules/payments/ledger/decide-return.ts';

/**
 * The decisions alone, over thousands of histories: the six kinds of event of one order, with duplicates, in every
 * order. The shop creates the returns that are due somewhere in between and at the end.
 */
interface Ledger {
  status: OrderStatus;
  paymentStatus: PaymentStatus;
  captures: {
    reference: string;
    kind: 'matched' | 'surplus' | 'flagged';
    amountMinor: number;
    refundAllocatedMinor: number;
    returnCause: 'late' | 'surplus' | null;
    refunds: { amountMinor: number; state: 'PENDING' | 'SUCCEEDED' | 'FAILED' }[];
  }[];
}

const steps = [
  'paid',
  'paid by another charge',
  'wrong amount',
  'wrong currency',
  'refund succeeded',
  'refund failed',
  'cancelled',
  'returns created',
] as const;

type Step = (typeof steps)[number];

const charges: Partial<Record<Step, { amountMinor: number; currency: string }>> = {
  paid: { amountMinor: 500, currency: 'GBP' },
  'paid by another charge': { amountMinor: 500, currency: 'GBP' },
  'wrong amount': { amountMinor: 499, currency: 'GBP' },
  'wrong currency': { amountMinor: 500, currency: 'EUR' },
};

function applyCharge(ledger: Ledger, step: Step): void {
  const capture = charges[step]!;
  const decision = decideCapture({
    isKnown: ledger.captures.some(({ reference }) => reference === step),
    capture,
    payment: { amountMinor: 500, currency: 'GBP' },
    order: ledger,
  });
  if (decision.kind === 'duplicate') return;
  const pays = decision.kind === 'matched' || decision.kind === 'late';
  if (pays) ledger.paymentStatus = 'PAID';
  if (decision.kind === 'matched' && ledger.status === 'PENDING') ledger.status = 'CONFIRMED';
  if (decision.kind === 'flagged' && ledger.status !== 'CANCELLED') ledger.paymentStatus = 'FAILED';
  ledger.captures.push({
    reference: step,
    kind: pays ? 'matched' : (decision.kind as 'surplus' | 'flagged'),
    amountMinor: capture.amountMinor,
    refundAllocatedMinor: 0,
    returnCause: decision.kind === 'late' || decision.kind === 'surplus' ? decision.kind : null,
    refunds: [],
  });
}

function createReturns(ledger: Ledger): void {
  for (const capture of ledger.captures) {
    if (decideReturn(capture, ledger) === null) continue;
    const amountMinor = capture.amountMinor - capture.refundAllocatedMinor;
    capture.refunds.push({ amountMinor, state: 'PENDING' });
    capture.refundAllocatedMinor += amountMinor;
  }
}

function settle(ledger: Ledger, reported: 'SUCCEEDED' | 'FAILED'): void {
  for (const capture of ledger.captures) {
    for (const refund of capture.refunds) {
      const next = nextRefundState(refund.state, reported);
      if (next === null) continue;
      refund.state = next;
      if (next === 'FAILED') capture.refundAllocatedMinor -= refund.amountMinor;
    }
    if (capture.kind !== 'matched') continue;
    const returned = capture.refunds
      .filter(({ state }) => state === 'SUCCEEDED')
      .reduce((sum, { amountMinor }) => sum + amountMinor, 0);
    ledger.paymentStatus = getPaidStatus(capture.amountMinor, returned);
  }
}

function apply(ledger: Ledger, step: Step): void {
  if (step in charges) applyCharge(ledger, step);
  else if (step === 'refund succeeded') settle(ledger, 'SUCCEEDED');
  else if (step === 'refund failed') settle(ledger, 'FAILED');
  else if (step === 'returns created') createReturns(ledger);
  else ledger.status = 'CANCELLED';
}

test('in five thousand histories, one capture pays, and nothing is allocated twice or kept without cause', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...steps), { maxLength: 20 }), (history) => {
      const ledger: Ledger = { status: 'PENDING', paymentStatus: 'PENDING', captures: [] };
      for (const step of history) {
        apply(ledger, step);
        const matched = ledger.captures.filter(({ kind }) => kind === 'matched');
        assert.ok(matched.length <= 1);
        assert.equal(isPaid(ledger.paymentStatus), matched.length === 1);
        for (const { amountMinor, refundAllocatedMinor } of ledger.captures) {
          assert.ok(refundAllocatedMinor >= 0 && refundAllocatedMinor <= amountMinor);
        }
      }
      createReturns(ledger);
      settle(ledger, 'SUCCEEDED');
      const wasPaid = history.includes('paid') || history.includes('paid by another charge');
      const isCancelled = history.includes('cancelled');
      assert.equal(isPaid(ledger.paymentStatus), wasPaid);
      assert.equal(ledger.status === 'CONFIRMED', wasPaid && !isCancelled);
      assert.equal(ledger.captures.length, new Set(history.filter((one) => one in charges)).size);
      for (const { kind, amountMinor, refundAllocatedMinor } of ledger.captures) {
        const goesBack = isCancelled || kind === 'surplus' || (kind === 'flagged' && wasPaid);
        assert.equal(refundAllocatedMinor, goesBack ? amountMinor : 0);
      }
    }),
    { numRuns: 5_000 },
  );
});
