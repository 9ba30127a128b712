import { statement } from '../../database/statement.ts';
import { type OrderRow, orderColumns } from './queries.ts';

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
 * Changes what orders say of their money, `rows` a JSON array of `{id, status, payment_status, versions, events}`.
 * Version and sequence rise by the numbers given; a paid order has no end of its time to pay. The caller has the rows
 * locked and appends as many events.
 */
export const changePayments = statement<[rows: string], OrderRow>(
  'orders.change_payments',
  `update orders
      set status = change.status,
          payment_status = change.payment_status,
          expires_at = case when change.payment_status in ('PAID', 'PARTIALLY_REFUNDED', 'REFUNDED') then null
                            else orders.expires_at end,
          version = orders.version + change.versions,
          last_sequence = orders.last_sequence + change.events,
          updated_at = now()
     from jsonb_to_recordset($1::jsonb) as change
       (id uuid, status text, payment_status text, versions integer, events integer)
    where orders.id = change.id
   returning ${orderColumns}`,
);
