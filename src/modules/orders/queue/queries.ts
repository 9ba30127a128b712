import { statement } from '../../../database/statement.ts';
import type { Cause } from '../../../shared/caller.ts';

/** `rows`: JSON array of objects with the columns as members, in the order of arrival. */
export const insertQueued = statement<[rows: string], never>(
  'orders.insert_queued',
  `insert into queued_orders (order_id, vip, expected_total_minor, expected_prices_minor, cause)
   select order_id, vip, expected_total_minor, expected_prices_minor, cause
     from jsonb_to_recordset($1::jsonb) as new_row
       (order_id uuid, vip boolean, expected_total_minor bigint, expected_prices_minor jsonb, cause jsonb)`,
);

/** One worker at a time serves the queue, so that its order is kept over all of them. Held until the commit. */
export const lockQueue = statement<[], never>(
  'orders.lock_queue',
  `select pg_advisory_xact_lock(hashtextextended('holdfast.queued_orders', 0))`,
);

/** VIPs, or the others, who wait; oldest first. */
export const findWaiting = statement<[vip: boolean, limit: number], { orderId: string }>(
  'orders.find_waiting',
  `select order_id as "orderId"
     from queued_orders
    where vip = $1::boolean
      and set_aside_at is null
    order by arrival
    limit $2::int`,
);

/** Which of these orders are still queued. */
export const findQueued = statement<
  [orderIds: readonly string[]],
  { orderId: string; setAside: boolean }
>(
  'orders.find_queued',
  `select order_id as "orderId", set_aside_at is not null as "setAside"
     from queued_orders
    where order_id = any($1::uuid[])`,
);

export interface QueuedRow {
  id: string;
  number: string;
  customerId: string;
  vip: boolean;
  currency: string;
  lastSequence: number;
  /** What the client stated; null where he stated nothing. */
  expectedTotalMinor: number | null;
  /** By line; null where none was stated. */
  expectedPricesMinor: (number | null)[] | null;
  /** Of the request that asked for the order. */
  cause: Cause;
}

/** Locks queued orders, in the order of arrival. One that ended while its row was waited for is left out. */
export const lockQueued = statement<[orderIds: readonly string[]], QueuedRow>(
  'orders.lock_queued',
  `select orders.id, orders.number, orders.customer_id as "customerId", orders.vip, orders.currency,
          orders.last_sequence as "lastSequence",
          queued_orders.expected_total_minor as "expectedTotalMinor",
          queued_orders.expected_prices_minor as "expectedPricesMinor", queued_orders.cause
     from queued_orders
     join orders on orders.id = queued_orders.order_id
    where queued_orders.order_id = any($1::uuid[])
      and orders.status = 'QUEUED'
    order by queued_orders.arrival
      for no key update of orders`,
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

/** `rows`: JSON array of `{id, total_minor}`. The time to pay begins now. */
export const placeQueued = statement<[rows: string, expiresAt: Date | null], never>(
  'orders.place_queued',
  `update orders
      set status = 'PENDING',
          total_minor = placed.total_minor,
          expires_at = $2::timestamptz,
          version = version + 1,
          last_sequence = last_sequence + 1,
          updated_at = now()
     from jsonb_to_recordset($1::jsonb) as placed (id uuid, total_minor bigint)
    where orders.id = placed.id`,
);

/** `rows`: JSON array of `{id, code, detail}`. */
export const failQueued = statement<[rows: string], never>(
  'orders.fail_queued',
  `update orders
      set status = 'FAILED',
          failure_code = failed.code,
          failure_detail = failed.detail,
          version = version + 1,
          last_sequence = last_sequence + 1,
          updated_at = now()
     from jsonb_to_recordset($1::jsonb) as failed (id uuid, code text, detail text)
    where orders.id = failed.id`,
);

/** These orders wait no more. */
export const leaveQueue = statement<[orderIds: readonly string[]], never>(
  'orders.leave_queue',
  `delete from queued_orders
    where order_id = any($1::uuid[])`,
);

/** Passed over from now on, until its own job takes it by itself. */
export const setAside = statement<[orderId: string], never>(
  'orders.set_aside',
  `update queued_orders
      set set_aside_at = now()
    where order_id = $1::uuid
      and set_aside_at is null`,
);
