import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Database, Transaction } from '../../../../src/database/database.ts';
import type { ProviderEvent } from '../../../../src/drivers/payments/payment-provider.ts';
import { testDatabase } from '../../../support/database.ts';
import { captured, declined, openPaymentsShop, reportedRefund } from '../../../support/payments.ts';
import { randomRuns } from '../../../support/random-runs.ts';
import { testCause } from '../../../support/shop.ts';
import { until } from '../../../support/until.ts';

/**
 * What a provider may report of one order: in every order, with duplicates, with servers that crash in the middle of
 * an event, and with an order that is cancelled somewhere in between. Whatever the sequence, the final state is the
 * provider's.
 */
const { database } = await testDatabase();
const shop = await openPaymentsShop(database);
const { provider } = shop;

/** Returns a database that fails at the nth statement, or that loses the response to a commit. */
function dyingAt(moment: Moment): Database {
  if (moment === 'after the commit') {
    return {
      ...database,
      async transaction(work) {
        await database.transaction(work);
        throw new Error('the response to the commit was lost');
      },
    };
  }
  let left = moment;
  const dying = (tx: Transaction): Transaction => ({
    ...tx,
    // An error thrown here does not fail the transaction in the database, so the commit must wait for it.
    pipelineCommit: (last) => last,
    run: (name, text, parameters) => {
      left -= 1;
      if (left <= 0) return Promise.reject(new Error('the server crashed'));
      return tx.run(name, text, parameters);
    },
  });
  return { ...database, transaction: (work) => database.transaction((tx) => work(dying(tx))) };
}

const step = fc.oneof(
  fc.constantFrom(
    'paid',
    'paid-again-by-another-charge',
    'wrong-amount',
    'declined',
    'refund-succeeded',
    'refund-failed',
    'cancel',
    'settle',
  ),
);

/** The statement at which the server that applies an event crashes. */
type Moment = number | 'after the commit';

interface Report {
  readonly what: string;
  /** Null if it does not crash. */
  readonly diesAt: Moment | null;
}

const sequences = fc.array(
  fc.record({
    what: step,
    diesAt: fc.oneof(
      fc.constant(null),
      fc.integer({ min: 1, max: 16 }),
      fc.constant('after the commit' as const),
    ),
  }),
  { minLength: 1, maxLength: 9 },
);

async function play(reported: readonly Report[]) {
  const { orderId, paymentId } = await shop.opened();
  const charges = {
    paid: provider.pay(paymentId),
    'paid-again-by-another-charge': provider.pay(paymentId),
    'wrong-amount': provider.pay(paymentId, { amountMinor: 1 }),
  };
  const known = new Map<string, ProviderEvent>();
  let isCancelled = false;

  async function eventFor(what: string): Promise<ProviderEvent | null> {
    if (what in charges) return captured(paymentId, charges[what as keyof typeof charges]);
    if (what === 'declined') return declined(paymentId);
    const [refund] = await listRefunds(orderId);
    if (refund === undefined) return null;
    const state = what === 'refund-succeeded' ? 'SUCCEEDED' : 'FAILED';
    return reportedRefund({ refundId: refund.id, amountMinor: refund.amountMinor }, state);
  }

  for (const { what, diesAt } of reported) {
    if (what === 'cancel') {
      if (!isCancelled) await shop.cancel(orderId);
      isCancelled = true;
      continue;
    }
    if (what === 'settle') {
      await shop.settle();
      continue;
    }
    // A repeat is the same event, with the same id.
    const event = known.get(what) ?? (await eventFor(what));
    if (event === null) continue;
    known.set(what, event);
    const webhook = { ...provider.sign(event), providerName: null, cause: testCause };
    await shop.payments.receiveWebhook(webhook);
    if (diesAt !== null) {
      const dying = shop.another({ database: dyingAt(diesAt), attemptsMax: 100 });
      await dying.applyDueEvents().catch(() => {});
    }
    await applyAll();
  }
  return { orderId, paymentId, isCancelled, reported: new Set(known.keys()) };
}

/** Applies all events. One whose server crashed stays leased for a moment, so it may be left though nothing is due. */
async function applyAll(): Promise<void> {
  await until(async () => {
    while ((await shop.payments.applyDueEvents()) > 0);
    const [left] = await database.run<{ count: number }>(
      'test.events_left',
      `select count(*)::int as count from provider_events where status = 'RECEIVED'`,
      [],
    );
    assert.equal(left?.count, 0);
  });
}

async function listRefunds(orderId: string) {
  return database.run<{ id: string; amountMinor: number; status: string }>(
    'test.refunds_of_order',
    `select id, amount_minor as "amountMinor", status
       from payment_refunds where order_id = $1::uuid order by created_at, id`,
    [orderId],
  );
}

async function listCaptures(orderId: string) {
  return database.run<{ kind: string; amountMinor: number; refundAllocatedMinor: number }>(
    'test.captures_of_order',
    `select kind, amount_minor as "amountMinor", taken_minor as "refundAllocatedMinor"
       from payment_captures where order_id = $1::uuid`,
    [orderId],
  );
}

test('whatever the provider reports, in whatever order and despite crashes, the final state is right', async () => {
  await fc.assert(
    fc.asyncProperty(sequences, async (sequence) => {
      const { orderId, paymentId, isCancelled, reported } = await play(sequence);
      await shop.settle();

      const captures = await listCaptures(orderId);
      const fullCharges = ['paid', 'paid-again-by-another-charge'].filter((one) =>
        reported.has(one),
      );
      const matched = captures.filter(({ kind }) => kind === 'matched');
      assert.equal(matched.length, Math.min(fullCharges.length, 1), 'one capture pays the order');
      // The ledger contains each reported charge once: nothing is lost or duplicated.
      const charges = fullCharges.length + (reported.has('wrong-amount') ? 1 : 0);
      assert.equal(captures.length, charges);

      const order = await shop.getOrder(orderId);
      const payment = await shop.getPayment(paymentId);
      const isPaid = matched.length === 1;
      assert.equal(payment.captured.amount, isPaid ? 500 : 0);
      assert.equal(order.status, isCancelled ? 'CANCELLED' : isPaid ? 'CONFIRMED' : 'PENDING');
      if (!isCancelled && isPaid) assert.equal(order.paymentStatus, 'PAID');
      if (isCancelled && isPaid) assert.equal(order.paymentStatus, 'REFUNDED');
      // Money that must not stay is refunded, whatever happened to the first attempt.
      for (const { kind, amountMinor, refundAllocatedMinor } of captures) {
        const stays = !isCancelled && (kind === 'matched' || (kind === 'flagged' && !isPaid));
        assert.equal(refundAllocatedMinor, stays ? 0 : amountMinor, `${kind} of ${amountMinor}`);
      }
      const pending = (await listRefunds(orderId)).filter(({ status }) => status === 'PENDING');
      assert.deepEqual(pending, []);
    }),
    { numRuns: randomRuns(300), seed: 20_261_120, endOnFailure: false },
  );
});
