-- The limit without batching: one order per transaction, in one function call, with the rows that an order needs and
-- nothing else of the product. Durable, like the product.
create table reference_stock (
  product_id integer primary key,
  price      bigint  not null,
  on_hand    bigint  not null,
  reserved   bigint  not null,
  check (reserved between 0 and on_hand)
) with (fillfactor = 70);

create table reference_orders (
  id          uuid primary key,
  customer_id integer     not null,
  status      text        not null,
  total       bigint      not null,
  created_at  timestamptz not null default now()
);

create table reference_lines (
  order_id   uuid     not null references reference_orders (id),
  line       smallint not null,
  product_id integer  not null references reference_stock (product_id),
  quantity   integer  not null,
  price      bigint   not null,
  primary key (order_id, line)
);

create table reference_events (
  position bigint generated always as identity primary key,
  order_id uuid   not null,
  sequence integer not null,
  type     text   not null,
  data     jsonb  not null,
  unique (order_id, sequence)
);

create table reference_keys (
  key      uuid primary key,
  order_id uuid not null,
  result   text not null
);

insert into reference_stock
select number, 295, 1000000000, 0 from generate_series(1, 10000) as number;

create function place_reference_order(key uuid, customer integer, product integer, wanted integer) returns uuid
language plpgsql as $$
declare
  placed uuid := gen_random_uuid();
  unit_price bigint;
begin
  insert into reference_keys values (key, placed, '{"status":"PENDING","total":295}');
  update reference_stock
     set reserved = reserved + wanted
   where product_id = product
  returning price into unit_price;
  insert into reference_orders (id, customer_id, status, total)
  values (placed, customer, 'PENDING', unit_price * wanted);
  insert into reference_lines values (placed, 1, product, wanted, unit_price);
  insert into reference_events (order_id, sequence, type, data)
  values (placed, 1, 'order.placed', '{"status":"PENDING"}');
  return placed;
end
$$;
