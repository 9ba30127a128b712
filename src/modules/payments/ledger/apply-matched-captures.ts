import type { Transaction } from '../../../database/database.ts';
import type { ProviderCapture, ProviderEvent } from '../../../drivers/payments/payment-provider.ts';
import type { Cause } from '../../../shared/caller.ts';
import { isId, newId } from '../../../shared/ids.ts';
import { type OrderForPayment, recordPayments } from '../../orders/index.ts';
import { endOtherPayments, type PaymentRow } from '../queries.ts';
import { findCaptures, insertCaptures, lockOrdersOfPayments } from './capture-queries.ts';
import { decideCapture } from './decide-capture.ts';
import { findOtherPayments, markAllCaptured } from './payment-queries.ts';
import { buildCaptureFact, byProvider } from './record-facts.ts';

/** What a provider told, wherever it is kept. */
export interface ProviderReport {
  readonly provider: string;
  readonly event: ProviderEvent;
  readonly cause: Cause;
}

/** A charge that may just pay its order. */
interface Candidate<Told> {
  readonly report: Told;
  readonly paymentId: string;
  readonly capture: ProviderCapture;
}

interface CaptureMatch<Told> extends Candidate<Told> {
  readonly payment: PaymentRow;
  readonly order: OrderForPayment;
}

export interface CaptureMatches<Told> {
  readonly matches: readonly CaptureMatch<Told>[];
  /** Whether another page of one of these orders is there on which somebody may still pay. */
  readonly hasOthers: boolean;
}

/**
 * Finds those events of a batch that are charges which just pay their orders, and locks these. What a charge is says
 * `decideCapture`, here as everywhere. The rest is left for a closer look, one by one; so is the charge of an order that
 * somebody else is working on, since nobody waits for one order with all the others locked.
 */
export async function findMatches<Told extends ProviderReport>(
  tx: Transaction,
  reports: readonly Told[],
): Promise<CaptureMatches<Told>> {
  const candidates = findCandidates(reports);
  if (candidates.length === 0) return { matches: [], hasOthers: false };
  const paymentIds = candidates.map(({ paymentId }) => paymentId);
  // In one trip, and the payments seen after their orders are locked: under that lock no other one is made.
  const [orders, payments, known] = await Promise.all([
    lockOrdersOfPayments(tx, paymentIds),
    findOtherPayments(tx, paymentIds),
    findCaptures(
      tx,
      candidates.map(({ report: reports }) => reports.provider),
      candidates.map(({ capture }) => capture.providerReference),
    ),
  ]);
  const ordersById = new Map(orders.map((order) => [order.id, order]));
  const paymentsById = new Map(payments.map((payment) => [payment.id, payment]));
  const knownCharges = new Set(known.map((one) => `${one.provider}:${one.providerReference}`));
  const paidHere = new Set<string>();
  // Their flagged money goes back once they are paid, which is more than just paying them.
  const flaggedOrders = new Set(
    payments.filter(({ status }) => status === 'FLAGGED').map(({ orderId }) => orderId),
  );
  const matches = candidates.flatMap((candidate) => {
    const { report: reports, paymentId, capture } = candidate;
    const payment = paymentsById.get(paymentId);
    const order = ordersById.get(payment?.orderId ?? '');
    if (payment === undefined || order === undefined || payment.provider !== reports.provider)
      return [];
    const isKnown = knownCharges.has(`${reports.provider}:${capture.providerReference}`);
    const decision = decideCapture({ isKnown, capture, payment, order });
    // Of two payments of one order the second is a surplus, which it shows once the first is there.
    if (decision.kind !== 'matched' || paidHere.has(order.id) || flaggedOrders.has(order.id))
      return [];
    paidHere.add(order.id);
    return [{ ...candidate, payment, order }];
  });
  const captured = new Set(matches.map(({ payment }) => payment.id));
  const hasOthers = payments.some(({ id, closedAt }) => closedAt === null && !captured.has(id));
  return { matches, hasOthers };
}

/** Does what matching charges mean: a handful of statements for all of them, in one trip. */
export async function writeMatches(
  tx: Transaction,
  { matches, hasOthers }: CaptureMatches<ProviderReport>,
): Promise<void> {
  if (matches.length === 0) return;
  const captures = matches.map(({ report: told, payment, order, capture }) => ({
    id: newId(),
    provider: told.provider,
    provider_reference: capture.providerReference,
    payment_id: payment.id,
    order_id: order.id,
    amount_minor: capture.amountMinor,
    currency: capture.currency,
  }));
  const paymentIds = matches.map(({ payment }) => payment.id);
  await Promise.all([
    insertCaptures(tx, JSON.stringify(captures)),
    markAllCaptured(
      tx,
      paymentIds,
      matches.map(({ capture }) => capture.providerReference),
    ),
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

/** The first event of each payment and each charge; a second one has to see what the first one did. */
function findCandidates<Told extends ProviderReport>(all: readonly Told[]): Candidate<Told>[] {
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
