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
  /** Differences that were missing here and were repaired: put into the inbox or recorded. */
  readonly healed: readonly Difference[];
  /** Differences that cannot be repaired automatically and need a person. */
  readonly differing: readonly Difference[];
  /** Those for which the provider did not respond. */
  readonly unreachable: readonly Difference[];
}

export interface Difference {
  /** The id of the payment or the refund. */
  readonly id: string;
  readonly what: string;
}

type Finding = Difference & { readonly kind: 'healed' | 'differing' | 'unreachable' };

/**
 * Compares what changed since with the provider's records. A missed webhook is put into the inbox under an id derived
 * from its contents, so that it is processed like any other and only once, even if several servers reconcile at the
 * same time.
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
  const select = (kind: Finding['kind']): Difference[] =>
    findings.filter((one) => one.kind === kind).map(({ id, what }) => ({ id, what }));
  return {
    payments,
    refunds,
    healed: select('healed'),
    differing: select('differing'),
    unreachable: select('unreachable'),
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
    return [{ kind: 'differing', id: payment.id, what: 'the provider does not have its session' }];
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
        `the charge ${capture.providerReference} was paid at the provider and was missing here`,
      );
    } else if (
      known.amountMinor !== capture.amountMinor ||
      known.currency !== capture.currency ||
      known.paymentId !== payment.id
    ) {
      const what = `the charge ${capture.providerReference} differs between the provider and us`;
      findings.push({ kind: 'differing', id: payment.id, what });
    }
  }
  const atProvider = new Set(state.captures.map(({ providerReference }) => providerReference));
  for (const { providerReference, kind } of await findCapturesOfPayment(database, payment.id)) {
    if (atProvider.has(providerReference)) continue;
    const what =
      kind === 'matched'
        ? 'captured here but not paid at the provider'
        : `the charge ${providerReference} is known here but not at the provider`;
    findings.push({ kind: 'differing', id: payment.id, what });
  }
  if (payment.status === 'OPEN' && (state.state === 'FAILED' || state.state === 'EXPIRED')) {
    const kind = state.state === 'FAILED' ? 'failed' : 'expired';
    const reported = reportedBy(`reconcile:${kind}:${payment.id}`, kind);
    await repair(
      { ...reported, kind, paymentId: payment.id, reason: null },
      `${kind} at the provider but open here`,
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
      return [{ kind: 'differing', id, what: 'the provider does not have it' }];
    if (reported.state === status || reported.state === 'PENDING') return [];
    const by = bySystem('payments.reconcile');
    await database.transaction((tx) => applyRefundState(tx, id, reported, by));
    return [{ kind: 'healed', id, what: `${status} here but ${reported.state} at the provider` }];
  } catch (error) {
    return [{ kind: 'unreachable', id, what: shortMessage(error) }];
  }
}
