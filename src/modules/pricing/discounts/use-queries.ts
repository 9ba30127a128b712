import { type ColumnTypes, unnestColumns } from '../../../database/column-arrays.ts';
import { statement } from '../../../database/statement.ts';

/** Returns how many orders use each of these discounts. Deleted ones are left out. */
export const findUses = statement<[discountIds: readonly string[]], { id: string; uses: number }>(
  'pricing.find_uses',
  `select id, uses
     from discounts
    where id = any($1::uuid[])`,
);

/** Returns how many orders of each of these customers use each of these discounts, where it is more than none. */
export const countCustomerUses = statement<
  [customerIds: readonly string[], discountIds: readonly string[]],
  { customerId: string; discountId: string; count: number }
>(
  'pricing.count_customer_uses',
  `select customer_id as "customerId", discount_id as "discountId", count(*)::int as count
     from discount_uses
    where customer_id = any($1::uuid[])
      and discount_id = any($2::uuid[])
    group by customer_id, discount_id`,
);

export const useColumns = {
  order_id: 'uuid',
  discount_id: 'uuid',
  customer_id: 'uuid',
} as const satisfies ColumnTypes;

/** Writes uses and raises the counters of their discounts, which are locked in the order of ids first. */
export const insertUses = statement<
  [orderIds: string, discountIds: string, customerIds: string],
  never
>(
  'pricing.insert_uses',
  `with locked as materialized (
     select id
       from discounts
      where id = any($2::uuid[])
      order by id
        for no key update),
   held as (
     insert into discount_uses (order_id, discount_id, customer_id)
     select order_id, discount_id, customer_id
       from ${unnestColumns('new_use', useColumns)}
     returning discount_id)
   update discounts
      set uses = discounts.uses + change.count
     from (select discount_id, count(*)::int as count
             from held
            group by discount_id) as change
     join locked on locked.id = change.discount_id
    where discounts.id = change.discount_id`,
);

/** Does the same for one use, at a third of the cost besides the round trip: there is no order to lock in. */
export const insertUse = statement<
  [orderId: string, discountId: string, customerId: string],
  never
>(
  'pricing.insert_use',
  `with held as (
     insert into discount_uses (order_id, discount_id, customer_id)
     values ($1::uuid, $2::uuid, $3::uuid))
   update discounts
      set uses = uses + 1
    where id = $2::uuid`,
);

/** Deletes the uses of orders and lowers the counters by what was deleted, with the same locks. */
export const deleteUses = statement<[orderIds: readonly string[]], never>(
  'pricing.delete_uses',
  `with released as (
     delete from discount_uses
      where order_id = any($1::uuid[])
     returning discount_id),
   locked as materialized (
     select id
       from discounts
      where id in (select discount_id from released)
      order by id
        for no key update)
   update discounts
      set uses = discounts.uses - change.count
     from (select discount_id, count(*)::int as count
             from released
            group by discount_id) as change
     join locked on locked.id = change.discount_id
    where discounts.id = change.discount_id`,
);
