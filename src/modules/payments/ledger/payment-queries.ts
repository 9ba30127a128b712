import { statement } from '../../../database/statement.ts';
import { type PaymentRow, paymentColumns } from '../queries.ts';

/** A payment, and which of the charges that were asked for are in the ledger, as `provider:reference`. */
export interface ReportedPaymentRow extends PaymentRow {
  knownCharges: string[];
}

/**
 * Returns payments and the other payments of their orders, together with the charges that are in the ledger already.
 * Each charge is an index lookup of its own, whatever the size of the ledger.
 */
export const findReportedPayments = statement<
  [paymentIds: readonly string[], providers: readonly string[], references: readonly string[]],
  ReportedPaymentRow
>(
  'payments.find_reported',
  `select ${paymentColumns},
          array(
            select charge.provider || ':' || charge.reference
              from unnest($2::text[], $3::text[]) as charge (provider, reference)
             cross join lateral (
               select
                 from payment_captures
                where payment_captures.provider = charge.provider
                  and payment_captures.provider_reference = charge.reference
                limit 1) as known) as "knownCharges"
     from payments
    where payments.order_id = any(array(select order_id from payments where id = any($1::uuid[])))`,
);

/** Inserts a payment for money whose payment is unknown. */
export const insertUnknownPayment = statement<
  [id: string, provider: string, reference: string, amountMinor: number, currency: string],
  PaymentRow
>(
  'payments.insert_unknown',
  `insert into payments (id, provider, status, provider_reference, amount_minor, currency, closed_at)
   values ($1::uuid, $2::text, 'FLAGGED', $3::text, $4::bigint, $5::text, now())
   returning ${paymentColumns}`,
);

/** Marks a payment as paid by a charge; its page can no longer be paid. */
export const markCaptured = statement<[id: string, reference: string], PaymentRow>(
  'payments.mark_captured',
  `update payments
      set status = 'CAPTURED',
          captured_minor = captured_minor + amount_minor,
          provider_reference = $2::text,
          closed_at = coalesce(closed_at, now()),
          next_attempt_at = null,
          updated_at = now()
    where id = $1::uuid
   returning ${paymentColumns}`,
);
