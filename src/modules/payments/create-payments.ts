import type { Database } from '../../database/database.ts';
import { createDatabaseTime } from '../../database/database-time.ts';
import type { PaymentProvider } from '../../drivers/payments/payment-provider.ts';
import { exponentialBackoff } from '../../shared/background/backoff.ts';
import { createRecurringTask } from '../../shared/background/recurring-task.ts';
import { createBatcher, TRANSACTION_GATHER_MS } from '../../shared/batcher.ts';
import type { Clock } from '../../shared/clock.ts';
import type { DetailedLog } from '../../shared/log.ts';
import type { Cursors } from '../../shared/pagination.ts';
import type { Module } from '../module.ts';
import { getPayment, listOrderPayments, listPayments } from './find-payment.ts';
import { applyDueEvents, type InboxOutcome } from './inbox/inbox.ts';
import { forgetDeadWords, forgetWords } from './inbox/queries.ts';
import { receiveWebhook } from './inbox/receive-webhook.ts';
import { type StoredAs, storeAndApply, storeEvents } from './inbox/store-events.ts';
import { createWebhookTally } from './inbox/webhook-tally.ts';
import type { ProviderReport } from './ledger/apply-matched-captures.ts';
import { refundPayment } from './ledger/refund-payment.ts';
import { createPaymentInitiation } from './page/initiate-payment.ts';
import { paymentsPersonalData } from './personal-data/part.ts';
import { registerPaymentsRoutes } from './routes.ts';
import { reconcilePayments } from './settling/reconcile-payments.ts';
import {
  callProvider,
  createProviderCalls,
  decideDueMoney,
  SETTLE_INTERVAL_MS,
} from './settling/settle-money.ts';
import type { Payments } from './use-cases.ts';

const INBOX_INTERVAL_MS = 500;
/** Maximum wait between two calls to the provider: returned money must leave within ten minutes. */
const CALL_DELAY_MS_MAX = 60_000;
const STORED_TOGETHER_MAX = 200;
const RECEIVING_MAX = 10_000;
const PURGE_INTERVAL_MS = 24 * 60 * 60_000;
const RECONCILE_INTERVAL_MS = 5 * 60_000;
/** How far back the regular reconciliation reads: an outage of a weekend, and a day. */
const RECONCILE_BACK_MS = 3 * 24 * 60 * 60_000;

export interface PaymentsDependencies {
  readonly database: Database;
  readonly cursors: Cursors;
  readonly provider: PaymentProvider;
  readonly clock: Clock;
  readonly publicUrl: string;
  /** The wait after the first failed attempt; it doubles, with jitter. */
  readonly retryBaseSeconds: number;
  /** After this many attempts an event is left DEAD, and a failed refund waits for a person. */
  readonly attemptsMax: number;
  /** What a user may refund within an hour without a step-up, in minor units. Default: 0, no limit. */
  readonly stepUpRefundMinor?: number;
  /** Called when background work failed; it is retried. */
  readonly onError: (error: unknown) => void;
  /** Receives the differences that the regular reconciliation found. */
  readonly log: Pick<DetailedLog, 'warn'>;
}

