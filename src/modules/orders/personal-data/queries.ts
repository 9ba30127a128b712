import { statement } from '../../../database/statement.ts';
import type { OrderStatus } from '../order.ts';

/** Returns the ids of all orders of these customers, oldest first. */
export const findOrderIdsOf = statement<[customerIds: readonly string[]], { id: string }>(
  'orders.find_ids_of_customers',
  `select id
     from orders
    where customer_id = any($1::uuid[])
    order by created_at, id`,
);

/** Locks orders, so that none is opened again while its customer is erased. */
export const lockOrdersToErase = statement<[orderIds: readonly string[]], { id: string }>(
  'orders.lock_to_erase',
  `select id
     from orders
    where id = any($1::uuid[])
    order by id
      for no key update`,
);

/** An order because of which its customer cannot be erased. */
export interface OpenOrderRow {
  id: string;
  number: string;
  status: OrderStatus;
}

/** Returns the orders that have not ended, oldest first. */
export const findOpenOrders = statement<[orderIds: readonly string[]], OpenOrderRow>(
  'orders.find_open',
  `select id, number, status
     from orders
    where id = any($1::uuid[])
      and status not in ('COMPLETED', 'CANCELLED', 'FAILED')
    order by created_at, id`,
);

/** Returns orders by id, oldest first. */
export const findOrderStates = statement<[orderIds: readonly string[]], OpenOrderRow>(
  'orders.find_states',
  `select id, number, status
     from orders
    where id = any($1::uuid[])
    order by created_at, id`,
);

/** An order whose personal data is kept no longer. */
export interface DueOrderRow {
  id: string;
  customerId: string;
}

/** When an order ended. An earlier version did not store it; such an order ended no later than it was changed. */
const endedAt = 'coalesce(ended_at, updated_at)';

/** What the index of the orders that are not forgotten contains. */
const isKept = `status in ('COMPLETED', 'CANCELLED', 'FAILED')
      and source = 'api'
      and (forgotten_at is null or forgotten_at < ended_at)`;

/** Returns orders that ended more than so many years ago and are not forgotten, the oldest end first. */
export const findDueOrders = statement<[years: number, limit: number], DueOrderRow>(
  'orders.find_due_to_forget',
  `select id, customer_id as "customerId"
     from orders
    where ${isKept}
      and ${endedAt} < now() - $1::double precision * interval '1 year'
    order by ${endedAt}
    limit $2::int`,
);

/** Locks those of these orders that are still due. */
export const lockDueOrders = statement<[orderIds: readonly string[], years: number], DueOrderRow>(
  'orders.lock_due_to_forget',
  `select id, customer_id as "customerId"
     from orders
    where id = any($1::uuid[])
      and ${isKept}
      and ${endedAt} < now() - $2::double precision * interval '1 year'
    order by id
      for no key update`,
);
