import type { Database } from '../../../database/database.ts';
import type { PaymentProvider } from '../../../drivers/payments/payment-provider.ts';
import { applyRefundState } from '../ledger/apply-refund.ts';
import { findDueReturns } from '../ledger/capture-queries.ts';
import { bySystem } from '../ledger/record-facts.ts';
import { type DueRefundRow, leaseRefunds, postponeRefund } from '../ledger/refund-queries.ts';
import { returnMoney } from '../ledger/return-money.ts';
import { keepSessions, openSession } from '../page/open-session.ts';
import { isProviderError, shortMessage } from '../provider-errors.ts';
import {
  endPaymentsOfEndedOrders,
  leaseClosings,
  markClosed,
  type PaymentRow,
  postponeClosing,
} from '../queries.ts';
import { backoffSeconds } from './backoff.ts';

const ENDED_MAX = 200;
const RETURNS_MAX = 50;
/** Calls to the provider at a time. */
const CALLS_MAX = 10;
/** Longer than any call takes: after that another server may try, under the same key. */
const LEASE_SECONDS = 60;

export interface SettleDependencies {
  readonly database: Database;
  readonly provider: PaymentProvider;
  readonly retryBaseSeconds: number;
  readonly attemptsMax: number;
  readonly onError: (error: unknown) => void;
}

/**
 * Looks at what is there, whatever events came or were missed: payments of orders that have ended end too, and money
 * that must not stay is asked back. True when there may be more.
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

/** Asks the provider for what is due: pages to be closed and money to be given back. True when there may be more. */
export async function askProvider(deps: SettleDependencies): Promise<boolean> {
  const { database, provider, onError } = deps;
  const [closings, refunds] = await Promise.all([
    leaseClosings(database, provider.name, CALLS_MAX, LEASE_SECONDS),
    leaseRefunds(database, provider.name, CALLS_MAX, LEASE_SECONDS),
  ]);
  // Each on its own: what cannot be written down comes again when its lease is over.
  const calls = await Promise.allSettled([
    ...closings.map((payment) => closePage(deps, payment)),
    ...refunds.map((refund) => sendRefund(deps, refund)),
  ]);
  for (const call of calls) if (call.status === 'rejected') onError(call.reason);
  return closings.length === CALLS_MAX || refunds.length === CALLS_MAX;
}

/** Nobody pays any more on the page of a payment that has ended. Tried until it is closed. */
async function closePage(deps: SettleDependencies, payment: PaymentRow): Promise<void> {
  const { database, provider, retryBaseSeconds, onError } = deps;
  try {
    const sessionId = payment.sessionId ?? (await findPage(deps, payment));
    if (sessionId !== null) await provider.closeSession({ sessionId, key: `${payment.id}-close` });
    await markClosed(database, payment.id);
  } catch (error) {
    onError(error);
    await postponeClosing(database, payment.id, backoffSeconds(payment.attempts, retryBaseSeconds));
  }
}

/**
 * The answer to the opening was lost, so a page may stand open that we cannot name: the same request under the same key
 * names it. Null when the provider refuses it now, since then it never opened one.
 */
async function findPage(
  { database, provider }: SettleDependencies,
  payment: PaymentRow,
): Promise<string | null> {
  try {
    const session = await openSession(provider, payment);
    await keepSessions(database, [{ paymentId: payment.id, session }]);
    return session.sessionId;
  } catch (error) {
    if (isProviderError(error, 'ProviderRefusedError')) return null;
    throw error;
  }
}

/** One call under the refund's id as key. On an unknown outcome it stays PENDING and is asked again, never failed. */
async function sendRefund(deps: SettleDependencies, refund: DueRefundRow): Promise<void> {
  const { database, retryBaseSeconds, onError } = deps;
  const by = bySystem('payments.refund');
  const wait = backoffSeconds(refund.attempts, retryBaseSeconds);
  try {
    const told = await askForRefund(deps, refund);
    await database.transaction((tx) => applyRefundState(tx, refund.id, told, by));
    if (told.state === 'PENDING') {
      await postponeRefund(database, refund.id, wait, told.providerRefundId, null);
    }
  } catch (error) {
    if (isProviderError(error, 'ProviderRefusedError')) {
      const told = {
        state: 'FAILED',
        providerRefundId: null,
        failure: shortMessage(error),
      } as const;
      await database.transaction((tx) => applyRefundState(tx, refund.id, told, by));
      return;
    }
    onError(error);
    await postponeRefund(database, refund.id, wait, null, shortMessage(error));
  }
}

async function askForRefund({ provider }: SettleDependencies, refund: DueRefundRow) {
  const { id, providerRefundId, paymentId, providerReference, amountMinor, currency } = refund;
  if (providerRefundId !== null) {
    const found = await provider.findRefund({ refundId: id, providerRefundId, providerReference });
    if (found !== null) return found;
  }
  return provider.refund({ refundId: id, paymentId, providerReference, amountMinor, currency });
}
