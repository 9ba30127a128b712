-- The invariants of bills. A rule is a function of ids, as in 0023. An order without a row in `order_bills` is checked
-- in the same pass over its lines as before.

-- A line holds the stock of its product, and its modifiers that of theirs, for each unit of the line.
create or replace view inv_stock_reserved as
with held as (
  select needed.product_id, sum(needed.quantity)::bigint as quantity
    from orders
    join order_lines on order_lines.order_id = orders.id
   cross join lateral (
           select order_lines.product_id, order_lines.quantity::bigint
            union all
           select (modifier ->> 'productId')::uuid, order_lines.quantity * (modifier ->> 'quantity')::bigint
             from jsonb_array_elements(order_lines.modifiers) as modifier
            where modifier ->> 'productId' is not null) as needed (product_id, quantity)
   where orders.status in ('PENDING', 'CONFIRMED', 'PREPARING', 'READY')
     and orders.source = 'api'
   group by needed.product_id)
select coalesce(stock.product_id, held.product_id)::text as id,
       format('reserved %s, open orders hold %s', stock.reserved, coalesce(held.quantity, 0)) as detail
  from stock
  full join held on held.product_id = stock.product_id
 where stock.reserved is distinct from coalesce(held.quantity, 0);
comment on view inv_stock_reserved is
  'What is reserved is the sum of the lines of the orders that hold stock, and of their modifiers.';

