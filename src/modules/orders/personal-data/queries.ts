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
