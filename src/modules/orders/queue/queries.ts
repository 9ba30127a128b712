import { statement } from '../../../database/statement.ts';
import type { Cause } from '../../../shared/caller.ts';
import type { Fulfilment } from '../fulfilment/fulfilment.ts';

/** Lets one worker at a time serve the queue, so that its order holds across all workers. Held until commit. */
export const lockQueue = statement<[], never>(
  'orders.lock_queue',
  `select pg_advisory_xact_lock(hashtextextended('holdfast.queued_orders', 0))`,
);

/** Finds the waiting orders of VIPs, or of others, oldest first. */
export const findWaiting = statement<[vip: boolean, limit: number], { orderId: string }>(
  'orders.find_waiting',
  `select order_id as "orderId"
     from queued_orders
    where vip = $1::boolean
      and set_aside_at is null
    order by arrival
    limit $2::int`,
);

/** Finds which of these orders are still queued. */
export const findQueued = statement<
  [orderIds: readonly string[]],
  { orderId: string; isQuarantined: boolean }
>(
  'orders.find_queued',
  `select order_id as "orderId", set_aside_at is not null as "isQuarantined"
     from queued_orders
    where order_id = any($1::uuid[])`,
);

export interface QueuedRow {
  id: string;
  number: string;
  customerId: string;
  /** Whether a guest placed it, and not staff for a guest. */
  byGuest: boolean;
  vip: boolean;
  currency: string;
  lastSequence: number;
  /** The total that the client stated; null if none. */
  expectedTotalMinor: number | null;
  /** The prices that the client stated, by line; null if none. */
  expectedPricesMinor: (number | null)[] | null;
  /** The codes that the client named; null if none. */
  discountCodes: string[] | null;
  tipMinor: number;
  note: string | null;
  fulfilment: Fulfilment | null;
  promisedFor: Date | null;
  /** The cause of the request for the order. */
  cause: Cause;
}

/** Locks queued orders, in order of arrival. Orders that left QUEUED during the wait for the lock are left out. */
export const lockQueued = statement<[orderIds: readonly string[]], QueuedRow>(
  'orders.lock_queued',
  `select orders.id, orders.number, orders.customer_id as "customerId",
          orders.guest_network is not null as "byGuest", orders.vip, orders.currency,
          orders.last_sequence as "lastSequence",
          queued_orders.expected_total_minor as "expectedTotalMinor",
          queued_orders.expected_prices_minor as "expectedPricesMinor",
          queued_orders.discount_codes as "discountCodes", queued_orders.cause,
          orders.note, orders.fulfilment, orders.promised_for as "promisedFor",
          coalesce((select tip_minor from order_bills where order_id = orders.id), 0) as "tipMinor"
     from queued_orders
     join orders on orders.id = queued_orders.order_id
    where queued_orders.order_id = any($1::uuid[])
      and orders.status = 'QUEUED'
    order by queued_orders.arrival
      for no key update of orders`,
);

/**
 * Finds the customers of queued orders: of those that name discount codes, or of all. They are locked before the orders
 * whose placement depends on what they ordered before.
 */
export const findCustomersOfQueued = statement<
  [orderIds: readonly string[], ofAll: boolean],
  { customerId: string }
>(
  'orders.find_customers_of_queued',
  `select distinct orders.customer_id as "customerId"
     from queued_orders
     join orders on orders.id = queued_orders.order_id
    where queued_orders.order_id = any($1::uuid[])
      and ($2::boolean or queued_orders.discount_codes is not null)`,
);

/** Excludes the order from rounds. Only its own job still tries to place it. */
export const quarantine = statement<[orderId: string], never>(
  'orders.quarantine',
  `update queued_orders
      set set_aside_at = now()
    where order_id = $1::uuid
      and set_aside_at is null`,
);
