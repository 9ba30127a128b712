import { statement } from '../../../database/statement.ts';

export const eraseCarts = statement<[customerIds: readonly string[]], never>(
  'carts.erase',
  `with items as (
     delete from cart_items
      where customer_id = any($1::uuid[]))
   delete from carts
    where customer_id = any($1::uuid[])`,
);
