-- The short number that people read out.
create sequence order_numbers as bigint start with 100001;

-- Every legal step of an order's status. What is not here does not happen, whoever asks.
create table order_status_steps (
  from_status   text    not null,
  to_status     text    not null,
  -- Legal only as an override, which needs a reason (holdfast.override_reason in the transaction).
  override_only boolean not null,
  constraint order_status_steps_from_status_to_status_pkey primary key (from_status, to_status)
);

insert into order_status_steps (from_status, to_status, override_only) values
  ('QUEUED',    'PENDING',   false),
  ('QUEUED',    'FAILED',    false),
  ('QUEUED',    'CANCELLED', false),
  ('PENDING',   'CONFIRMED', false),
  ('PENDING',   'CANCELLED', false),
  ('CONFIRMED', 'PREPARING', false),
  ('CONFIRMED', 'CANCELLED', false),
  ('PREPARING', 'READY',     false),
  ('PREPARING', 'CANCELLED', false),
  ('READY',     'COMPLETED', false),
  ('READY',     'CANCELLED', false),
  ('PENDING',   'PREPARING', true),
  ('PENDING',   'READY',     true),
  ('PENDING',   'COMPLETED', true),
  ('CONFIRMED', 'PENDING',   true),
  ('CONFIRMED', 'READY',     true),
  ('CONFIRMED', 'COMPLETED', true),
  ('PREPARING', 'PENDING',   true),
  ('PREPARING', 'CONFIRMED', true),
  ('PREPARING', 'COMPLETED', true),
  ('READY',     'PENDING',   true),
  ('READY',     'CONFIRMED', true),
  ('READY',     'PREPARING', true),
  ('COMPLETED', 'PENDING',   true),
  ('COMPLETED', 'CONFIRMED', true),
  ('COMPLETED', 'PREPARING', true),
  ('COMPLETED', 'READY',     true);

create table orders (
  id               uuid    not null,
  -- By bytes, so that its unique index also finds numbers by how they begin.
  number           text    collate "C" not null,
  customer_id      uuid    not null,
  status           text    not null,
  payment_status   text    not null default 'UNPAID',
  -- Rises with every change that a reader can see.
  version          integer not null default 1,
  -- The sequence of the order's newest event.
  last_sequence    integer not null default 1,
  vip              boolean not null,
  total_minor      bigint  not null,
  currency         text    not null,
  note             text,
  shipping_address text,
  client_token     text,
  cancel_reason    text,
  failure_code     text,
  failure_detail   text,
  -- 'import' for orders that were taken elsewhere and read in from a file.
  source           text    not null default 'api',
  expires_at       timestamptz(3),
  cancelled_at     timestamptz(3),
  created_at       timestamptz(3) not null default now(),
  updated_at       timestamptz(3) not null default now(),
  constraint orders_id_pkey primary key (id),
  constraint orders_number_key unique (number),
  constraint orders_customer_id_fkey foreign key (customer_id) references users (id),
  constraint orders_status_check check (status in
    ('QUEUED', 'PENDING', 'CONFIRMED', 'PREPARING', 'READY', 'COMPLETED', 'CANCELLED', 'FAILED')),
  constraint orders_payment_status_check check (payment_status in
    ('UNPAID', 'PENDING', 'PAID', 'FAILED', 'PARTIALLY_REFUNDED', 'REFUNDED')),
  constraint orders_cancel_reason_check check (
    cancel_reason in ('CUSTOMER', 'ADMIN', 'EXPIRED', 'PAYMENT_FAILED')
    and (cancel_reason is null) = (status <> 'CANCELLED')
    and (cancelled_at is null) = (status <> 'CANCELLED')),
  constraint orders_failure_code_check check ((failure_code is null) = (status <> 'FAILED')),
  constraint orders_total_minor_check check (total_minor >= 0),
  constraint orders_currency_check check (currency ~ '^[A-Z]{3}$'),
  constraint orders_source_check check (source in ('api', 'import')),
  constraint orders_version_check check (version >= 1 and last_sequence >= 1)
)
-- Every step leaves a dead entry behind in the stretch of its status, and lists of open orders pass all of them. By default
-- a fifth of the table may be dead: among a million orders 150,000 made such a list take 35 ms instead of 0.1.
with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);

create unique index orders_customer_id_client_token_key on orders (customer_id, client_token)
  where client_token is not null;
