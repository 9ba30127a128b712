import { statement } from '../../../database/statement.ts';
import { type PaymentRow, paymentColumns } from '../queries.ts';

/** The customer of an order, and a payment of it or nulls. */
export type PayerRow = { ofOrder: string; email: string | null } & (
  | PaymentRow
  | { [Column in keyof PaymentRow]: null }
);

/**
 * Returns the customers of orders, with each payment whose page could still be paid. At most one of each order is OPEN.
 */
export const findPayers = statement<[orderIds: readonly string[]], PayerRow>(
  'payments.find_payers',
  `select orders.id as "ofOrder", users.email, ${paymentColumns}
     from orders
     join users on users.id = orders.customer_id
     left join payments on payments.order_id = any($1::uuid[])
                       and payments.order_id = orders.id
                       and (payments.status = 'OPEN' or payments.closed_at is null)
    where orders.id = any($1::uuid[])`,
);

/**
 * Inserts new OPEN payments; their pages are opened after the commit. `rows`: JSON array with the columns as members.
 */
export const insertPayments = statement<[rows: string], PaymentRow>(
  'payments.insert',
  `insert into payments (id, order_id, provider, status, amount_minor, currency, session_request)
   select id, order_id, provider, 'OPEN', amount_minor, currency, session_request
     from jsonb_to_recordset($1::jsonb) as new_payment
       (id uuid, order_id uuid, provider text, amount_minor bigint, currency text, session_request jsonb)
   returning ${paymentColumns}`,
);

/**
 * Stores the sessions that the provider opened. `rows`: JSON array of `{id, session_id, checkout_url}`. Only the first
 * session of a payment is stored and returned; the request for it is not needed any more. `updated_at` stays unchanged,
 * because the session belongs to the creation of the payment and every index would be written.
 *
 * The ids are repeated in the condition, here and in similar statements: with a join to the rows alone, a plan from
 * when the shop was new reads all payments.
 */
export const storeSessions = statement<[ids: readonly string[], rows: string], PaymentRow>(
  'payments.store_sessions',
  `update payments
      set session_id = opened.session_id,
          checkout_url = opened.checkout_url,
          session_request = null
     from jsonb_to_recordset($2::jsonb) as opened (id uuid, session_id text, checkout_url text)
    where payments.id = any($1::uuid[])
      and payments.id = opened.id
      and payments.session_id is null
   returning ${paymentColumns}`,
);
