-- One part of the history, set-based and under every trigger and constraint: orders $1 to $2 of a shop that took one
-- every twenty seconds until now, as an import creates them. Each customer has twenty; existing customers come first.
with bounds as (
  select $1::int as first, $2::int as last, $3::int as orders_max),
numbered as (
  select number, now() - (orders_max - number) * interval '20 seconds' as created_at
    from bounds, generate_series(first, last) as number),
customers as materialized (
  select id, row_number() over (order by created_at, id) - 1 as place
    from users
   where role = 'customer'),
shelf as materialized (
  select id, sku, name, price_minor, row_number() over (order by id) - 1 as place
    from products),
drawn as materialized (
  select uuidv7(numbered.created_at - now()) as id, nextval('order_numbers')::text as order_number,
         customers.id as customer_id, numbered.created_at, numbered.number, numbered.number % 20 = 0 as cancelled
    from numbered
    join customers on customers.place = (numbered.number - 1) / 20),
lines as materialized (
  select drawn.id as order_id, drawn.created_at, line_number, shelf.id as product_id, shelf.sku, shelf.name,
         1 + drawn.number % 3 as quantity, shelf.price_minor
    from drawn
   cross join generate_series(1, 2) as line_number
    join shelf on shelf.place = (drawn.number::bigint * 7919 + line_number * 104729) % (select count(*) from shelf)
   where line_number <= 1 + drawn.number % 2),
placed as (
  insert into orders (id, number, customer_id, status, vip, total_minor, currency, source,
                      cancel_reason, cancelled_at, created_at, updated_at)
  select drawn.id, order_number, customer_id, case when cancelled then 'CANCELLED' else 'COMPLETED' end, false,
         sums.total_minor, 'GBP', 'import', case when cancelled then 'CUSTOMER' end,
         case when cancelled then created_at end, created_at, created_at
    from drawn
    join (select order_id, sum(quantity * price_minor) as total_minor
            from lines
           group by order_id) as sums on sums.order_id = drawn.id
   order by drawn.number
  returning id, status),
lined as (
  insert into order_lines (order_id, line_number, product_id, sku, name, quantity, unit_price_minor, total_minor,
                           created_at)
  select order_id, line_number, product_id, sku, name, quantity, price_minor, quantity * price_minor, created_at
    from lines)
insert into events (id, type, order_id, sequence, to_status, actor_type, cause, at)
select gen_random_uuid(), 'order.imported', drawn.id, 1, placed.status, 'system', '{}', drawn.created_at
  from drawn
  join placed on placed.id = drawn.id
 order by drawn.number
