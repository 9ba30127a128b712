import { statement } from '../../database/statement.ts';

/**
 * Goes from the few to the many: names that were sold and addresses of customers, then their orders by index. The
 * laterals keep the planner, which cannot know how much a text matches, from reading all lines. Each part stops after
 * one too many, which then shows in the sum.
 */
export const findBySearch = statement<
  [pattern: string, numberFrom: string, numberBelow: string, foundMax: number],
  { ids: string[] | null }
>(
  'orders.find_by_search',
  `with named as materialized (
     select sku, name
       from sold_names
      where search_key like (select lower($1::text))),
   addressed as materialized (
     select id
       from users
      where email_key like (select lower($1::text))),
   found as (
     (select id
        from orders
       where number >= $2::text
         and number < $3::text
       limit $4::int + 1)
     union all
     (select line.order_id
        from named
       cross join lateral (
               select order_id
                 from order_lines
                where order_lines.sku = named.sku
                  and order_lines.name = named.name
                limit $4::int + 1) as line
       limit $4::int + 1)
     union all
     (select theirs.id
        from addressed
       cross join lateral (
               select orders.id
                 from orders
                where orders.customer_id = addressed.id
                limit $4::int + 1) as theirs
       limit $4::int + 1))
   select case when count(*) <= $4::int then coalesce(array_agg(distinct id), '{}') end as ids
     from found`,
);
