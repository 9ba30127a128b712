import { statement } from '../../../database/statement.ts';
import { type PaymentRow, paymentColumns } from '../queries.ts';

/** The payments of orders on whose pages somebody may still pay. One an order is OPEN. */
export const findUnclosedPayments = statement<[orderIds: readonly string[]], PaymentRow>(
  'payments.find_unclosed',
  `select ${paymentColumns}
     from payments
    where payments.order_id = any($1::uuid[])
      and (payments.status = 'OPEN' or payments.closed_at is null)`,
);

/** New OPEN payments, `rows` a JSON array with the columns as members; their pages are opened after the commit. */
export const insertPayments = statement<[rows: string], PaymentRow>(
  'payments.insert',
  `insert into payments (id, order_id, provider, status, amount_minor, currency, session_request)
   select id, order_id, provider, 'OPEN', amount_minor, currency, session_request
     from jsonb_to_recordset($1::jsonb) as new_payment
       (id uuid, order_id uuid, provider text, amount_minor bigint, currency text, session_request jsonb)
   returning ${paymentColumns}`,
);

/**
 * Keeps the sessions that the provider opened, `rows` a JSON array of `{id, session_id, checkout_url}`. Rows come back to
 * the first one only. It belongs to the payment's making, so `updated_at` stays: with it every index would be written.
 *
 * The ids are said once more, here and in what follows: joined to the rows alone, a plan that was made while the shop was
 * new reads all payments.
 */
export const storeSessions = statement<[ids: readonly string[], rows: string], PaymentRow>(
  'payments.store_sessions',
  `update payments
      set session_id = opened.session_id,
          checkout_url = opened.checkout_url
     from jsonb_to_recordset($2::jsonb) as opened (id uuid, session_id text, checkout_url text)
    where payments.id = any($1::uuid[])
      and payments.id = opened.id
      and payments.session_id is null
   returning ${paymentColumns}`,
);