create or replace function check_stock_consumed(order_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  with needed as (
    select order_lines.order_id, order_lines.product_id, order_lines.quantity::bigint as quantity
      from orders
      join order_lines on order_lines.order_id = orders.id
     where orders.status = 'COMPLETED'
       and orders.source = 'api'
       and (order_ids is null or orders.id = any(order_ids))
       and (order_ids is null or order_lines.order_id = any(order_ids))
    union all
    select order_lines.order_id, (modifier ->> 'productId')::uuid, order_lines.quantity * (modifier ->> 'quantity')::bigint
      from orders
      join order_lines on order_lines.order_id = orders.id
     cross join lateral jsonb_array_elements(order_lines.modifiers) as modifier
     where orders.status = 'COMPLETED'
       and orders.source = 'api'
       and order_lines.modifiers is not null
       and modifier ->> 'productId' is not null
       and (order_ids is null or orders.id = any(order_ids))
       and (order_ids is null or order_lines.order_id = any(order_ids))),
  due as (
    select needed.order_id, needed.product_id, sum(needed.quantity)::bigint as quantity
      from needed
     group by needed.order_id, needed.product_id),
  taken as (
    select stock_movements.order_id, stock_movements.product_id, -sum(stock_movements.delta)::bigint as quantity
      from stock_movements
     where stock_movements.order_id is not null
       and (order_ids is null or stock_movements.order_id = any(order_ids))
     group by stock_movements.order_id, stock_movements.product_id)
  select coalesce(due.order_id, taken.order_id),
         coalesce(due.order_id, taken.order_id)::text,
         format('took %s of product %s, should have taken %s', coalesce(taken.quantity, 0),
                coalesce(due.product_id, taken.product_id), coalesce(due.quantity, 0))
    from due
    full join taken
      on taken.order_id = due.order_id
     and taken.product_id = due.product_id
   where coalesce(taken.quantity, 0) <> coalesce(due.quantity, 0);
end;
comment on view inv_stock_consumed is
  'A completed order has taken exactly its lines and their modifiers from the stock, any other order nothing.';

create or replace function check_order_totals(order_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  with lines as (
    select order_lines.order_id,
           count(*) as count,
           max(order_lines.line_number) as last_number,
           sum(order_lines.total_minor)::bigint as total_minor,
           bool_and((order_lines.total_minor = order_lines.quantity * order_lines.unit_price_minor
                     and (order_lines.modifiers is null
                          or order_lines.unit_price_minor = order_lines.base_price_minor + (
                               select coalesce(sum((modifier ->> 'quantity')::bigint
                                                   * (modifier ->> 'unitPriceMinor')::bigint), 0)
                                 from jsonb_array_elements(order_lines.modifiers) as modifier))) is true) as priced,
           bool_and(order_lines.discount_minor is null and order_lines.tax_minor is null) as plain,
           min(order_lines.created_at) as first_at,
           max(order_lines.created_at) as last_at
      from order_lines
     where (order_ids is null or order_lines.order_id = any(order_ids))
     group by order_lines.order_id),
  bills as (
    select order_bills.order_id,
           order_bills.tip_minor
           - (select coalesce(sum((part ->> 'amountMinor')::bigint), 0)
                from jsonb_array_elements(order_bills.discounts) as part)
           + (select coalesce(sum((part ->> 'amountMinor')::bigint), 0)
                from jsonb_array_elements(order_bills.charges) as part)
           + (select coalesce(sum((part ->> 'amountMinor')::bigint), 0)
                from jsonb_array_elements(order_bills.taxes) as part
               where not order_bills.prices_include_tax) as added_minor
      from order_bills
     where (order_ids is null or order_bills.order_id = any(order_ids)))
  select orders.id,
         orders.id::text,
         case
           when lines.first_at <> orders.created_at or lines.last_at <> orders.created_at
             then format('of %s, its lines are of %s to %s', orders.created_at, lines.first_at, lines.last_at)
           when not lines.priced
             then 'a line is not quantity times price, or a price not the sum of its modifiers'
           when not lines.plain and bills.order_id is null
             then 'its lines have discounts or taxes, but it has no bill'
           else format('total %s, its %s lines%s add up to %s', orders.total_minor, coalesce(lines.count, 0),
                       case when bills.order_id is not null then ' and its bill' end,
                       coalesce(lines.total_minor, 0) + coalesce(bills.added_minor, 0))
         end
    from orders
    left join lines on lines.order_id = orders.id
    left join bills on bills.order_id = orders.id
   where (order_ids is null or orders.id = any(order_ids))
     and (lines.order_id is null
          or lines.total_minor + coalesce(bills.added_minor, 0) <> orders.total_minor
          or lines.last_number <> lines.count
          or not lines.priced
          or (not lines.plain and bills.order_id is null)
          or lines.first_at <> orders.created_at
          or lines.last_at <> orders.created_at);
end;
comment on view inv_order_totals is
  'An order has lines, numbered from 1 and as old as the order. Each is quantity times price, each price the sum of its parts, and the total that of the lines and the bill.';

-- What a discount of free delivery takes is not in the lines: it is the amount of the one DELIVERY charge, which is then
-- untaxed. A line does not name its rate; so the bases together are no less than what is taxed, and no more than all.
-- The taxes of an imported order come from the file.
create function check_order_bills(order_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  with lines as (
    select order_lines.order_id,
           sum(coalesce(order_lines.discount_minor, 0))::bigint as discount_minor,
           sum(coalesce(order_lines.tax_minor, 0))::bigint as tax_minor,
           sum(order_lines.total_minor - coalesce(order_lines.discount_minor, 0))::bigint as left_minor,
           coalesce(sum(order_lines.total_minor - coalesce(order_lines.discount_minor, 0))
                      filter (where order_lines.tax_minor > 0), 0)::bigint as taxed_minor,
           bool_or(order_lines.discount_minor < 0
                   or order_lines.discount_minor > order_lines.total_minor
                   or order_lines.tax_minor < 0) as negative
      from order_bills
      join order_lines on order_lines.order_id = order_bills.order_id
     where (order_ids is null or order_bills.order_id = any(order_ids))
       and (order_ids is null
            or order_lines.order_id = any(array(select chosen.order_id
                                                  from order_bills as chosen
                                                 where chosen.order_id = any(order_ids))))
     group by order_lines.order_id),
  bills as (
    select order_bills.order_id, order_bills.tip_minor, discounts.discount_minor, charges.charge_minor,
           charges.delivery_minor, charges.charge_tax_minor, taxes.tax_minor, taxes.base_minor, taxes.rounded,
           charges.taxed_minor, charges.deliveries,
           discounts.discount_minor - lines.discount_minor as delivery_off_minor,
           lines.order_id is null or lines.negative or discounts.broken or charges.broken or taxes.broken as broken,
           lines.tax_minor as line_tax_minor, lines.left_minor, lines.taxed_minor as line_taxed_minor,
           order_bills.discounts
      from order_bills
      left join lines on lines.order_id = order_bills.order_id
     cross join lateral (
             select coalesce(sum((part ->> 'amountMinor')::bigint), 0)::bigint as discount_minor,
                    coalesce(bool_or(((part ->> 'amountMinor')::bigint >= 0) is not true), false)
                    or count(part ->> 'discountId') <> count(distinct part ->> 'discountId') as broken
               from jsonb_array_elements(order_bills.discounts) as part) as discounts
     cross join lateral (
             select coalesce(sum((part ->> 'amountMinor')::bigint), 0)::bigint as charge_minor,
                    coalesce(sum((part ->> 'taxMinor')::bigint), 0)::bigint as charge_tax_minor,
                    coalesce(sum((part ->> 'amountMinor')::bigint)
                               filter (where (part ->> 'taxMinor')::bigint > 0), 0)::bigint as taxed_minor,
                    count(*) filter (where part ->> 'kind' = 'DELIVERY') as deliveries,
                    max((part ->> 'amountMinor')::bigint)
                      filter (where part ->> 'kind' = 'DELIVERY' and (part ->> 'taxMinor')::bigint = 0) as delivery_minor,
                    coalesce(bool_or(((part ->> 'amountMinor')::bigint >= 0
                                      and (part ->> 'taxMinor')::bigint >= 0) is not true), false) as broken
               from jsonb_array_elements(order_bills.charges) as part) as charges
     cross join lateral (
             select coalesce(sum((part ->> 'amountMinor')::bigint), 0)::bigint as tax_minor,
                    coalesce(sum((part ->> 'baseMinor')::bigint), 0)::bigint as base_minor,
                    coalesce(bool_or(((part ->> 'amountMinor')::bigint >= 0
                                      and (part ->> 'baseMinor')::bigint >= 0) is not true), false) as broken,
                    -- Half up: twice the numerator and once the denominator, by twice the denominator, rounded down.
                    coalesce(bool_and(
                      ((part ->> 'amountMinor')::numeric
                       = div(2 * (part ->> 'baseMinor')::numeric * (part ->> 'percent')::numeric + whole.percent,
                             2 * whole.percent)) is true), true) as rounded
               from jsonb_array_elements(order_bills.taxes) as part
              cross join lateral (
                      select case when order_bills.prices_include_tax then 100 + (part ->> 'percent')::numeric
                                  else 100
                             end as percent) as whole) as taxes
     where (order_ids is null or order_bills.order_id = any(order_ids))),
  judged as (
    select bills.order_id,
           case
             when orders.id is null then 'the bill of an order that does not exist'
             when bills.broken then 'a part is missing, named twice or negative'
             when bills.deliveries > 1 then format('%s delivery charges', bills.deliveries)
             when bills.delivery_off_minor <> 0
              and (bills.delivery_off_minor is distinct from bills.delivery_minor
                   or not bills.discounts @> jsonb_build_array(
                            jsonb_build_object('amountMinor', bills.delivery_off_minor)))
               then format('discounts of %s, those of its lines and of delivery are %s', bills.discount_minor,
                           bills.discount_minor - bills.delivery_off_minor)
             when bills.tax_minor <> bills.line_tax_minor + bills.charge_tax_minor
               then format('taxes of %s, those of its lines and charges are %s', bills.tax_minor,
                           bills.line_tax_minor + bills.charge_tax_minor)
             when orders.source = 'import' then null
             when not bills.rounded then 'a tax is not its base times its rate'
             when bills.base_minor not between bills.line_taxed_minor + bills.taxed_minor
                                           and bills.left_minor + bills.charge_minor - bills.delivery_off_minor
               then format('taxes on %s, of %s, of which at least %s is taxed', bills.base_minor,
                           bills.left_minor + bills.charge_minor - bills.delivery_off_minor,
                           bills.line_taxed_minor + bills.taxed_minor)
           end as detail
      from bills
      left join (select orders.id, orders.source
                   from orders
                  where (order_ids is null or orders.id = any(order_ids))) as orders
        on orders.id = bills.order_id)
  select judged.order_id, judged.order_id::text, judged.detail
    from judged
   where judged.detail is not null;
end;

create view inv_order_bills as select id, detail from check_order_bills(null);
comment on view inv_order_bills is
  'The discounts and taxes of a bill are the sums of those of its lines and charges, each tax is its base times its rate, and nothing is negative.';

-- An order that is placed has the bill of its placement, a queued one that of its acceptance.
create or replace function check_order_prices(order_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  select orders.id,
         orders.id::text,
         case
           when (events.data #>> '{total,amount}')::bigint = orders.total_minor
            and events.data #>> '{total,currency}' = orders.currency
             then 'its bill is not the one of its event'
           else format('placed for %s %s, is now %s %s', events.data #>> '{total,amount}',
                       events.data #>> '{total,currency}', orders.total_minor, orders.currency)
         end
    from events
    join orders on orders.id = events.order_id
    left join (select order_bills.order_id, order_bills.prices_include_tax, order_bills.tip_minor,
                      order_bills.discounts, order_bills.charges, order_bills.taxes
                 from order_bills
                where (order_ids is null or order_bills.order_id = any(order_ids))) as bills
      on bills.order_id = events.order_id
   where (events.type = 'order.placed' or (events.type = 'order.queued' and orders.status = 'QUEUED'))
     and events.data ? 'total'
     and (order_ids is null or events.order_id = any(order_ids))
     and (order_ids is null or orders.id = any(order_ids))
     and ((events.data #>> '{total,amount}')::bigint is distinct from orders.total_minor
          or events.data #>> '{total,currency}' is distinct from orders.currency
          or events.data ? 'bill' <> (bills.order_id is not null)
          or (bills.order_id is not null
              and ((events.data #>> '{bill,total,amount}')::bigint is distinct from orders.total_minor
                   or (events.data #>> '{bill,tip,amount}')::bigint is distinct from bills.tip_minor
                   or (events.data #>> '{bill,pricesIncludeTax}')::boolean is distinct from bills.prices_include_tax
                   or jsonb_path_query_array(events.data, '$.bill.discounts[*].amount.amount')
                      <> jsonb_path_query_array(bills.discounts, '$[*].amountMinor')
                   or jsonb_path_query_array(events.data, '$.bill.charges[*].amount.amount')
                      <> jsonb_path_query_array(bills.charges, '$[*].amountMinor')
                   or jsonb_path_query_array(events.data, '$.bill.taxes[*].amount.amount')
                      <> jsonb_path_query_array(bills.taxes, '$[*].amountMinor'))));
end;
comment on view inv_order_prices is
  'An order has the total and the bill that its event says: that of its placement, or while it is queued, of its acceptance.';

-- Imported orders use nothing, and the discounts in them need not exist here.
create function check_order_uses(order_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  with due as (
    select billed.order_id, billed.discount_id, orders.customer_id
      from (select order_bills.order_id, (part ->> 'discountId')::uuid as discount_id
              from order_bills
             cross join lateral jsonb_array_elements(order_bills.discounts) as part
             where order_bills.discounts <> '[]'
               and part ->> 'discountId' is not null
               and (order_ids is null or order_bills.order_id = any(order_ids))) as billed
      join orders on orders.id = billed.order_id
     where orders.status not in ('QUEUED', 'CANCELLED', 'FAILED')
       and orders.source = 'api'
       and (order_ids is null or orders.id = any(order_ids)))
  select coalesce(due.order_id, uses.order_id),
         coalesce(due.order_id, uses.order_id)::text,
         case
           when uses.order_id is null then format('does not use the discount %s of its bill', due.discount_id)
           when due.order_id is null then format('uses the discount %s, and should not', uses.discount_id)
           else format('uses the discount %s for customer %s, is of %s', uses.discount_id, uses.customer_id,
                       due.customer_id)
         end
    from due
    full join (select discount_uses.order_id, discount_uses.discount_id, discount_uses.customer_id
                 from discount_uses
                where (order_ids is null or discount_uses.order_id = any(order_ids))) as uses
      on uses.order_id = due.order_id
     and uses.discount_id = due.discount_id
   where uses.order_id is null
      or due.order_id is null
      or uses.customer_id <> due.customer_id;
end;

-- A limit that is lowered makes no earlier order wrong. So what is counted are the orders from a minute after the last
-- change on, since transactions of servers were open meanwhile: the placement of the last one saw all the others.
create function check_customer_uses(order_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  select min(uses.order_id::text)::uuid,
         min(uses.order_id::text),
         format('customer %s uses the discount %s in %s orders, at most %s are allowed', uses.customer_id,
                uses.discount_id, count(*), uses.uses_per_customer_max)
    from (select discount_uses.order_id, discount_uses.discount_id, discount_uses.customer_id,
                 discounts.uses_per_customer_max, discounts.updated_at,
                 count(*) over (partition by discount_uses.discount_id, discount_uses.customer_id) as count
            from discounts
            join discount_uses on discount_uses.discount_id = discounts.id
           where discounts.uses_per_customer_max is not null
             and (order_ids is null
                  or (discount_uses.discount_id, discount_uses.customer_id) in (
                       select chosen.discount_id, chosen.customer_id
                         from discount_uses as chosen
                        where chosen.order_id = any(order_ids)))) as uses
    join orders on orders.id = uses.order_id
   where uses.count > uses.uses_per_customer_max
     and orders.created_at > uses.updated_at + interval '1 minute'
   group by uses.discount_id, uses.customer_id, uses.uses_per_customer_max
  having count(*) > uses.uses_per_customer_max;
end;

create function check_discount_counters(discount_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  select discounts.id,
         discounts.id::text,
         format('counts %s uses of at most %s, %s orders use it', discounts.uses,
                coalesce(discounts.uses_max::text, 'any number'), coalesce(counted.count, 0))
    from discounts
    left join (select discount_uses.discount_id, count(*) as count
                 from discount_uses
                where (discount_ids is null or discount_uses.discount_id = any(discount_ids))
                group by discount_uses.discount_id) as counted
      on counted.discount_id = discounts.id
   where (discount_ids is null or discounts.id = any(discount_ids))
     and (discounts.uses <> coalesce(counted.count, 0)
          or discounts.uses > discounts.uses_max);
end;

create view inv_discount_uses as
select id, detail from check_order_uses(null)
union all
select id, detail from check_customer_uses(null)
union all
select id, detail from check_discount_counters(null);
comment on view inv_discount_uses is
  'Each discount of an order that counts is used by it once, a discount counts its uses, and no limit is exceeded.';
