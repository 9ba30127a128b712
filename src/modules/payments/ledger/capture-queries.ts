import { statement } from '../../../database/statement.ts';
import type { OrderForPayment } from '../../orders/index.ts';
import type { CaptureKind } from '../payment.ts';

export interface CaptureRow {
  id: string;
  provider: string;
  providerReference: string;
  paymentId: string;
  orderId: string | null;
  kind: CaptureKind;
  amountMinor: number;
  currency: string;
  refundAllocatedMinor: number;
  returnCause: 'late' | 'surplus' | null;
  createdAt: Date;
}

const captureColumns = `
  payment_captures.id, payment_captures.provider, payment_captures.provider_reference as "providerReference",
  payment_captures.payment_id as "paymentId", payment_captures.order_id as "orderId", payment_captures.kind,
  payment_captures.amount_minor as "amountMinor", payment_captures.currency,
  payment_captures.taken_minor as "refundAllocatedMinor", payment_captures.return_cause as "returnCause",
  payment_captures.created_at as "createdAt"`;

export const findCapture = statement<[provider: string, reference: string], CaptureRow>(
  'payments.find_capture',
  `select ${captureColumns}
     from payment_captures
    where provider = $1::text
      and provider_reference = $2::text`,
);

/** Locks the orders of these payments in the general lock order; orders locked by another transaction are left out. */
export const lockOrdersOfPayments = statement<[paymentIds: readonly string[]], OrderForPayment>(
  'payments.lock_orders',
  `select orders.id, orders.number, orders.customer_id as "customerId", orders.status,
          orders.payment_status as "paymentStatus", orders.total_minor as "totalMinor", orders.currency,
          orders.expires_at as "expiresAt", orders.last_sequence as "lastSequence"
     from orders
    where orders.id = any(array(select order_id from payments where id = any($1::uuid[])))
    order by orders.id
      for no key update skip locked`,
);

export const lockCapture = statement<[id: string], CaptureRow>(
  'payments.lock_capture',
  `select ${captureColumns}
     from payment_captures
    where id = $1::uuid
      for no key update`,
);

/** Locks the flagged money of an order that has not gone back, including that of its other payments. */
export const lockFlagged = statement<[orderId: string], CaptureRow>(
  'payments.lock_flagged',
  `select ${captureColumns}
     from payment_captures
    where payment_id = any(array(select id from payments where order_id = $1::uuid))
      and kind = 'flagged'
      and taken_minor < amount_minor
    order by created_at, id
      for no key update`,
);

export const insertCapture = statement<
  [
    id: string,
    provider: string,
    reference: string,
    paymentId: string,
    orderId: string | null,
    kind: CaptureKind,
    amountMinor: number,
    currency: string,
    returnCause: 'late' | 'surplus' | null,
    reason: string | null,
  ],
  CaptureRow
>(
  'payments.insert_capture',
  `insert into payment_captures (id, provider, provider_reference, payment_id, order_id, kind,
                                 amount_minor, currency, return_cause, reason)
   values ($1::uuid, $2::text, $3::text, $4::uuid, $5::uuid, $6::text, $7::bigint, $8::text, $9::text, $10::text)
   returning ${captureColumns}`,
);

/**
 * Inserts charges that pay their orders, and marks their payments as paid. `rows`: JSON array with the columns as
 * members.
 */
export const insertMatches = statement<[rows: string], never>(
  'payments.insert_matches',
  `with charge as materialized (
     select *
       from jsonb_to_recordset($1::jsonb) as new_capture
         (id uuid, provider text, provider_reference text, payment_id uuid, order_id uuid, amount_minor bigint,
          currency text)),
   captured as (
     insert into payment_captures (id, provider, provider_reference, payment_id, order_id, kind, amount_minor, currency)
     select id, provider, provider_reference, payment_id, order_id, 'matched', amount_minor, currency
       from charge)
   update payments
      set status = 'CAPTURED',
          captured_minor = payments.captured_minor + payments.amount_minor,
          provider_reference = charge.provider_reference,
          closed_at = coalesce(payments.closed_at, now()),
          next_attempt_at = null,
          updated_at = now()
     from charge
    where payments.id = any(array(select payment_id from charge))
      and payments.id = charge.payment_id`,
);

