import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ProviderCapture } from '../../../../src/drivers/payments/payment-provider.ts';
import {
  isPaid,
  type OrderStatus,
  type PaymentStatus,
} from '../../../../src/modules/orders/index.ts';
import type { RefundView } from '../../../../src/modules/payments/schemas.ts';
import { CodedError } from '../../../../src/shared/errors.ts';
import { newId } from '../../../../src/shared/ids.ts';
import { testDatabase } from '../../../support/database.ts';
import { buildContext } from '../../../support/orders.ts';
import { captured, openPaymentsShop, reportedRefund } from '../../../support/payments.ts';
import { randomRuns } from '../../../support/random-runs.ts';
import { query } from '../../../support/until.ts';

/**
 * Lives of orders with charges of any number and amount on any of their payments, reported or found later; refunds by
 * admins, the shop and the provider, which succeed, fail and are reversed; orders that end, are confirmed by hand and
 * return to PENDING. In the end, every minor unit received pays an order, has been refunded, or is shown.
 */
const { database, ownerUrl: url } = await testDatabase();
const shop = await openPaymentsShop(database);
const { provider } = shop;
const payments = shop.another({ attemptsMax: 100 });
const started = new Date(Date.now() - 60_000);

const index = fc.nat({ max: 7 });
const charge = fc.record({
  what: fc.constant('charge' as const),
  on: index,
  amountMinor: fc.constantFrom(500, 500, 499, 700, 1, 0),
  currency: fc.constantFrom('GBP', 'GBP', 'GBP', 'EUR'),
  // Reconciliation makes up for a lost webhook.
  sent: fc.constantFrom('once', 'twice', 'never', 'of an unknown payment'),
});
const step = fc.oneof(
  { weight: 6, arbitrary: charge },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('sent otherwise' as const), of: index }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('initiate' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('admin refunds' as const),
      on: index,
      of: fc.option(index),
      amount: fc.option(fc.constantFrom(1, 100, 499, 500)),
      currency: fc.constantFrom('GBP', 'GBP', 'EUR'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('refund sent' as const),
      of: index,
      state: fc.constantFrom('SUCCEEDED' as const, 'FAILED' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('refunded there' as const), of: index }) },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('trouble' as const),
      fault: fc.constantFrom('before' as const, 'after' as const, 'refused' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('refunds wait' as const) }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('settle' as const) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('reconcile' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('move' as const),
      to: fc.constantFrom('CONFIRMED' as const, 'COMPLETED' as const, 'PENDING' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('cancel' as const) }) },
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface LedgerRow {
  readonly reference: string;
  readonly paymentId: string;
  readonly kind: 'matched' | 'surplus' | 'flagged';
  readonly returnCause: string | null;
  readonly amount: number;
  readonly currency: string;
  readonly taken: number;
  readonly returned: number;
}

class Life {
  readonly orderId: string;
  readonly paymentIds: string[];
  /** The charges as first reported, by reference. */
  readonly charges = new Map<string, ProviderCapture>();

  constructor(orderId: string, paymentId: string) {
    this.orderId = orderId;
    this.paymentIds = [paymentId];
  }

  async take(one: Step): Promise<void> {
    switch (one.what) {
      case 'charge':
        return this.charge(one);
      case 'sent otherwise': {
        const known = this.chargeAt(one.of);
        const isSent = (await this.ledger()).some(
          ({ reference }) => reference === known?.providerReference,
        );
        if (known === undefined || !isSent) return;
        return send(captured(this.paymentIds[0]!, { ...known, amountMinor: 500, currency: 'GBP' }));
      }
      case 'initiate': {
        const { result } = await payments.initiatePayment(
          buildContext(shop.customer),
          this.orderId,
        );
        const { id } = result.view.payment;
        if (!this.paymentIds.includes(id)) this.paymentIds.push(id);
        return;
      }
      case 'admin refunds':
        return this.refund(one);
      case 'refund sent':
        return this.sendRefund(one.of, one.state);
      case 'refunded there': {
        const known = this.chargeAt(one.of);
        if (known === undefined || known.amountMinor === 0) return;
        const { providerReference, currency } = known;
        const refund = { refundId: null, providerRefundId: newId(), providerReference, currency };
        const event = reportedRefund({ ...refund, amountMinor: 1 }, 'SUCCEEDED');
        return send({ ...event, currency } as typeof event);
      }
      case 'trouble':
        return provider.failNext('refund', one.fault);
      case 'refunds wait':
        provider.refundState = 'PENDING';
        return;
      case 'settle':
        await payments.settleMoney();
        return;
      case 'reconcile':
        return reconcile();
      case 'move': {
        const input = { status: one.to, override: true, reason: 'They said so' };
        await shop.orders.changeStatus(buildContext(shop.admin), {
          orderId: this.orderId,
          input,
          ifMatch: null,
        });
        return;
      }
      case 'cancel':
        return shop.cancel(this.orderId);
    }
  }

