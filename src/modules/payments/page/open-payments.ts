import type { Database, Transaction } from '../../../database/database.ts';
import type { PaymentProvider } from '../../../drivers/payments/payment-provider.ts';
import type { Actor, Caller, Cause } from '../../../shared/caller.ts';
import { isStaff } from '../../../shared/caller.ts';
import { CodedError } from '../../../shared/errors.ts';
import { newId } from '../../../shared/ids.ts';
import { findCustomers } from '../../accounts/index.ts';
import {
  isPaid,
  lockOrdersForPayment,
  type OrderForPayment,
  ordersErrors,
  recordPayments,
} from '../../orders/index.ts';
import { paymentsErrors } from '../errors.ts';
import { buildPaymentFact } from '../ledger/record-facts.ts';
import { endOtherPayments, markPayment, type PaymentRow, type SessionRequest } from '../queries.ts';
import { findUnclosedPayments, insertPayments } from './queries.ts';

/** Somebody wants to pay an order. */
export interface PaymentRequest {
  readonly orderId: string;
  readonly caller: Caller;
  readonly actor: Actor;
  readonly cause: Cause;
}

export type OpenedPayment =
  | { readonly kind: 'opened'; readonly payment: PaymentRow }
  | { readonly kind: 'refused'; readonly error: CodedError };

export interface OpenPaymentsRules {
  readonly provider: PaymentProvider;
  /** Customers come back to `/shop` below it. */
  readonly publicUrl: string;
}

/**
 * Makes the payments of a batch of orders, or finds those that are open, in one transaction; the provider is asked after
 * it. An order stands in a batch once. A refusal of one leaves the others alone.
 */
export function openPayments(
  database: Database,
  rules: OpenPaymentsRules,
  requests: readonly PaymentRequest[],
): Promise<OpenedPayment[]> {
  return database.transaction(async (tx) => {
    const orderIds = requests.map(({ orderId }) => orderId);
    const [orders, unclosed] = await Promise.all([
      lockOrdersForPayment(tx, orderIds),
      findUnclosedPayments(tx, orderIds),
    ]);
    const open = unclosed.filter(({ status }) => status === 'OPEN');
    const openByOrder = new Map(open.map((payment) => [payment.orderId, payment]));
    const toMake: { readonly order: OrderForPayment; readonly wish: PaymentRequest }[] = [];
    const outcomes = new Map<PaymentRequest, OpenedPayment>();
    for (const wish of requests) {
      const order = orders.get(wish.orderId);
      const refusal = findRefusal(order, wish.caller);
      const standing = openByOrder.get(wish.orderId);
      if (refusal !== null) outcomes.set(wish, { kind: 'refused', error: refusal });
      else if (standing?.provider === rules.provider.name) {
        outcomes.set(wish, { kind: 'opened', payment: standing });
      } else {
        // Another provider is configured since: nobody is sent to the old one any more.
        if (standing !== undefined) await markPayment(tx, standing.id, 'EXPIRED', null);
        toMake.push({ order: order!, wish });
      }
    }
    const made = await insertNewPayments(tx, rules, toMake, unclosed.length > 0);
    for (const [wish, payment] of made) outcomes.set(wish, { kind: 'opened', payment });
    return requests.map((wish) => outcomes.get(wish)!);
  });
}

/** Null: it may be paid. A machine opens the page for the customer whom it placed the order for; people pay their own. */
function findRefusal(order: OrderForPayment | undefined, caller: Caller): CodedError | null {
  if (order === undefined || !(isStaff(caller) || order.customerId === caller.id)) {
    return new CodedError(ordersErrors.notFound);
  }
  return isPayable(order) ? null : new CodedError(paymentsErrors.notPayable);
}

/** One that waits for its payment, or that was confirmed by hand and is not over. */
function isPayable({ status, paymentStatus }: OrderForPayment): boolean {
  const awaited =
    status === 'PENDING' || status === 'CONFIRMED' || status === 'PREPARING' || status === 'READY';
  return awaited && !isPaid(paymentStatus);
}

/** The last that its transaction does. */
async function insertNewPayments(
  tx: Transaction,
  { provider, publicUrl }: OpenPaymentsRules,
  wanted: readonly { readonly order: OrderForPayment; readonly wish: PaymentRequest }[],
  /** Whether any of these orders may have another page on which somebody could pay. */
  hasOthers: boolean,
): Promise<Map<PaymentRequest, PaymentRow>> {
  if (wanted.length === 0) return new Map();
  const customers = await findCustomers(tx, [
    ...new Set(wanted.map(({ order }) => order.customerId)),
  ]);
  const emails = new Map(customers.map(({ id, email }) => [id, email]));
  const rows = wanted.map(({ order }) => {
    const request: SessionRequest = {
      orderNumber: order.number,
      customerEmail: emails.get(order.customerId) ?? '',
      returnUrl: `${publicUrl}/shop?order=${order.id}`,
      expiresAt: order.expiresAt?.toISOString() ?? null,
    };
    return {
      id: newId(),
      order_id: order.id,
      provider: provider.name,
      amount_minor: order.totalMinor,
      currency: order.currency,
      session_request: request,
    };
  });
  const [inserted] = await tx.commitBehind(
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
        wanted.map(({ order, wish: { actor, cause } }, index) => {
          const { id, amount_minor: amountMinor, currency } = rows[index]!;
          const fact = buildPaymentFact('payment.initiated', { id, amountMinor, currency });
          const paymentStatus = 'PENDING';
          return { order, paymentStatus, facts: [fact], actor, cause, confirms: false };
        }),
      ),
    ]),
  );
  const byOrder = new Map(inserted.map((payment) => [payment.orderId, payment]));
  return new Map(wanted.map(({ order, wish }) => [wish, byOrder.get(order.id)!]));
}
