import { statement } from '../../../database/statement.ts';
import type { CancelReason, OrderStatus, PaymentStatus } from '../order.ts';

/** The statements of `writeOrders`, which alone runs them. `rows`: JSON array of objects with the columns as members. */

/** Orders start as PENDING or QUEUED, at version 1. */
export const insertOrders = statement<[rows: string], never>(
  'orders.insert',
  `insert into orders (id, number, customer_id, status, vip, total_minor, currency, note,
                       shipping_address, client_token, expires_at)
   select id, number, customer_id, status, vip, total_minor, currency, note,
          shipping_address, client_token, expires_at
     from jsonb_to_recordset($1::jsonb) as new_order
       (id uuid, number text, customer_id uuid, status text, vip boolean, total_minor bigint, currency text,
        note text, shipping_address text, client_token text, expires_at timestamptz)`,
);

/**
 * Orders whose number is taken are left out; the ids of the others come back. Waits for another import that is writing
 * the same number.
 */
export const insertImportedOrders = statement<[rows: string], { id: string }>(
  'orders.insert_imported',
  `insert into orders (id, number, customer_id, status, vip, total_minor, currency, source, created_at)
   select id, number, customer_id, 'COMPLETED', false, total_minor, currency, 'import', created_at
     from jsonb_to_recordset($1::jsonb) as imported
       (id uuid, number text, customer_id uuid, total_minor bigint, currency text,
        created_at timestamptz)
   on conflict (number) do nothing
   returning id`,
);

/** `created_at` only where the order is not made now. */
export const insertLines = statement<[rows: string], never>(
  'orders.insert_lines',
  `insert into order_lines (order_id, line_number, product_id, sku, name, quantity,
                            unit_price_minor, total_minor, created_at)
   select order_id, line_number, product_id, sku, name, quantity, unit_price_minor, total_minor,
          coalesce(created_at, now())
     from jsonb_to_recordset($1::jsonb) as new_line
       (order_id uuid, line_number smallint, product_id uuid, sku text, name text, quantity integer,
        unit_price_minor bigint, total_minor bigint, created_at timestamptz)`,
);

/** Lines take the prices and names of the moment of placement. Before their order leaves QUEUED. */
export const repriceLines = statement<[rows: string], never>(
  'orders.reprice_lines',
  `update order_lines
      set name = new_line.name,
          unit_price_minor = new_line.unit_price_minor,
          total_minor = new_line.total_minor
     from jsonb_to_recordset($1::jsonb) as new_line
       (order_id uuid, line_number smallint, name text, unit_price_minor bigint, total_minor bigint)
    where order_lines.order_id = new_line.order_id
      and order_lines.line_number = new_line.line_number`,
);

/** Lets the database pass an override step in this transaction, and says why. */
export const allowOverride = statement<[reason: string], never>(
  'orders.allow_override',
  `select set_config('holdfast.override_reason', $1::text, true)`,
);

/** What a change leaves in the row of an order. */
export interface OrderRowChange {
  readonly id: string;
  readonly status: OrderStatus;
  readonly payment_status: PaymentStatus;
  /** Left out: it stays as it is; so do the reason and the failure. */
  readonly total_minor?: number;
  readonly cancel_reason?: CancelReason;
  readonly failure_code?: string;
  readonly failure_detail?: string;
  /** The end of the time to pay. Left out: the order does not expire. */
  readonly expires_at?: Date | null;
  /** The time to pay begins now and takes so long; null as left out: it ends at `expires_at`. */
  readonly minutes_to_pay?: number | null;
  /** By how much the version rises: not at all when readers see no change. */
  readonly versions: 0 | 1;
  /** The sequence of the newest event that is written with the change. */
  readonly last_sequence: number;
}

export interface ChangedOrderRow {
  id: string;
  status: OrderStatus;
  paymentStatus: PaymentStatus;
  version: number;
  lastSequence: number;
  cancelReason: CancelReason | null;
  expiresAt: Date | null;
  updatedAt: Date;
}

const change = `
   with change as materialized (
     select *
       from jsonb_to_recordset($1::jsonb) as change
         (id uuid, status text, payment_status text, total_minor bigint, cancel_reason text, failure_code text,
          failure_detail text, expires_at timestamptz, minutes_to_pay double precision, versions integer,
          last_sequence integer))
   update orders
      set status = change.status,
          payment_status = change.payment_status,
          total_minor = coalesce(change.total_minor, orders.total_minor),
          cancel_reason = coalesce(change.cancel_reason, orders.cancel_reason),
          cancelled_at = case change.status when 'CANCELLED' then coalesce(orders.cancelled_at, now()) end,
          failure_code = coalesce(change.failure_code, orders.failure_code),
          failure_detail = coalesce(change.failure_detail, orders.failure_detail),
          expires_at = coalesce(now() + change.minutes_to_pay * interval '1 minute', change.expires_at),
          version = orders.version + change.versions,
          last_sequence = change.last_sequence,
          updated_at = now()
     from change
    where orders.id = any(array(select id from change))
      and orders.id = change.id`;

/**
 * Changes the rows of orders, `rows` a JSON array of `OrderRowChange`.
 *
 * The ids are given twice: joined to the rows alone, a plan that was made while the shop was new reads all orders. By a
 * subquery and not as a parameter, since PostgreSQL planned one order anew each time for the sake of a short array.
 */
export const changeOrders = statement<[rows: string], never>('orders.change', change);

/** The same; the changed rows come back, which the large sets of the hot paths do without. */
export const changeOrdersReturning = statement<[rows: string], ChangedOrderRow>(
  'orders.change_returning',
  `${change}
   returning orders.id, orders.status, orders.payment_status as "paymentStatus", orders.version,
             orders.last_sequence as "lastSequence", orders.cancel_reason as "cancelReason",
             orders.expires_at as "expiresAt", orders.updated_at as "updatedAt"`,
);

/** In the order of arrival. */
export const enterQueue = statement<[rows: string], never>(
  'orders.enter_queue',
  `insert into queued_orders (order_id, vip, expected_total_minor, expected_prices_minor, cause)
   select order_id, vip, expected_total_minor, expected_prices_minor, cause
     from jsonb_to_recordset($1::jsonb) as new_row
       (order_id uuid, vip boolean, expected_total_minor bigint, expected_prices_minor jsonb, cause jsonb)`,
);

export const leaveQueue = statement<[orderIds: readonly string[]], never>(
  'orders.leave_queue',
  `delete from queued_orders
    where order_id = any($1::uuid[])`,
);
