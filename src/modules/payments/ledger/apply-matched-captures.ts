import type { Transaction } from '../../../database/database.ts';
import type { ProviderCapture, ProviderEvent } from '../../../drivers/payments/payment-provider.ts';
import type { Cause } from '../../../shared/caller.ts';
import { isId, newId } from '../../../shared/ids.ts';
import { type OrderForPayment, recordPayments } from '../../orders/index.ts';
import { endOtherPayments, type PaymentRow } from '../queries.ts';
import { insertMatches, lockOrdersOfPayments } from './capture-queries.ts';
import { decideCapture } from './decide-capture.ts';
import { findReportedPayments } from './payment-queries.ts';
import { buildCaptureFact, byProvider } from './record-facts.ts';

/** A provider's report, whether stored in the inbox or just received. */
export interface ProviderReport {
  readonly provider: string;
  readonly event: ProviderEvent;
  readonly cause: Cause;
}

/** A charge that may simply pay its order. */
interface Candidate<Report> {
  readonly report: Report;
  readonly paymentId: string;
  readonly capture: ProviderCapture;
}

interface CaptureMatch<Report> extends Candidate<Report> {
  readonly payment: PaymentRow;
  readonly order: OrderForPayment;
}

export interface CaptureMatches<Report> {
  readonly matches: readonly CaptureMatch<Report>[];
  /** Whether one of these orders has another page that could still be paid. */
  readonly hasOthers: boolean;
}

/**
 * Finds the events of a batch that are charges which simply pay their orders, and locks those orders. `decideCapture`
 * classifies a charge, here as elsewhere. The other events are applied one by one later, and so is the charge of an
 * order that another transaction has locked: waiting for one order would block all others locked here.
 */
export async function findMatches<Report extends ProviderReport>(
  tx: Transaction,
  reports: readonly Report[],
): Promise<CaptureMatches<Report>> {
  const candidates = findCandidates(reports);
  if (candidates.length === 0) return { matches: [], hasOthers: false };
  const paymentIds = candidates.map(({ paymentId }) => paymentId);
  // In one round trip. The payments are read after their orders are locked, because no other payment is created under
  // that lock.
  const [orders, payments] = await Promise.all([
    lockOrdersOfPayments(tx, paymentIds),
    findReportedPayments(
      tx,
      paymentIds,
      candidates.map(({ report }) => report.provider),
      candidates.map(({ capture }) => capture.providerReference),
    ),
  ]);
  const ordersById = new Map(orders.map((order) => [order.id, order]));
  const paymentsById = new Map(payments.map((payment) => [payment.id, payment]));
  const knownCharges = new Set(payments[0]?.knownCharges);
  const paidHere = new Set<string>();
  // Paying these orders also returns their flagged money, which is more than just paying them.
  const flaggedOrders = new Set(
    payments.filter(({ status }) => status === 'FLAGGED').map(({ orderId }) => orderId),
  );
  const matches = candidates.flatMap((candidate) => {
    const { report, paymentId, capture } = candidate;
    const payment = paymentsById.get(paymentId);
    const order = ordersById.get(payment?.orderId ?? '');
    if (payment === undefined || order === undefined || payment.provider !== report.provider)
      return [];
    const isKnown = knownCharges.has(`${report.provider}:${capture.providerReference}`);
    const decision = decideCapture({ isKnown, capture, payment, order });
    // Of two payments of one order the second is a surplus, which is detected once the first is recorded.
    if (decision.kind !== 'matched' || paidHere.has(order.id) || flaggedOrders.has(order.id))
      return [];
    paidHere.add(order.id);
    return [{ ...candidate, payment, order }];
  });
  const captured = new Set(matches.map(({ payment }) => payment.id));
  const hasOthers = payments.some(({ id, closedAt }) => closedAt === null && !captured.has(id));
  return { matches, hasOthers };
}

/** Applies matching charges: a few statements for all of them, in one round trip. */
export async function writeMatches(
  tx: Transaction,
  { matches, hasOthers }: CaptureMatches<ProviderReport>,
): Promise<void> {
  if (matches.length === 0) return;
  const captures = matches.map(({ report, payment, order, capture }) => ({
    id: newId(),
    provider: report.provider,
    provider_reference: capture.providerReference,
    payment_id: payment.id,
    order_id: order.id,
    amount_minor: capture.amountMinor,
    currency: capture.currency,
  }));
  const paymentIds = matches.map(({ payment }) => payment.id);
  await Promise.all([
    insertMatches(tx, JSON.stringify(captures)),
    hasOthers
      ? endOtherPayments(
          tx,
          matches.map(({ order }) => order.id),
          paymentIds,
        )
      : [],
    recordPayments(
      tx,
      matches.map(({ report, order, payment, capture }) => ({
        order,
        paymentStatus: 'PAID',
        facts: [buildCaptureFact('payment.captured', { paymentId: payment.id, ...capture })],
        confirms: true,
        ...byProvider(report.cause),
      })),
    ),
  ]);
}

/** Returns the first event of each payment and each charge; a second one must see the effects of the first. */
function findCandidates<Report extends ProviderReport>(
  all: readonly Report[],
): Candidate<Report>[] {
  const seenPayments = new Set<string>();
  return all.flatMap((report) => {
    const { event } = report;
    if (event.kind !== 'captured' || !isId(event.paymentId)) return [];
    const { paymentId, capture } = event;
    const names = [paymentId, `${report.provider}:${capture.providerReference}`];
    if (names.some((name) => seenPayments.has(name))) return [];
    for (const name of names) seenPayments.add(name);
    return [{ report, paymentId, capture }];
  });
}