/** Returns the charges of a payment whose amount is above 0, without a lock. */
export const findCapturesOfPayment = statement<[paymentId: string], CaptureRow>(
  'payments.find_captures_of_payment',
  `select ${captureColumns}
     from payment_captures
    where payment_id = $1::uuid
      and amount_minor > 0`,
);

/** Locks the charges of a payment whose amount is above 0, the one that paid the order first. */
export const lockReturnable = statement<[paymentId: string], CaptureRow>(
  'payments.lock_returnable',
  `select ${captureColumns}
     from payment_captures
    where payment_id = $1::uuid
      and amount_minor > 0
    order by array_position(array['matched', 'flagged', 'surplus'], kind), created_at, id
      for no key update`,
);

/**
 * Changes the amount of a capture that is allocated to refunds; a negative delta releases it. If the capture paid its
 * payment, the payment's refunded amount changes too.
 */
export const changeRefundAllocated = statement<
  [captureId: string, deltaMinor: number],
  { id: string }
>(
  'payments.change_taken',
  `with taken as (
     update payment_captures
        set taken_minor = taken_minor + $2::bigint
      where id = $1::uuid
     returning id, payment_id, kind),
   counted as (
     update payments
        set refunded_minor = refunded_minor + $2::bigint,
            updated_at = now()
       from taken
      where payments.id = taken.payment_id
        and taken.kind = 'matched')
   select id from taken`,
);

/** Returns how much of the capture has been refunded successfully. */
export const sumReturned = statement<[captureId: string], { returnedMinor: number }>(
  'payments.sum_returned',
  `select coalesce(sum(amount_minor), 0)::bigint as "returnedMinor"
     from payment_refunds
    where capture_id = $1::uuid
      and status = 'SUCCEEDED'`,
);

export const markReturned = statement<
  [paymentId: string, status: 'CAPTURED' | 'PARTIALLY_REFUNDED' | 'REFUNDED'],
  never
>(
  'payments.mark_returned',
  `update payments
      set status = $2::text,
          updated_at = now()
    where id = $1::uuid`,
);

export interface DueReturnRow {
  captureId: string;
  orderId: string | null;
}

/**
 * Returns money that must be returned automatically and has no refund yet: late and surplus money, flagged money of
 * orders that have ended or are paid by another charge, and what paid an order that was cancelled. After a failed
 * refund the next one waits, doubling from `baseSeconds`, at most `failuresMax` times; then a person must act.
 */
export const findDueReturns = statement<
  [limit: number, baseSeconds: number, failuresMax: number],
  DueReturnRow
>(
  'payments.find_due_returns',
  `with due as (
     select payment_captures.id, payment_captures.order_id
       from payment_captures
       left join orders on orders.id = payment_captures.order_id
      where (payment_captures.return_cause is not null or payment_captures.kind = 'flagged')
        and payment_captures.taken_minor < payment_captures.amount_minor
        and (payment_captures.return_cause is not null
             or orders.status in ('CANCELLED', 'FAILED', 'COMPLETED')
             or orders.payment_status in ('PAID', 'PARTIALLY_REFUNDED', 'REFUNDED'))
     union
     select payment_captures.id, payment_captures.order_id
       from orders
       join payments on payments.order_id = orders.id
       join payment_captures on payment_captures.payment_id = payments.id
      where orders.status in ('CANCELLED', 'FAILED')
        and orders.payment_status in ('PAID', 'PARTIALLY_REFUNDED')
        and payment_captures.taken_minor < payment_captures.amount_minor)
   select due.id as "captureId", due.order_id as "orderId"
     from due
     left join lateral (
       select count(*) as count, max(updated_at) as last_at
         from payment_refunds
        where capture_id = due.id
          and status = 'FAILED') as failures on true
    where failures.count = 0
       or (failures.count < $3::integer
           and failures.last_at + $2::double precision * power(2, failures.count - 1) * interval '1 second' <= now())
    limit $1::integer`,
);
