import { statement } from '../../database/statement.ts';
import type { PaymentState } from './payment.ts';

/** The request to the provider, stored until it succeeds, because a repeat under the same key must be the same request. */
export interface SessionRequest {
  readonly orderNumber: string;
  /** Null: unknown. */
  readonly customerEmail: string | null;
  readonly returnUrl: string;
  /** RFC 3339. */
  readonly expiresAt: string | null;
}

export interface PaymentRow {
  id: string;
  orderId: string | null;
  provider: string;
  status: PaymentState;
  amountMinor: number;
  currency: string;
  capturedMinor: number;
  refundedMinor: number;
  providerReference: string | null;
  /** Null once there is a session. */
  sessionRequest: SessionRequest | null;
  sessionId: string | null;
  checkoutUrl: string | null;
  closedAt: Date | null;
  attempts: number;
  createdAt: Date;
  updatedAt: Date;
}

export const paymentColumns = `
  payments.id, payments.order_id as "orderId", payments.provider, payments.status,
  payments.amount_minor as "amountMinor", payments.currency, payments.captured_minor as "capturedMinor",
  payments.refunded_minor as "refundedMinor", payments.provider_reference as "providerReference",
  payments.session_request as "sessionRequest", payments.session_id as "sessionId",
  payments.checkout_url as "checkoutUrl", payments.closed_at as "closedAt", payments.attempts,
  payments.created_at as "createdAt", payments.updated_at as "updatedAt"`;

export const findPayment = statement<[id: string], PaymentRow>(
  'payments.find',
  `select ${paymentColumns}
     from payments
    where payments.id = $1::uuid`,
);

/** Payments that do not exist are left out. */
export const findPayments = statement<[ids: readonly string[]], PaymentRow>(
  'payments.find_several',
  `select ${paymentColumns}
     from payments
    where payments.id = any($1::uuid[])`,
);

export const lockPayment = statement<[id: string], PaymentRow>(
  'payments.lock',
  `select ${paymentColumns}
     from payments
    where payments.id = $1::uuid
      for no key update`,
);

/** A null `reference` leaves the stored one unchanged. */
export const markPayment = statement<
  [id: string, status: 'FAILED' | 'EXPIRED' | 'FLAGGED', reference: string | null],
  PaymentRow
>(
  'payments.mark',
  `update payments
      set status = $2::text,
          provider_reference = coalesce($3::text, provider_reference),
          updated_at = now()
    where id = $1::uuid
   returning ${paymentColumns}`,
);

/**
 * Marks a payment's page as closed at the provider, so that it can no longer be paid there. Nothing is asked for under the
 * request of a page any more.
 */
export const markClosed = statement<[id: string], never>(
  'payments.mark_closed',
  `update payments
      set closed_at = coalesce(closed_at, now()),
          session_request = null,
          next_attempt_at = null
    where id = $1::uuid`,
);

/** Ends other payments of these orders whose pages could still be paid; the pages are closed at the provider. */
export const endOtherPayments = statement<
  [orderIds: readonly string[], exceptIds: readonly string[]],
  never
>(
  'payments.end_others',
  `update payments
      set status = case status when 'OPEN' then 'EXPIRED' else status end,
          next_attempt_at = now(),
          updated_at = now()
    where order_id = any($1::uuid[])
      and id <> all($2::uuid[])
      and closed_at is null
      and next_attempt_at is null`,
);

/**
 * Ends a batch of payments whose orders have ended: OPEN becomes EXPIRED, and the pages are due to be closed. A
 * concurrent capture either locks the row first or sees the ended order.
 */
export const endPaymentsOfEndedOrders = statement<[limit: number], { id: string }>(
  'payments.end_of_ended_orders',
  `update payments
      set status = case status when 'OPEN' then 'EXPIRED' else status end,
          next_attempt_at = now(),
          updated_at = now()
    where id in (
      select payments.id
        from payments
        join orders on orders.id = payments.order_id
       where payments.closed_at is null
         and payments.next_attempt_at is null
         and orders.status in ('CANCELLED', 'FAILED', 'COMPLETED')
       limit $1::integer
         for no key update of payments skip locked)
   returning id`,
);

/** Leases sessions that are due to be closed, for `leaseSeconds`; after that another server may try. */
export const leaseClosings = statement<
  [provider: string, limit: number, leaseSeconds: number],
  PaymentRow
>(
  'payments.lease_closings',
  `update payments
      set next_attempt_at = now() + $3::double precision * interval '1 second',
          attempts = attempts + 1
    where id in (
      select id
        from payments
       where next_attempt_at <= now()
         and provider = $1::text
       order by next_attempt_at
       limit $2::integer
         for no key update skip locked)
   returning ${paymentColumns}`,
);

export const postponeClosing = statement<[id: string, seconds: number], never>(
  'payments.postpone_closing',
  `update payments
      set next_attempt_at = now() + $2::double precision * interval '1 second'
    where id = $1::uuid
      and next_attempt_at is not null`,
);

export interface ListedPaymentRow extends PaymentRow {
  orderNumber: string | null;
}

/** Returns payments newest first, before (createdAt, id) if given. */
export const listPayments = statement<
  [
    statuses: readonly string[] | null,
    orderId: string | null,
    beforeAt: string | null,
    beforeId: string | null,
    limit: number,
  ],
  ListedPaymentRow
>(
  'payments.list',
  `select ${paymentColumns}, orders.number as "orderNumber"
     from payments
     left join orders on orders.id = payments.order_id
    where ($1::text[] is null or payments.status = any($1::text[]))
      and ($2::uuid is null or payments.order_id = $2::uuid)
      and ($3::timestamptz is null or (payments.created_at, payments.id) < ($3::timestamptz, $4::uuid))
    order by payments.created_at desc, payments.id desc
    limit $5::integer`,
);

/** Returns payments of a provider that changed since or are OPEN, in id order, for reconciliation. */
export const listForReconciliation = statement<
  [provider: string, since: Date, afterId: string, limit: number],
  PaymentRow
>(
  'payments.list_for_reconciliation',
  `select ${paymentColumns}
     from payments
    where payments.provider = $1::text
      and (payments.updated_at >= $2::timestamptz or payments.status = 'OPEN')
      and payments.session_id is not null
      and payments.id > $3::uuid
    order by payments.id
    limit $4::integer`,
);
