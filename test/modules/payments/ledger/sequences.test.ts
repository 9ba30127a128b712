import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Database, Transaction } from '../../../../src/database/database.ts';
import type { ProviderEvent } from '../../../../src/drivers/payments/payment-provider.ts';
import { testDatabase } from '../../../support/database.ts';
import { captured, declined, openPaymentsShop, reportedRefund } from '../../../support/payments.ts';
import { testCause } from '../../../support/shop.ts';
import { until } from '../../../support/until.ts';

/**
 * What a provider may tell of one order, in every order, doubled, with servers that die in the middle of an event and an
 * order that is cancelled somewhere between. Whatever the sequence, the end is the provider's.
 */
const { database } = await testDatabase();
const shop = await openPaymentsShop(database);
const { provider } = shop;

/** A server whose database goes away at the nth statement, or loses the answer to a commit. */
function dyingAt(moment: Moment): Database {
  if (moment === 'after the commit') {
    return {
      ...database,
      async transaction(work) {
        await database.transaction(work);
        throw new Error('the answer to the commit was lost');
      },
    };
  }
  let left = moment;
  const dying = (tx: Transaction): Transaction => ({
    ...tx,
    // What fails here fails nothing in the database, so the commit is not sent before it is heard of.
    pipelineCommit: (last) => last,
    run: (name, text, parameters) => {
      left -= 1;
      if (left <= 0) return Promise.reject(new Error('the server died'));
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

/** The statement at which the server that applies an event dies. */
type Moment = number | 'after the commit';

interface Report {
  readonly what: string;
  /** Null: it lives. */
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

async function play(told: readonly Report[]) {
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

  for (const { what, diesAt } of told) {
    if (what === 'cancel') {
      if (!isCancelled) await shop.cancel(orderId);
      isCancelled = true;
      continue;
    }
    if (what === 'settle') {
      await shop.settle();
      continue;
    }
    // The second time it is the same event, by its id.
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
  return { orderId, paymentId, isCancelled, told: new Set(known.keys()) };
}

/** An event whose server died stays leased for a moment, so nothing being due does not mean that nothing is left. */
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

test('whatever the provider tells, in whatever order and through whatever crash, ends right', async () => {
  await fc.assert(
    fc.asyncProperty(sequences, async (sequence) => {
      const { orderId, paymentId, isCancelled, told } = await play(sequence);
      await shop.settle();

      const captures = await listCaptures(orderId);
      const fullCharges = ['paid', 'paid-again-by-another-charge'].filter((one) => told.has(one));
      const matched = captures.filter(({ kind }) => kind === 'matched');
      assert.equal(matched.length, Math.min(fullCharges.length, 1), 'one capture pays the order');
      // Each charge that was told stands in the ledger once: nothing is lost, nothing doubled.
      const charges = fullCharges.length + (told.has('wrong-amount') ? 1 : 0);
      assert.equal(captures.length, charges);

      const order = await shop.getOrder(orderId);
      const payment = await shop.getPayment(paymentId);
      const isPaid = matched.length === 1;
      assert.equal(payment.captured.amount, isPaid ? 500 : 0);
      assert.equal(order.status, isCancelled ? 'CANCELLED' : isPaid ? 'CONFIRMED' : 'PENDING');
      if (!isCancelled && isPaid) assert.equal(order.paymentStatus, 'PAID');
      if (isCancelled && isPaid) assert.equal(order.paymentStatus, 'REFUNDED');
      // What must not stay has gone back, whatever became of the first try.
      for (const { kind, amountMinor, refundAllocatedMinor } of captures) {
        const stays = !isCancelled && (kind === 'matched' || (kind === 'flagged' && !isPaid));
        assert.equal(refundAllocatedMinor, stays ? 0 : amountMinor, `${kind} of ${amountMinor}`);
      }
      const pending = (await listRefunds(orderId)).filter(({ status }) => status === 'PENDING');
      assert.deepEqual(pending, []);
    }),
    { numRuns: 300, seed: 20_261_120, endOnFailure: false },
  );
});
