create table stock (
  product_id uuid   not null,
  -- Units that lie on the shelf.
  on_hand    bigint not null default 0,
  -- Units of them that are promised to orders that are still open.
  reserved   bigint not null default 0,
  constraint stock_product_id_pkey primary key (product_id),
  constraint stock_product_id_fkey foreign key (product_id) references products (id),
  constraint stock_reserved_check check (reserved between 0 and on_hand),
  constraint stock_on_hand_check check (on_hand between 0 and 1000000000000)
) with (fillfactor = 70);

-- The ledger of on_hand: its deltas add up to it.
create table stock_movements (
  id         uuid   not null,
  product_id uuid   not null,
  kind       text   not null,
  delta      bigint not null,
  reason     text   not null,
  order_id   uuid,
  -- As they were after this movement.
  on_hand    bigint not null,
  reserved   bigint not null,
  actor_type text   not null,
  actor_id   uuid,
  actor_role text,
  at         timestamptz(3) not null default now(),
  constraint stock_movements_id_pkey primary key (id),
  constraint stock_movements_product_id_fkey foreign key (product_id) references stock (product_id),
  constraint stock_movements_kind_check check (kind in ('initial', 'adjustment', 'consumption', 'return')),
  constraint stock_movements_delta_check check (case kind
    when 'initial' then delta > 0
    when 'consumption' then delta < 0
    when 'return' then delta > 0
    else delta <> 0 end),
  constraint stock_movements_order_id_check
    check ((order_id is not null) = (kind in ('consumption', 'return'))),
  constraint stock_movements_actor_type_check check (actor_type in ('user', 'api_key', 'system', 'provider'))
);

create index stock_movements_product_id_at_id_idx on stock_movements (product_id, at, id);
create index stock_movements_order_id_idx on stock_movements (order_id) where order_id is not null;

create trigger stock_movements_append_only
  before update or delete on stock_movements
  for each row execute function refuse_change();

create trigger stock_movements_no_truncate
  before truncate on stock_movements
  for each statement execute function refuse_change();
