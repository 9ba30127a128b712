import type { Database } from '../../database/database.ts';
import { createDatabaseTime } from '../../database/database-time.ts';
import type { Once } from '../../database/idempotency.ts';
import type { PaymentProvider } from '../../drivers/payments/payment-provider.ts';
import type { RequestContext } from '../../http/index.ts';
import { exponentialBackoff } from '../../shared/background/backoff.ts';
import { createRepeater } from '../../shared/background/repeater.ts';
import { createBatcher } from '../../shared/batcher.ts';
import type { Caller } from '../../shared/caller.ts';
import type { Clock } from '../../shared/clock.ts';
import { CodedError } from '../../shared/errors.ts';
import type { Cursors, Page } from '../../shared/pagination.ts';
import { getPayment, listOrderPayments, listPayments } from './find-payment.ts';
import { applyDueEvents, type InboxOutcome } from './inbox/inbox.ts';
import { type ReceivedWebhook, receiveWebhook } from './inbox/receive-webhook.ts';
import { type StoredAs, storeAndApply, storeEvents } from './inbox/store-events.ts';
import type { ToldEvent } from './ledger/apply-captures.ts';
import { refundPayment } from './ledger/refund-payment.ts';
import { createInitiating, type Initiated } from './page/initiate-payment.ts';
import type {
  ListedPaymentView,
  ListOrderPaymentsInput,
  ListPaymentsInput,
  PaymentView,
  RefundInput,
  RefundView,
} from './schemas.ts';
import { type ReconcileReport, reconcilePayments } from './settling/reconcile-payments.ts';
import {
  askProvider,
  createProviderCalls,
  decideDueMoney,
  SETTLE_INTERVAL_MS,
} from './settling/settle-money.ts';

const INBOX_INTERVAL_MS = 500;
/** Between two calls to the provider: money that must go back has ten minutes. */
const CALL_DELAY_MS_MAX = 60_000;
const STORED_TOGETHER_MAX = 200;
const RECEIVING_MAX = 10_000;
/** How far back the regular reconciliation looks: a weekend's outage and a day. */
const RECONCILE_BACK_MS = 3 * 24 * 60 * 60_000;

export interface PaymentsDependencies {
  readonly database: Database;
  readonly cursors: Cursors;
  readonly provider: PaymentProvider;
  readonly clock: Clock;
  readonly publicUrl: string;
  /** The first wait after a failed try; it doubles, with jitter. */
  readonly retryBaseSeconds: number;
  /** After so many tries an event is left DEAD, and failed refunds to a person. */
  readonly attemptsMax: number;
  /** Work in the background that failed and comes again. */
  readonly onError: (error: unknown) => void;
  /** What became of a provider's webhook, for the metric. */
  readonly onWebhook?: (outcome: WebhookOutcome) => void;
  /** What differs between the provider and us, as the regular reconciliation found it. */
  readonly onDifference?: (report: ReconcileReport) => void;
}

export type WebhookOutcome =
  | 'accepted'
  | 'duplicate'
  | 'invalid_signature'
  | 'invalid_event'
  | InboxOutcome;

/** Each of them: it does not compile while one is missing. */
const knownOutcomes: Readonly<Record<WebhookOutcome, true>> = {
  accepted: true,
  duplicate: true,
  invalid_signature: true,
  invalid_event: true,
  matched: true,
  late: true,
  surplus: true,
  flagged: true,
  failed: true,
  expired: true,
  succeeded: true,
  unchanged: true,
  unknown: true,
  ignored: true,
  mismatch: true,
  retried: true,
  dead: true,
};

export const webhookOutcomes: readonly string[] = Object.keys(knownOutcomes);

/** The use cases of the room, bound to what they need, and its work in the background. */
export interface Payments {
  initiatePayment(context: RequestContext, orderId: string): Promise<Once<Initiated>>;
  refundPayment(
    context: RequestContext,
    paymentId: string,
    input: RefundInput,
  ): Promise<Once<RefundView>>;
  receiveWebhook(webhook: ReceivedWebhook): Promise<void>;
  getPayment(caller: Caller, paymentId: string): Promise<PaymentView>;
  listPayments(input: ListPaymentsInput): Promise<Page<ListedPaymentView>>;
  listOrderPayments(
    caller: Caller,
    orderId: string,
    input: ListOrderPaymentsInput,
  ): Promise<Page<ListedPaymentView>>;
  reconcilePayments(options: { readonly since: Date }): Promise<ReconcileReport>;
  /** The same for what changed in the last days, at intervals; tells `onDifference` what it found. */
  reconcileRegularly(): Promise<void>;
  /** Applies every event of the inbox that is due; gives how many. The background does it by itself. */
  applyDueEvents(): Promise<number>;
  /** One round of what has to be settled; true when there may be more. The background does it by itself. */
  settleMoney(): Promise<boolean>;
  start(): void;
  /** Ends after what is under way. */
  stop(): Promise<void>;
}

