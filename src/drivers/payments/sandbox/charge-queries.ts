import { statement } from '../../../database/statement.ts';
import type { RefundMode } from './schemas.ts';

/** Leaves an existing charge of the same reference unchanged. */
export const insertCharge = statement<
  [
    reference: string,
    sessionReference: string | null,
    paymentId: string,
    amountMinor: number,
    currency: string,
  ],
  { reference: string }
>(
  'sandbox.insert_charge',
  `insert into sandbox.charges (reference, session_reference, payment_id, amount_minor, currency)
   values ($1::text, $2::text, $3::text, $4::bigint, $5::text)
   on conflict (reference) do nothing
   returning reference`,
);

export interface ChargeRow {
  reference: string;
  amountMinor: number;
  currency: string;
}

export const findCharges = statement<[sessionReference: string], ChargeRow>(
  'sandbox.find_charges',
  `select reference, amount_minor as "amountMinor", currency
     from sandbox.charges
    where session_reference = $1::text
    order by created_at, reference`,
);

export interface SessionMoneyRow {
  currency: string;
  chargedMinor: number;
  returnedMinor: number;
}

/** Sums what was charged on a session and what was refunded, by currency. */
export const sumSessionMoney = statement<[sessionReference: string], SessionMoneyRow>(
  'sandbox.sum_session_money',
  `select charge.currency, sum(charge.amount_minor)::bigint as "chargedMinor",
          coalesce(sum(refunds.returned_minor), 0)::bigint as "returnedMinor"
     from sandbox.charges as charge
     left join lateral (
       select sum(amount_minor) as returned_minor
         from sandbox.refunds
        where charge_reference = charge.reference
          and case when settles_at <= now() then settles_as else status end = 'SUCCEEDED') as refunds on true
    where charge.session_reference = $1::text
    group by charge.currency
    order by charge.currency`,
);

/** Finds how the page of the charge's session lets refunds end. No row for a charge without a session. */
export const findRefundMode = statement<[chargeReference: string], { mode: RefundMode }>(
  'sandbox.find_refund_mode',
  `select session.refund_mode as mode
     from sandbox.charges as charge
     join sandbox.sessions as session on session.reference = charge.session_reference
    where charge.reference = $1::text`,
);

export interface RefundRow {
  id: string;
  chargeReference: string;
  amountMinor: number;
  currency: string;
  status: 'PENDING' | 'SUCCEEDED' | 'FAILED';
}

const refundColumns = `id, charge_reference as "chargeReference", amount_minor as "amountMinor", currency,
          case when settles_at <= now() then settles_as else status end as status`;

/** Returns no row if the refund was requested before. */
export const insertRefund = statement<
  [
    id: string,
    refundId: string,
    paymentId: string | null,
    chargeReference: string,
    amountMinor: number,
    currency: string,
    status: string,
    settlesAs: string | null,
    settlesAfterMs: number | null,
  ],
  RefundRow
>(
  'sandbox.insert_refund',
  `insert into sandbox.refunds
     (id, refund_id, payment_id, charge_reference, amount_minor, currency, status, settles_as, settles_at)
   values ($1::text, $2::text, $3::text, $4::text, $5::bigint, $6::text, $7::text, $8::text,
           now() + $9::double precision * interval '1 millisecond')
   on conflict (refund_id) do nothing
   returning ${refundColumns}`,
);

/** Finds a refund by the merchant's id or by the sandbox's own. */
export const findRefund = statement<[id: string], RefundRow>(
  'sandbox.find_refund',
  `select ${refundColumns}
     from sandbox.refunds
    where refund_id = $1::text or id = $1::text`,
);

/** Records how a refund ended, as a signed event reported it. */
export const settleRefund = statement<[refundId: string, status: string], never>(
  'sandbox.settle_refund',
  `update sandbox.refunds
      set status = $2::text,
          settles_as = null,
          settles_at = null
    where refund_id = $1::text`,
);
