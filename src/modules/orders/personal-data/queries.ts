import { statement } from '../../../database/statement.ts';

/** Returns the ids of all orders of these customers, oldest first. */
export const findOrderIdsOf = statement<[customerIds: readonly string[]], { id: string }>(
  'orders.find_ids_of_customers',
  `select id
     from orders
    where customer_id = any($1::uuid[])
    order by created_at, id`,
);