export function createPayments(dependencies: PaymentsDependencies): Module<Payments> {
  const { database, cursors, onError, clock, attemptsMax, stepUpRefundMinor = 0 } = dependencies;
  const baseMs = dependencies.retryBaseSeconds * 1_000;
  const webhooks = createWebhookTally();

  const settling = {
    ...dependencies,
    retryDelayMs: exponentialBackoff({ baseMs, capMs: CALL_DELAY_MS_MAX }),
  };
  // Separate from the decisions, so that a slow provider delays only its own calls.
  const calls = createProviderCalls(settling);
  const decisions = createRecurringTask({
    firstWaitMs: SETTLE_INTERVAL_MS,
    retryMs: SETTLE_INTERVAL_MS,
    onError,
    async work() {
      const more = await decideDueMoney(settling);
      calls.closings.nudge();
      calls.refunds.nudge();
      return more ? 0 : SETTLE_INTERVAL_MS;
    },
  });
  const inbox = {
    ...dependencies,
    retries: { attemptsMax, retryDelayMs: exponentialBackoff({ baseMs }) },
    onOutcome(outcome: InboxOutcome) {
      webhooks.count(outcome);
      // A charge that simply pays its order leaves nothing to decide.
      if (outcome !== 'matched') decisions.nudge();
    },
  };
  const inboxWork = createRecurringTask({
    firstWaitMs: INBOX_INTERVAL_MS,
    retryMs: INBOX_INTERVAL_MS,
    onError,
    async work() {
      await applyDueEvents(inbox);
      return INBOX_INTERVAL_MS;
    },
  });
  const background = [inboxWork, decisions, calls.closings, calls.refunds];
  /** A server that only serves requests leaves money to the workers. */
  let isWorking = false;
  const store = createBatcher<ProviderReport, StoredAs>({
    batchesMax: 1,
    sizeMax: STORED_TOGETHER_MAX,
    gatherMs: TRANSACTION_GATHER_MS,
    waitingMax: RECEIVING_MAX,
    exclusives: () => [],
    run: (events) => (isWorking ? storeAndApply : storeEvents)(database, events),
    mayRetryAlone: () => true,
  });
  const receiving = { provider: dependencies.provider, store, now: createDatabaseTime(database) };

  async function reconcileRegularly(): Promise<void> {
    const since = new Date(clock.now().getTime() - RECONCILE_BACK_MS);
    const report = await reconcilePayments(dependencies, { since });
    if (report.healed.length > 0) inboxWork.nudge();
    if (report.healed.length > 0 || report.differing.length > 0) {
      dependencies.log.warn(
        { report },
        'reconciliation with the payment provider found differences',
      );
    }
  }

  const payments: Payments = {
    personalData: paymentsPersonalData,
    initiatePayment: createPaymentInitiation(dependencies),
    async refundPayment(context, paymentId, input) {
      const outcome = await refundPayment(database, context, paymentId, input, stepUpRefundMinor);
      calls.refunds.nudge();
      return outcome;
    },
    async receiveWebhook(webhook) {
      let stored: StoredAs;
      try {
        stored = await receiveWebhook(receiving, webhook);
      } catch (error) {
        webhooks.countRefusal(error);
        throw error;
      }
      webhooks.count(stored === 'duplicate' ? 'duplicate' : 'accepted');
      if (stored === 'applied') inbox.onOutcome('matched');
      else inboxWork.nudge();
    },
    getPayment: (caller, paymentId) => getPayment(database, caller, paymentId),
    listPayments: (input) => listPayments(database, cursors, input),
    listOrderPayments: (caller, orderId, input) =>
      listOrderPayments(database, cursors, caller, orderId, input),
    reconcilePayments: (options) => reconcilePayments(dependencies, options),
    applyDueEvents: () => applyDueEvents(inbox),
    async settleMoney() {
      const decided = await decideDueMoney(settling);
      const called = await callProvider(calls);
      return decided || called;
    },
  };
  return {
    api: payments,
    routes: (app) => registerPaymentsRoutes(app, payments),
    schedules: [
      {
        name: 'payments.reconcile',
        everyMs: RECONCILE_INTERVAL_MS,
        run: reconcileRegularly,
      },
    ],
    purges: [
      {
        name: 'payments.purge-words',
        everyMs: PURGE_INTERVAL_MS,
        slices: { provider_words: forgetWords, dead_provider_words: forgetDeadWords },
      },
    ],
    metrics: [webhooks.tally],
    start({ works }) {
      if (!works) return;
      isWorking = true;
      for (const one of background) one.start();
    },
    async stop() {
      isWorking = false;
      await Promise.all(background.map((one) => one.stop()));
    },
  };
}