  private async charge({ on, sent, ...money }: Extract<Step, { what: 'charge' }>): Promise<void> {
    const { amountMinor, currency } = money;
    if (sent === 'of an unknown payment') {
      const capture = { providerReference: `stray-${newId()}`, amountMinor, currency };
      this.charges.set(capture.providerReference, capture);
      return send(captured(newId(), capture));
    }
    const paymentId = this.paymentIds[on % this.paymentIds.length]!;
    const capture = provider.pay(paymentId, { amountMinor, currency });
    this.charges.set(capture.providerReference, capture);
    for (let time = sent === 'never' ? 2 : sent === 'once' ? 1 : 0; time < 2; time += 1) {
      await send(captured(paymentId, capture));
    }
  }

  private async refund(one: Extract<Step, { what: 'admin refunds' }>): Promise<void> {
    const named = one.of === null ? undefined : this.chargeAt(one.of);
    const before = await this.ledger();
    const paymentId =
      before.find(({ reference }) => reference === named?.providerReference)?.paymentId ??
      this.paymentIds[one.on % this.paymentIds.length]!;
    const amount = one.amount === null ? null : { amount: one.amount, currency: one.currency };
    const { result } = await payments.refundPayment(buildContext(shop.admin), paymentId, {
      reason: 'It was cold',
      ...(amount === null ? {} : { amount }),
      ...(named === undefined ? {} : { providerReference: named.providerReference }),
    });
    const booked = await chargeOfRefund(result);
    if (named !== undefined) assert.equal(booked, named.providerReference);
    // No other charge was possible.
    const possible = before.filter(
      (row) =>
        row.paymentId === paymentId &&
        row.taken < row.amount &&
        (amount === null || row.currency === amount.currency) &&
        (named === undefined || row.reference === named.providerReference),
    );
    assert.deepEqual(
      possible.map(({ reference }) => reference),
      [booked],
    );
  }

  private async sendRefund(of: number, state: 'SUCCEEDED' | 'FAILED'): Promise<void> {
    const all = await this.refunds();
    const refund = all[of % Math.max(all.length, 1)];
    if (refund === undefined) return;
    const known = provider.refunds.get(refund.id);
    if (known !== undefined) known.result.state = state;
    const event = reportedRefund({ refundId: refund.id, amountMinor: refund.amount }, state);
    return send(event);
  }

  private chargeAt(place: number): ProviderCapture | undefined {
    const all = [...this.charges.values()];
    return all[place % Math.max(all.length, 1)];
  }

  ledger(): Promise<LedgerRow[]> {
    return database.run<LedgerRow>(
      'test.ledger_of_life',
      `select provider_reference as reference, payment_id as "paymentId", kind, return_cause as "returnCause",
              amount_minor as amount, currency, taken_minor as taken,
              (select coalesce(sum(amount_minor), 0)::bigint
                 from payment_refunds
                where capture_id = payment_captures.id
                  and status = 'SUCCEEDED') as returned
         from payment_captures
        where provider_reference = any($1::text[])
        order by created_at, id`,
      [[...this.charges.keys()]],
    );
  }

  private refunds(): Promise<{ id: string; amount: number }[]> {
    return database.run(
      'test.refunds_of_life',
      `select payment_refunds.id, payment_refunds.amount_minor as amount
         from payment_refunds
         join payment_captures on payment_captures.id = payment_refunds.capture_id
        where payment_captures.provider_reference = any($1::text[])
          and payment_refunds.cause <> 'provider'
        order by payment_refunds.created_at, payment_refunds.id`,
      [[...this.charges.keys()]],
    );
  }
}

async function chargeOfRefund({ refund }: RefundView): Promise<string | undefined> {
  const [row] = await database.run<{ reference: string }>(
    'test.charge_of_refund',
    `select provider_reference as reference
       from payment_refunds
       join payment_captures on payment_captures.id = payment_refunds.capture_id
      where payment_refunds.id = $1::uuid`,
    [refund.id],
  );
  return row?.reference;
}

async function send(event: Parameters<typeof provider.sign>[0]): Promise<void> {
  const cause = { requestId: null, traceId: null };
  await payments.receiveWebhook({ ...provider.sign(event), providerName: null, cause });
  await payments.applyDueEvents();
}

async function reconcile(): Promise<void> {
  await payments.reconcilePayments({ since: started });
  await payments.applyDueEvents();
}

