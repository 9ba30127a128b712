import type { Transaction } from '../../database/database.ts';
import type { ProviderCapture, ProviderEvent } from '../../drivers/payments/payment-provider.ts';
import { isId, newId } from '../../shared/ids.ts';
import { lockOrdersForPayment, type OrderForPayment, recordPayments } from '../orders/index.ts';
import { findCaptures, insertCaptures } from './capture-queries.ts';
import { decideCapture } from './decide-capture.ts';
import type { InboxRow } from './inbox-queries.ts';
import {
  endOtherPayments,
  findPayments,
  lockPaymentsOfOrders,
  markAllCaptured,
  type PaymentRow,
} from './queries.ts';
import { byProvider, captureFact } from './record-facts.ts';

/** A charge that may just pay its order. */
interface Candidate {
  readonly row: InboxRow;
  readonly paymentId: string;
  readonly capture: ProviderCapture;
}

interface Match extends Candidate {
  readonly payment: PaymentRow;
  readonly order: OrderForPayment;
}

interface Matches {
  readonly matches: readonly Match[];
  /** Payments of the orders at hand on whose pages somebody may still pay. */
  readonly unclosed: readonly PaymentRow[];
}

/**
 * Applies those events of a batch that are charges which match: they pay their orders, a handful of statements for all of
 * them. Gives which were; the rest, all that needs a closer look, is left for the caller to apply one by one. What a
 * charge is says `decideCapture`, here as there.
 */
export async function applyMatchedCaptures(
  tx: Transaction,
  rows: readonly InboxRow[],
): Promise<readonly InboxRow[]> {
  const candidates = candidatesOf(rows);
  if (candidates.length === 0) return [];
  const { matches, unclosed } = await findMatches(tx, candidates);
  if (matches.length === 0) return [];
  const captures = matches.map(({ row, payment, order, capture }) => ({
    id: newId(),
    provider: row.provider,
    provider_reference: capture.providerReference,
    payment_id: payment.id,
    order_id: order.id,
    amount_minor: capture.amountMinor,
    currency: capture.currency,
  }));
  const paymentIds = matches.map(({ payment }) => payment.id);
  const captured = new Set(paymentIds);
  await Promise.all([
    insertCaptures(tx, JSON.stringify(captures)),
    markAllCaptured(
      tx,
      paymentIds,
      matches.map(({ capture }) => capture.providerReference),
    ),
    unclosed.some(({ id }) => !captured.has(id))
      ? endOtherPayments(
          tx,
          matches.map(({ order }) => order.id),
          paymentIds,
        )
      : [],
    recordPayments(
      tx,
      matches.map(({ row, order, payment, capture }) => ({
        order,
        paymentStatus: 'PAID',
        facts: [captureFact('payment.captured', { paymentId: payment.id, ...capture })],
        confirms: true,
        ...byProvider(row.cause),
      })),
    ),
  ]);
  return matches.map(({ row }) => row);
}

/** The first event of each payment and each charge; a second one has to see what the first one did. */
function candidatesOf(rows: readonly InboxRow[]): Candidate[] {
  const taken = new Set<string>();
  return rows.flatMap((row) => {
    const event = row.payload as ProviderEvent;
    if (event.kind !== 'captured' || !isId(event.paymentId)) return [];
    const { paymentId, capture } = event;
    const names = [paymentId, `${row.provider}:${capture.providerReference}`];
    if (names.some((name) => taken.has(name))) return [];
    for (const name of names) taken.add(name);
    return [{ row, paymentId, capture }];
  });
}

/** Those that match, with the rows of their orders and payments locked in the one order. */
async function findMatches(tx: Transaction, candidates: readonly Candidate[]): Promise<Matches> {
  const paymentIds = candidates.map(({ paymentId }) => paymentId);
  const found = await findPayments(tx, paymentIds);
  const orderIds = found.flatMap(({ orderId }) => (orderId === null ? [] : [orderId]));
  const [orders, locked, known] = await Promise.all([
    lockOrdersForPayment(tx, orderIds),
    lockPaymentsOfOrders(tx, orderIds),
    findCaptures(
      tx,
      candidates.map(({ row }) => row.provider),
      candidates.map(({ capture }) => capture.providerReference),
    ),
  ]);
  const payments = new Map(locked.map((payment) => [payment.id, payment]));
  const knownCharges = new Set(known.map((one) => `${one.provider}:${one.providerReference}`));
  const paidHere = new Set<string>();
  const matches = candidates.flatMap((candidate) => {
    const { row, paymentId, capture } = candidate;
    const payment = payments.get(paymentId);
    const order = orders.get(payment?.orderId ?? '');
    if (payment === undefined || order === undefined || payment.provider !== row.provider)
      return [];
    const isKnown = knownCharges.has(`${row.provider}:${capture.providerReference}`);
    const decision = decideCapture({ isKnown, capture, payment, order });
    // Of two payments of one order the second is a surplus, which it shows once the first is there.
    if (decision.kind !== 'matched' || paidHere.has(order.id)) return [];
    paidHere.add(order.id);
    return [{ ...candidate, payment, order }];
  });
  return { matches, unclosed: locked.filter(({ closedAt }) => closedAt === null) };
}
