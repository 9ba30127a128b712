import { statement } from '../../../database/statement.ts';
import { type PaymentRow, paymentColumns } from '../queries.ts';

/** Returns these payments and the other payments of their orders. */
export const findOtherPayments = statement<[ids: readonly string[]], PaymentRow>(
  'payments.find_beside',
  `select ${paymentColumns}
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

/** Marks several payments as paid. */
export const markAllCaptured = statement<
  [ids: readonly string[], references: readonly string[]],
  never
>(
  'payments.mark_all_captured',
  `update payments
      set status = 'CAPTURED',
          captured_minor = payments.captured_minor + payments.amount_minor,
          provider_reference = charge.reference,
          closed_at = coalesce(payments.closed_at, now()),
          next_attempt_at = null,
          updated_at = now()
     from unnest($1::uuid[], $2::text[]) as charge (payment_id, reference)
    where payments.id = any($1::uuid[])
      and payments.id = charge.payment_id`,
);
