import type { Database, Transaction } from '../../../database/database.ts';
import type { PaymentProvider } from '../../../drivers/payments/payment-provider.ts';
import type { Caller, Cause } from '../../../shared/caller.ts';
import { CodedError } from '../../../shared/errors.ts';
import { newId } from '../../../shared/ids.ts';
import {
  findSightRefusal,
  isPaid,
  lockOrdersForPayment,
  type OrderForPayment,
  recordPayments,
  toOrderActor,
} from '../../orders/index.ts';
import { paymentsErrors } from '../errors.ts';
import { buildPaymentFact } from '../ledger/record-facts.ts';
import { endOtherPayments, markPayment, type PaymentRow, type SessionRequest } from '../queries.ts';
import { findPayers, insertPayments } from './queries.ts';

/** A request to pay an order. */
export interface PaymentRequest {
  readonly orderId: string;
  readonly caller: Caller;
  readonly cause: Cause;
}

export type OpenedPayment =
  | { readonly kind: 'opened'; readonly payment: PaymentRow }
  | { readonly kind: 'refused'; readonly error: CodedError };

export interface OpenPaymentsRules {
  readonly provider: PaymentProvider;
  /** Customers return to `/shop` below it. */
  readonly publicUrl: string;
}

/**
 * Creates the payments of a batch of orders, or finds the open ones, in one transaction; the provider is called
 * afterwards. Each order appears once in a batch. A refusal of one does not affect the others.
 */
export function openPayments(
  database: Database,
  rules: OpenPaymentsRules,
  requests: readonly PaymentRequest[],
): Promise<OpenedPayment[]> {
  return database.transaction(async (tx) => {
    const orderIds = requests.map(({ orderId }) => orderId);
    const [orders, payers] = await Promise.all([
      lockOrdersForPayment(tx, orderIds),
      findPayers(tx, orderIds),
    ]);
    const unclosed = payers.filter((row) => row.id !== null);
    const emails = new Map(payers.map(({ ofOrder, email }) => [ofOrder, email]));
    const open = unclosed.filter(({ status }) => status === 'OPEN');
    const openByOrder = new Map(open.map((payment) => [payment.orderId, payment]));
    const toCreate: { readonly order: OrderForPayment; readonly request: PaymentRequest }[] = [];
    const outcomes = new Map<PaymentRequest, OpenedPayment>();
    for (const request of requests) {
      const order = orders.get(request.orderId);
      const refusal = findRefusal(order, request.caller);
      const existing = openByOrder.get(request.orderId);
      if (refusal !== null) outcomes.set(request, { kind: 'refused', error: refusal });
      else if (existing?.provider === rules.provider.name) {
        outcomes.set(request, { kind: 'opened', payment: existing });
      } else {
        // Another provider has been configured since: customers are no longer sent to the old one.
        if (existing !== undefined) await markPayment(tx, existing.id, 'EXPIRED', null);
        toCreate.push({ order: order!, request });
      }
    }
    const created = await insertNewPayments(tx, rules, toCreate, emails, unclosed.length > 0);
    for (const [request, payment] of created) outcomes.set(request, { kind: 'opened', payment });
    return requests.map((request) => outcomes.get(request)!);
  });
}

/**
 * Returns the refusal, or null if the order may be paid. A machine opens the page for the customer whose order it
 * placed; people pay only their own orders.
 */
function findRefusal(order: OrderForPayment | undefined, caller: Caller): CodedError | null {
  const refusal = findSightRefusal(order, caller);
  if (refusal !== null) return refusal;
  return isPayable(order!) ? null : new CodedError(paymentsErrors.notPayable);
}

/** Returns whether an order awaits its payment, or was confirmed manually and has not ended. */
function isPayable({ status, paymentStatus }: OrderForPayment): boolean {
  const awaited =
    status === 'PENDING' || status === 'CONFIRMED' || status === 'PREPARING' || status === 'READY';
  return awaited && !isPaid(paymentStatus);
}

/** The last step of its transaction. */
async function insertNewPayments(
  tx: Transaction,
  { provider, publicUrl }: OpenPaymentsRules,
  wanted: readonly { readonly order: OrderForPayment; readonly request: PaymentRequest }[],
  /** The customers' addresses by order. */
  emails: ReadonlyMap<string, string | null>,
  /** Whether any of these orders may have another page that could be paid. */
  hasOthers: boolean,
): Promise<Map<PaymentRequest, PaymentRow>> {
  if (wanted.length === 0) return new Map();
  const rows = wanted.map(({ order }) => {
    const sessionRequest: SessionRequest = {
      orderNumber: order.number,
      customerEmail: emails.get(order.id) ?? null,
      returnUrl: `${publicUrl}/shop?order=${order.id}`,
      expiresAt: order.expiresAt?.toISOString() ?? null,
    };
    return {
      id: newId(),
      order_id: order.id,
      provider: provider.name,
      amount_minor: order.totalMinor,
      currency: order.currency,
      session_request: sessionRequest,
    };
  });
  const [inserted] = await tx.pipelineCommit(
    Promise.all([
      insertPayments(tx, JSON.stringify(rows)),
      hasOthers
        ? endOtherPayments(
            tx,
            rows.map((row) => row.order_id),
            rows.map((row) => row.id),
          )
        : [],
      recordPayments(
        tx,
        wanted.map(({ order, request: { caller, cause } }, index) => {
          const { id, amount_minor: amountMinor, currency } = rows[index]!;
          const fact = buildPaymentFact('payment.initiated', { id, amountMinor, currency });
          const paymentStatus = 'PENDING';
          const actor = toOrderActor(caller, order);
          return { order, paymentStatus, facts: [fact], actor, cause, confirms: false };
        }),
      ),
    ]),
  );
  const byOrder = new Map(inserted.map((payment) => [payment.orderId, payment]));
  return new Map(wanted.map(({ order, request }) => [request, byOrder.get(order.id)!]));
}
