import { statement } from '../../../database/statement.ts';
import type { RefundState } from '../../../drivers/payments/payment-provider.ts';
import type { RefundCause } from '../payment.ts';

export interface RefundRow {
  id: string;
  captureId: string;
  paymentId: string;
  orderId: string | null;
  cause: RefundCause;
  amountMinor: number;
  currency: string;
  reason: string;
  status: RefundState;
  providerRefundId: string | null;
  attempts: number;
  createdAt: Date;
}

const refundColumns = `
  payment_refunds.id, payment_refunds.capture_id as "captureId", payment_refunds.payment_id as "paymentId",
  payment_refunds.order_id as "orderId", payment_refunds.cause, payment_refunds.amount_minor as "amountMinor",
  payment_refunds.currency, payment_refunds.reason, payment_refunds.status,
  payment_refunds.provider_refund_id as "providerRefundId", payment_refunds.attempts,
  payment_refunds.created_at as "createdAt"`;

/** Inserts a refund: PENDING and due at once, or in the state that the provider reported (`cause` 'provider'). */
export const insertRefund = statement<
  [
    id: string,
    captureId: string,
    paymentId: string,
    orderId: string | null,
    cause: RefundCause,
    amountMinor: number,
    currency: string,
    reason: string,
    status: 'PENDING' | 'SUCCEEDED',
    providerRefundId: string | null,
    actorId: string | null,
  ],
  RefundRow
>(
  'payments.insert_refund',
  `insert into payment_refunds (id, capture_id, payment_id, order_id, cause, amount_minor, currency, reason,
                                status, provider_refund_id, next_attempt_at, actor_id)
   values ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::text, $6::bigint, $7::text, $8::text,
           $9::text, $10::text, case $9::text when 'PENDING' then now() end, $11::uuid)
   returning ${refundColumns}`,
);

/** Finds a refund by our id, or by the provider's. */
export const findRefund = statement<
  [id: string | null, provider: string, providerRefundId: string],
  RefundRow
>(
  'payments.find_refund',
  `select ${refundColumns}
     from payment_refunds
     join payments on payments.id = payment_refunds.payment_id
    where payments.provider = $2::text
      and (payment_refunds.id = $1::uuid
           or ($1::uuid is null and payment_refunds.provider_refund_id = $3::text))
    limit 1`,
);

export const findRefundById = statement<[id: string], RefundRow>(
  'payments.find_refund_by_id',
  `select ${refundColumns}
     from payment_refunds
    where payment_refunds.id = $1::uuid`,
);

export const lockRefund = statement<[id: string], RefundRow>(
  'payments.lock_refund',
  `select ${refundColumns}
     from payment_refunds
    where id = $1::uuid
      for no key update`,
);

/** Finds a refund of ours for this money that has no response yet; a report of the provider may be about it. */
export const findUnansweredRefund = statement<[captureId: string], { id: string }>(
  'payments.find_unanswered_refund',
  `select id
     from payment_refunds
    where capture_id = $1::uuid
      and status = 'PENDING'
      and provider_refund_id is null
    limit 1`,
);

/** Ends a refund with the state that the provider reported. */
export const settleRefund = statement<
  [
    id: string,
    status: 'SUCCEEDED' | 'FAILED',
    providerRefundId: string | null,
    failure: string | null,
  ],
  RefundRow
>(
  'payments.settle_refund',
  `update payment_refunds
      set status = $2::text,
          provider_refund_id = coalesce($3::text, provider_refund_id),
          last_error = $4::text,
          next_attempt_at = null,
          updated_at = now()
    where id = $1::uuid
   returning ${refundColumns}`,
);

/** Sets when to call the provider again: it has the refund but has not finished it, or the call failed. */
export const postponeRefund = statement<
  [id: string, seconds: number, providerRefundId: string | null, error: string | null],
  never
>(
  'payments.postpone_refund',
  `update payment_refunds
      set next_attempt_at = now() + $2::double precision * interval '1 second',
          provider_refund_id = coalesce($3::text, provider_refund_id),
          last_error = $4::text
    where id = $1::uuid
      and status = 'PENDING'`,
);

export interface DueRefundRow extends RefundRow {
  provider: string;
  providerReference: string;
}

/**
 * Leases refunds that are due to be requested, for `leaseSeconds`; after that another server may request them, under
 * the same key.
 */
export const leaseRefunds = statement<
  [provider: string, limit: number, leaseSeconds: number],
  DueRefundRow
>(
  'payments.lease_refunds',
  `with due as (
     select payment_refunds.id, payment_captures.provider, payment_captures.provider_reference
       from payment_refunds
       join payment_captures on payment_captures.id = payment_refunds.capture_id
      where payment_refunds.next_attempt_at <= now()
        and payment_captures.provider = $1::text
      order by payment_refunds.next_attempt_at
      limit $2::integer
        for no key update of payment_refunds skip locked)
   update payment_refunds
      set next_attempt_at = now() + $3::double precision * interval '1 second',
          attempts = attempts + 1
     from due
    where payment_refunds.id = due.id
   returning ${refundColumns}, due.provider, due.provider_reference as "providerReference"`,
);

export interface SettledRefundRow extends RefundRow {
  providerReference: string;
}

/** Returns refunds known to the provider that changed since and are not final, for reconciliation. */
export const listSettledRefunds = statement<
  [provider: string, since: Date, afterId: string, limit: number],
  SettledRefundRow
>(
  'payments.list_settled_refunds',
  `select ${refundColumns}, payment_captures.provider_reference as "providerReference"
     from payment_refunds
     join payment_captures on payment_captures.id = payment_refunds.capture_id
    where payment_captures.provider = $1::text
      and payment_refunds.updated_at >= $2::timestamptz
      and payment_refunds.provider_refund_id is not null
      and payment_refunds.status <> 'FAILED'
      and payment_refunds.id > $3::uuid
    order by payment_refunds.id
    limit $4::integer`,
);