export function createPayments(deps: PaymentsDependencies): Payments {
  const { database, cursors, onError, clock, attemptsMax } = deps;
  const baseMs = deps.retryBaseSeconds * 1_000;
  const onWebhook = deps.onWebhook ?? (() => {});
  const settling = {
    ...deps,
    retryDelayMs: exponentialBackoff({ baseMs, capMs: CALL_DELAY_MS_MAX }),
  };
  const calls = createProviderCalls(settling);
  const inbox = {
    ...deps,
    retries: { attemptsMax, retryDelayMs: exponentialBackoff({ baseMs }) },
    onOutcome(outcome: InboxOutcome) {
      onWebhook(outcome);
      // A charge that just pays its order leaves nothing to decide.
      if (outcome !== 'matched') decisions.nudge();
    },
  };
  const initiate = createInitiating(deps);
  /** A server that only answers requests leaves money to the workers. */
  let isWorking = false;
  const store = createBatcher<ToldEvent, StoredAs>({
    lanes: 1,
    sizeMax: STORED_TOGETHER_MAX,
    waitingMax: RECEIVING_MAX,
    exclusives: () => [],
    run: (events) => (isWorking ? storeAndApply : storeEvents)(database, events),
    mayRetryAlone: () => true,
  });
  const receiving = { provider: deps.provider, store, now: createDatabaseTime(database) };

  const inboxWork = createRepeater({
    firstWaitMs: INBOX_INTERVAL_MS,
    retryMs: INBOX_INTERVAL_MS,
    onError,
    async work() {
      await applyDueEvents(inbox);
      return INBOX_INTERVAL_MS;
    },
  });
  const decisions = createRepeater({
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
  const background = [inboxWork, decisions, calls.closings, calls.refunds];

  return {
    initiatePayment: initiate,
    async refundPayment(context, paymentId, input) {
      const outcome = await refundPayment(database, context, paymentId, input);
      calls.refunds.nudge();
      return outcome;
    },
    async receiveWebhook(webhook) {
      let stored: StoredAs;
      try {
        stored = await receiveWebhook(receiving, webhook);
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal !== null) onWebhook(refusal);
        throw error;
      }
      onWebhook(stored === 'duplicate' ? 'duplicate' : 'accepted');
      if (stored === 'applied') inbox.onOutcome('matched');
      else inboxWork.nudge();
    },
    getPayment: (caller, paymentId) => getPayment(database, caller, paymentId),
    listPayments: (input) => listPayments(database, cursors, input),
    listOrderPayments: (caller, orderId, input) =>
      listOrderPayments(database, cursors, caller, orderId, input),
    reconcilePayments: (options) => reconcilePayments(deps, options),
    async reconcileRegularly() {
      const since = new Date(clock.now().getTime() - RECONCILE_BACK_MS);
      const report = await reconcilePayments(deps, { since });
      if (report.healed.length > 0) inboxWork.nudge();
      if (report.healed.length > 0 || report.differing.length > 0) deps.onDifference?.(report);
    },
    applyDueEvents: () => applyDueEvents(inbox),
    async settleMoney() {
      const decided = await decideDueMoney(settling);
      const asked = await askProvider(calls);
      return decided || asked;
    },
    start() {
      isWorking = true;
      for (const one of background) one.start();
    },
    async stop() {
      isWorking = false;
      await Promise.all(background.map((one) => one.stop()));
    },
  };
}

function refusalOf(error: unknown): 'invalid_signature' | 'invalid_event' | null {
  if (!(error instanceof CodedError)) return null;
  if (error.code === 'payments.invalid_signature') return 'invalid_signature';
  return error.code === 'payments.invalid_event' ? 'invalid_event' : null;
}
