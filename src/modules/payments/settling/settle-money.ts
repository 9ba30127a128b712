import type { Database } from '../../../database/database.ts';
import {
  type PaymentProvider,
  ProviderRefusedError,
} from '../../../drivers/payments/payment-provider.ts';
import type { Backoff } from '../../../shared/background/backoff.ts';
import { createLeasedWork, type LeasedWork } from '../../../shared/background/leased-work.ts';
import { applyRefundState } from '../ledger/apply-refund.ts';
import { findDueReturns } from '../ledger/capture-queries.ts';
import { bySystem } from '../ledger/record-facts.ts';
import { type DueRefundRow, leaseRefunds, postponeRefund } from '../ledger/refund-queries.ts';
import { returnMoney } from '../ledger/return-money.ts';
import { openSession, storeOpenedSessions } from '../page/open-session.ts';
import {
  endPaymentsOfEndedOrders,
  leaseClosings,
  markClosed,
  type PaymentRow,
  postponeClosing,
} from '../queries.ts';
import { shortMessage } from '../short-message.ts';

export const SETTLE_INTERVAL_MS = 1_000;
const ENDED_MAX = 200;
const RETURNS_MAX = 50;
/** Concurrent calls of one kind to the provider. */
const CALLS_MAX = 10;
/** Longer than any call takes. After that another server may try, under the same key. */
const LEASE_SECONDS = 60;

export interface SettleDependencies {
  readonly database: Database;
  readonly provider: PaymentProvider;
  readonly retryBaseSeconds: number;
  /** The delay after a failed call to the provider. */
  readonly retryDelayMs: Backoff;
  readonly attemptsMax: number;
  readonly onError: (error: unknown) => void;
}

/**
 * Settles what is due by the current state, independently of which events arrived: ends the payments of orders that
 * have ended, and requests refunds of money that must not stay. Returns whether more may be due.
 */
export async function decideDueMoney(deps: SettleDependencies): Promise<boolean> {
  const { database, retryBaseSeconds, attemptsMax } = deps;
  const ended = await endPaymentsOfEndedOrders(database, ENDED_MAX);
  const due = await findDueReturns(database, RETURNS_MAX, retryBaseSeconds, attemptsMax);
  for (const { captureId, orderId } of due) {
    await database.transaction((tx) => returnMoney(tx, captureId, orderId));
  }
  return ended.length === ENDED_MAX || due.length === RETURNS_MAX;
}

export interface ProviderCalls {
  /** Pages that are due to be closed. */
  readonly closings: LeasedWork<PaymentRow>;
  /** Refunds that are due to be sent. */
  readonly refunds: LeasedWork<DueRefundRow>;
}

/**
 * Creates the calls to the provider. They are separate from the decisions, so that a slow provider delays only its own
 * calls.
 */
export function createProviderCalls(deps: SettleDependencies): ProviderCalls {
  const { database, provider, onError } = deps;
  const common = { concurrency: CALLS_MAX, intervalMs: SETTLE_INTERVAL_MS, onError };
  return {
    closings: createLeasedWork({
      ...common,
      claim: (limit) => leaseClosings(database, provider.name, limit, LEASE_SECONDS),
      work: (payment) => closePage(deps, payment),
    }),
    refunds: createLeasedWork({
      ...common,
      claim: (limit) => leaseRefunds(database, provider.name, limit, LEASE_SECONDS),
      work: (refund) => sendRefund(deps, refund),
    }),
  };
}

/** Runs one batch of calls. Returns whether more may be due. */
export async function callProvider({ closings, refunds }: ProviderCalls): Promise<boolean> {
  const counts = await Promise.all([closings.workOnce(), refunds.workOnce()]);
  return counts.includes(CALLS_MAX);
}

/** Closes the page of a payment that has ended, so that it can no longer be paid. Retried until it is closed. */
async function closePage(deps: SettleDependencies, payment: PaymentRow): Promise<void> {
  const { database, provider, retryDelayMs, onError } = deps;
  try {
    const sessionId = payment.sessionId ?? (await findPage(deps, payment));
    if (sessionId !== null) await provider.closeSession({ sessionId, key: `${payment.id}-close` });
    await markClosed(database, payment.id);
  } catch (error) {
    onError(error);
    await postponeClosing(database, payment.id, retryDelayMs(payment.attempts) / 1_000);
  }
}

/**
 * Returns the page of a payment whose response to the opening was lost, so that a page of unknown name may be open: the
 * same request under the same key returns it. Null if the provider refuses it now, because then it never opened one.
 */
async function findPage(
  { database, provider }: SettleDependencies,
  payment: PaymentRow,
): Promise<string | null> {
  try {
    const session = await openSession(provider, payment);
    await storeOpenedSessions(database, [{ paymentId: payment.id, session }]);
    return session.sessionId;
  } catch (error) {
    if (error instanceof ProviderRefusedError) return null;
    throw error;
  }
}

/**
 * Sends one refund under its id as key. After an unknown outcome it stays PENDING and is sent again; it is never
 * failed.
 */
async function sendRefund(deps: SettleDependencies, refund: DueRefundRow): Promise<void> {
  const { database, retryDelayMs, onError } = deps;
  const by = bySystem('payments.refund');
  const waitSeconds = retryDelayMs(refund.attempts) / 1_000;
  try {
    const reported = await requestRefund(deps, refund);
    await database.transaction((tx) => applyRefundState(tx, refund.id, reported, by));
    if (reported.state === 'PENDING') {
      await postponeRefund(database, refund.id, waitSeconds, reported.providerRefundId, null);
    }
  } catch (error) {
    if (error instanceof ProviderRefusedError) {
      const reported = {
        state: 'FAILED',
        providerRefundId: null,
        failure: shortMessage(error),
      } as const;
      await database.transaction((tx) => applyRefundState(tx, refund.id, reported, by));
      return;
    }
    onError(error);
    await postponeRefund(database, refund.id, waitSeconds, null, shortMessage(error));
  }
}

async function requestRefund({ provider }: SettleDependencies, refund: DueRefundRow) {
  const { id, providerRefundId, paymentId, providerReference, amountMinor, currency } = refund;
  if (providerRefundId !== null) {
    const found = await provider.findRefund({ refundId: id, providerRefundId, providerReference });
    if (found !== null) return found;
  }
  return provider.refund({ refundId: id, paymentId, providerReference, amountMinor, currency });
}