-- Read backwards, newest first. Each ascends with its table: one that descends splits its pages in half and takes twice
-- the room.
create index orders_created_at_id_idx on orders (created_at, id);
create index orders_customer_id_created_at_id_idx on orders (customer_id, created_at, id);
-- Lists ask for some statuses and some payment statuses: each pair is a stretch of it in the order of time.
create index orders_status_payment_status_created_at_id_idx
  on orders (status, payment_status, created_at, id);
create index orders_expires_at_idx on orders (expires_at) where status = 'PENDING' and expires_at is not null;
create index orders_customer_id_pending_idx on orders (customer_id) where status in ('QUEUED', 'PENDING');
create index orders_customer_id_cancelled_at_idx on orders (customer_id, cancelled_at) where cancel_reason = 'CUSTOMER';

create table order_lines (
  order_id         uuid     not null,
  -- 1…n as the customer gave them.
  line_number      smallint not null,
  product_id       uuid     not null,
  -- As they were when the order was placed.
  sku              text     not null,
  name             text     not null,
  quantity         integer  not null,
  unit_price_minor bigint   not null,
  total_minor      bigint   not null,
  -- Its order's, so that the orders of a SKU are found by time.
  created_at       timestamptz(3) not null default now(),
  constraint order_lines_order_id_line_number_pkey primary key (order_id, line_number),
  constraint order_lines_order_id_fkey foreign key (order_id) references orders (id),
  constraint order_lines_product_id_fkey foreign key (product_id) references products (id),
  constraint order_lines_line_number_check check (line_number between 1 and 100),
  constraint order_lines_quantity_check check (quantity between 1 and 10000),
  constraint order_lines_unit_price_minor_check check (unit_price_minor between 0 and 100000000),
  constraint order_lines_total_minor_check check (total_minor = quantity * unit_price_minor)
);

create index order_lines_sku_created_at_order_id_idx on order_lines (sku, created_at, order_id);

-- Every SKU and name that a line may bear: what a search looks through instead of the lines, which are far more.
create table sold_names (
  sku        text not null,
  name       text not null,
  -- Both in lower case, since to compare without case takes ten times as long.
  search_key text not null generated always as (lower(sku) || chr(10) || lower(name)) stored,
  constraint sold_names_sku_name_pkey primary key (sku, name)
);

create index sold_names_search_key_trigrams_idx on sold_names using gin (search_key gin_trgm_ops)
  with (fastupdate = off);

create function note_sold_name() returns trigger
language plpgsql as $$
begin
  insert into sold_names (sku, name)
  values (new.sku, new.name)
  on conflict do nothing;
  return null;
end
$$;

create trigger products_sold_name
  after insert or update of sku, name on products
  for each row execute function note_sold_name();

-- A new order starts at the start; history that was taken elsewhere comes in as it ended.
create function refuse_order_start() returns trigger
language plpgsql as $$
begin
  raise exception 'an order cannot start as %', new.status
    using errcode = 'check_violation', constraint = 'orders_status_step_check';
end
$$;

create trigger orders_start
  before insert on orders
  for each row
  when (not (
    (new.source = 'api' and new.status in ('PENDING', 'QUEUED'))
    or (new.source = 'import' and new.status in ('COMPLETED', 'CANCELLED'))))
  execute function refuse_order_start();

create function guard_order_step() returns trigger
language plpgsql as $$
begin
  if old.source = 'import' then
    raise exception 'an imported order is over'
      using errcode = 'check_violation', constraint = 'orders_status_step_check';
  end if;
  if not exists (
    select
      from order_status_steps
     where from_status = old.status
       and to_status = new.status
       and (not override_only or coalesce(current_setting('holdfast.override_reason', true), '') <> '')
  ) then
    raise exception 'an order cannot go from % to %', old.status, new.status
      using errcode = 'check_violation', constraint = 'orders_status_step_check';
  end if;
  return new;
end
$$;

create trigger orders_status_step
  before update of status on orders
  for each row
  when (old.status is distinct from new.status)
  execute function guard_order_step();

create trigger orders_no_delete
  before delete on orders
  for each row execute function refuse_change();

create trigger orders_no_truncate
  before truncate on orders
  for each statement execute function refuse_change();

-- Prices of placed lines never change. A QUEUED order takes the prices of its placement, so its lines may still move.
create function guard_order_line() returns trigger
language plpgsql as $$
begin
  if (select status from orders where id = old.order_id) is distinct from 'QUEUED' then
    raise exception 'the lines of a placed order never change'
      using errcode = 'restrict_violation', constraint = 'order_lines_append_only_check';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end
$$;

create trigger order_lines_placed
  before update or delete on order_lines
  for each row execute function guard_order_line();

create trigger order_lines_no_truncate
  before truncate on order_lines
  for each statement execute function refuse_change();
