import type { Database } from '../../../database/database.ts';
import type {
  PaymentProvider,
  ProviderEvent,
  ProviderSessionState,
} from '../../../drivers/payments/payment-provider.ts';
import type { Cause } from '../../../shared/caller.ts';
import { mapConcurrently } from '../../../shared/map-concurrently.ts';
import { storeEvents } from '../inbox/store-events.ts';
import { applyRefundState } from '../ledger/apply-refund.ts';
import { findCapture, findCapturesOfPayment } from '../ledger/capture-queries.ts';
import { bySystem } from '../ledger/record-facts.ts';
import { listSettledRefunds, type SettledRefundRow } from '../ledger/refund-queries.ts';
import { listForReconciliation, type PaymentRow } from '../queries.ts';
import { shortMessage } from '../short-message.ts';

const PAGE_SIZE = 100;
const CALLS_MAX = 5;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const cause: Cause = { requestId: null, traceId: null, job: 'payments.reconcile' };

export interface ReconcileDependencies {
  readonly database: Database;
  readonly provider: PaymentProvider;
}

export interface ReconcileReport {
  readonly payments: number;
  readonly refunds: number;
  /** What the provider knew and we did not; it was put into the inbox or written down. */
  readonly healed: readonly Difference[];
  /** What nothing heals by itself: somebody has to look. */
  readonly differing: readonly Difference[];
  /** The provider did not answer for these. */
  readonly unreachable: readonly Difference[];
}

export interface Difference {
  /** Of the payment or the refund. */
  readonly id: string;
  readonly what: string;
}

type Finding = Difference & { readonly kind: 'healed' | 'differing' | 'unreachable' };

/**
 * Holds what changed since against what the provider says. What a webhook should have told is put into the inbox under an
 * id that follows from what it says, so that it takes the same way, once, however many servers reconcile at a time.
 */
export async function reconcilePayments(
  { database, provider }: ReconcileDependencies,
  { since }: { readonly since: Date },
): Promise<ReconcileReport> {
  const findings: Finding[] = [];
  const payments = await forEachPage(
    (afterId) => listForReconciliation(database, provider.name, since, afterId, PAGE_SIZE),
    async (payment) => findings.push(...(await comparePayment(database, provider, payment))),
  );
  const refunds = await forEachPage(
    (afterId) => listSettledRefunds(database, provider.name, since, afterId, PAGE_SIZE),
    async (refund) => findings.push(...(await compareRefund(database, provider, refund))),
  );
  const forProvider = (kind: Finding['kind']): Difference[] =>
    findings.filter((one) => one.kind === kind).map(({ id, what }) => ({ id, what }));
  return {
    payments,
    refunds,
    healed: forProvider('healed'),
    differing: forProvider('differing'),
    unreachable: forProvider('unreachable'),
  };
}

async function forEachPage<Row extends { id: string }>(
  read: (afterId: string) => Promise<readonly Row[]>,
  work: (row: Row) => Promise<unknown>,
): Promise<number> {
  let count = 0;
  for (let afterId = FIRST_ID; ; ) {
    const rows = await read(afterId);
    await mapConcurrently(rows, CALLS_MAX, work);
    count += rows.length;
    if (rows.length < PAGE_SIZE) return count;
    afterId = rows.at(-1)!.id;
  }
}

async function comparePayment(
  database: Database,
  provider: PaymentProvider,
  payment: PaymentRow,
): Promise<Finding[]> {
  let state: ProviderSessionState | null;
  try {
    state = await provider.findSession(payment.sessionId ?? '');
  } catch (error) {
    return [{ kind: 'unreachable', id: payment.id, what: shortMessage(error) }];
  }
  if (state === null) {
    return [{ kind: 'differing', id: payment.id, what: 'the provider does not know its session' }];
  }
  const findings: Finding[] = [];
  const repair = async (event: ProviderEvent, what: string) => {
    const [stored] = await storeEvents(database, [{ provider: provider.name, event, cause }]);
    if (stored === 'received') findings.push({ kind: 'healed', id: payment.id, what });
  };
  for (const capture of state.captures) {
    const [known] = await findCapture(database, provider.name, capture.providerReference);
    if (known === undefined) {
      const id = `reconcile:captured:${capture.providerReference}`;
      await repair(
        { ...reportedBy(id, 'captured'), kind: 'captured', paymentId: payment.id, capture },
        `paid there by ${capture.providerReference} and unknown here`,
      );
    } else if (
      known.amountMinor !== capture.amountMinor ||
      known.currency !== capture.currency ||
      known.paymentId !== payment.id
    ) {
      const what = `the charge ${capture.providerReference} is not the same there and here`;
      findings.push({ kind: 'differing', id: payment.id, what });
    }
  }
  const there = new Set(state.captures.map(({ providerReference }) => providerReference));
  for (const { providerReference, kind } of await findCapturesOfPayment(database, payment.id)) {
    if (there.has(providerReference)) continue;
    const what =
      kind === 'matched'
        ? 'captured here and not paid there'
        : `the charge ${providerReference} is known here and not there`;
    findings.push({ kind: 'differing', id: payment.id, what });
  }
  if (payment.status === 'OPEN' && (state.state === 'FAILED' || state.state === 'EXPIRED')) {
    const kind = state.state === 'FAILED' ? 'failed' : 'expired';
    const reported = reportedBy(`reconcile:${kind}:${payment.id}`, kind);
    await repair(
      { ...reported, kind, paymentId: payment.id, reason: null },
      `${kind} there and open here`,
    );
  }
  return findings;
}

function reportedBy(id: string, what: string) {
  return { id, type: `reconciliation.${what}`, createdAt: null };
}

async function compareRefund(
  database: Database,
  provider: PaymentProvider,
  { id, providerRefundId, providerReference, status }: SettledRefundRow,
): Promise<Finding[]> {
  try {
    const reported = await provider.findRefund({
      refundId: id,
      providerRefundId,
      providerReference,
    });
    if (reported === null)
      return [{ kind: 'differing', id, what: 'the provider does not know it' }];
    if (reported.state === status || reported.state === 'PENDING') return [];
    const by = bySystem('payments.reconcile');
    await database.transaction((tx) => applyRefundState(tx, id, reported, by));
    return [{ kind: 'healed', id, what: `${status} here and ${reported.state} there` }];
  } catch (error) {
    return [{ kind: 'unreachable', id, what: shortMessage(error) }];
  }
}
