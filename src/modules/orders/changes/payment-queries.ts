import { statement } from '../../../database/statement.ts';
import { type OrderRow, orderColumns } from '../queries.ts';

/** Locks several orders, in the order of their ids; those that are not there are left out. */
export const lockOrders = statement<[orderIds: readonly string[]], OrderRow>(
  'orders.lock_several',
  `select ${orderColumns}
     from orders
    where orders.id = any($1::uuid[])
    order by orders.id
      for no key update`,
);

/**
 * Changes what orders say of their money, `rows` a JSON array of the columns, and `versions`, by which their version rises.
 * The caller has the rows locked and appends the events up to `last_sequence`.
 *
 * The ids are said once more: joined to the rows alone, a plan that was made while the shop was new reads all orders.
 */
export const changePayments = statement<[orderIds: readonly string[], rows: string], never>(
  'orders.change_payments',
  `update orders
      set status = change.status,
          payment_status = change.payment_status,
          expires_at = change.expires_at,
          version = orders.version + change.versions,
          last_sequence = change.last_sequence,
          updated_at = now()
     from jsonb_to_recordset($2::jsonb) as change
       (id uuid, status text, payment_status text, expires_at timestamptz, versions integer, last_sequence integer)
    where orders.id = any($1::uuid[])
      and orders.id = change.id`,
);