/** Ends all faults, completes pending refunds, and settles until nothing is left. */
async function calmDown(): Promise<void> {
  provider.calm('refund');
  provider.refundState = 'SUCCEEDED';
  for (const { result } of provider.refunds.values()) {
    if (result.state === 'PENDING') result.state = 'SUCCEEDED';
  }
  let rounds = 0;
  for (let isBusy = true; isBusy; rounds += 1) {
    assert.ok(rounds < 200, 'it never settles');
    // The time passes that events wait.
    await database.run(
      'test.make_due',
      `update provider_events
          set next_attempt_at = now()
        where status = 'RECEIVED'`,
      [],
    );
    await reconcile();
    await payments.settleMoney();
    const [left] = await database.run<{ count: number }>(
      'test.left_of_lives',
      `select (select count(*) from provider_events where status = 'RECEIVED')::int
              + (select count(*) from payment_refunds where status = 'PENDING')::int as count`,
      [],
    );
    isBusy = left?.count !== 0 || (await payments.settleMoney());
  }
  await payments.settleMoney();
  await payments.settleMoney();
}

function mayStay(row: LedgerRow, order: { status: string; paymentStatus: string }): boolean {
  if (row.returnCause !== null) return false;
  const ended = ['CANCELLED', 'FAILED'].includes(order.status);
  if (row.kind === 'matched') return !ended;
  return !ended && order.status !== 'COMPLETED' && !isPaid(order.paymentStatus as PaymentStatus);
}

async function verify(life: Life): Promise<void> {
  const ledger = await life.ledger();
  const rows = new Map(ledger.map((row) => [row.reference, row]));
  assert.equal(ledger.length, life.charges.size, 'each charge has one row');
  const order = await shop.getOrder(life.orderId);
  for (const [reference, { amountMinor, currency }] of life.charges) {
    const row = rows.get(reference)!;
    assert.deepEqual([row.amount, row.currency], [amountMinor, currency]);
    assert.equal(row.taken, row.returned, `no refund of ${row.kind} money is pending`);
    const isOfOrder = life.paymentIds.includes(row.paymentId);
    if (isOfOrder && !mayStay(row, order)) {
      assert.equal(row.returned, row.amount, `${row.kind} of ${row.amount} is refunded`);
    }
  }
  const refunds = [...provider.refunds.values()].filter(({ result }) => result.state !== 'FAILED');
  for (const [reference, { amountMinor }] of life.charges) {
    const out = refunds
      .filter(({ request }) => request.providerReference === reference)
      .reduce((sum, { request }) => sum + request.amountMinor, 0);
    assert.ok(out <= amountMinor, `${out} was refunded of a charge of ${amountMinor}`);
  }

  const matched = ledger.filter(({ kind }) => kind === 'matched');
  assert.ok(matched.length <= 1);
  assert.equal(isPaid(order.paymentStatus as PaymentStatus), matched.length === 1);
  // All money received pays, has been refunded, or is shown.
  for (const paymentId of new Set(ledger.map((row) => row.paymentId))) {
    const { captured: paid, refunded, charges } = await shop.getPayment(paymentId);
    const own = ledger.filter((row) => row.paymentId === paymentId);
    const paying = own.find(({ kind }) => kind === 'matched');
    assert.deepEqual(
      [paid.amount, refunded.amount],
      [paying?.amount ?? 0, paying?.returned ?? 0],
      'no refund of another charge counts as one of the charge that pays',
    );
    assert.deepEqual(
      charges.map((one) => [one.providerReference, one.amount.amount, one.refunded.amount]),
      own
        .filter(({ amount, returned }) => amount === 0 || returned < amount)
        .map(({ reference, amount, taken }) => [reference, amount, taken]),
    );
  }
}

/** Returns what the views find an hour later, when the time that they allow for a refund has passed. */
async function findViolationsAnHourLater(): Promise<unknown[]> {
  const views = await query(
    url,
    `select viewname from pg_views where schemaname = 'public' and viewname like 'inv\\_payment%'`,
  );
  await query(
    url,
    `set session_replication_role = replica;
     update payment_captures set created_at = created_at - interval '1 hour';
     update orders set cancelled_at = cancelled_at - interval '1 hour';
     update events set at = at - interval '1 hour'`,
  );
  const seen: unknown[] = [];
  for (const { viewname } of views) {
    seen.push(...(await query(url, `select '${viewname}' as view, id, detail from ${viewname}`)));
  }
  return seen;
}

test('every minor unit charged pays its order, is refunded or is shown, whatever happens', async () => {
  const statuses = new Set<OrderStatus>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
      const { orderId, paymentId } = await shop.opened();
      const life = new Life(orderId, paymentId);
      for (const one of steps) {
        // A refusal changes nothing: an order that has ended, a refund of more than is left.
        await life.take(one).catch((error: unknown) => {
          if (!(error instanceof CodedError)) throw error;
        });
      }
      await calmDown();
      await verify(life);
      statuses.add((await shop.getOrder(orderId)).status as OrderStatus);
    }),
    { numRuns: randomRuns(80), seed: 20_261_129, endOnFailure: true },
  );
  // The lives reached every status that they are to cover.
  assert.deepEqual([...statuses].sort(), ['CANCELLED', 'COMPLETED', 'CONFIRMED', 'PENDING']);
  assert.deepEqual(await findViolationsAnHourLater(), []);
});
