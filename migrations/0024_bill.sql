-- The bill: what a shop sets up, and what an order remembers of it.

alter table products
  add column tax_category text not null default 'standard',
  add column category text,
  add column position integer not null default 0,
  add column modifier_group_ids uuid[] not null default '{}',
  add constraint products_tax_category_check check (tax_category ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
  add constraint products_category_check check (length(category) between 1 and 60),
  add constraint products_position_check check (position between 0 and 1000000),
  add constraint products_modifier_group_ids_check check (cardinality(modifier_group_ids) <= 20);

create index products_modifier_group_ids_idx on products using gin (modifier_group_ids)
  where modifier_group_ids <> '{}';

-- Each change of what is set up raises the version in its transaction. A process that remembers the rules proves with it
-- that they are current. The time in it, in microseconds, is why no version has two meanings: a database that was restored,
-- or a standby that took over, may have lost the last changes, but never gives their versions to others.
create table price_versions (
  id      boolean not null default true,
  version bigint  not null default 1,
  constraint price_versions_id_pkey primary key (id),
  constraint price_versions_id_check check (id)
);

insert into price_versions default values;

create function raise_price_version() returns trigger
language plpgsql as $$
begin
  update price_versions
     set version = greatest(version + 1, (extract(epoch from clock_timestamp()) * 1000000)::bigint);
  return null;
end
$$;

create table modifier_groups (
  id         uuid constraint modifier_groups_id_pkey primary key,
  name       text not null,
  min        integer not null,
  max        integer not null,
  currency   text not null,
  version    integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  constraint modifier_groups_name_check check (length(name) between 1 and 100),
  constraint modifier_groups_min_check check (0 <= min and min <= max and max <= 50),
  constraint modifier_groups_currency_check check (currency ~ '^[A-Z]{3}$'),
  constraint modifier_groups_version_check check (version >= 1)
);

-- A code means one modifier in the whole shop. A group is written with all of its modifiers.
create table modifiers (
  code         text constraint modifiers_code_pkey primary key,
  group_id     uuid not null references modifier_groups (id) on delete cascade,
  place        smallint not null,
  name         text not null,
  price_minor  bigint not null,
  quantity_max integer not null default 1,
  product_id   uuid references products (id),
  active       boolean not null default true,
  constraint modifiers_group_id_place_key unique (group_id, place) deferrable initially deferred,
  constraint modifiers_code_check check (code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  constraint modifiers_name_check check (length(name) between 1 and 100),
  constraint modifiers_price_minor_check check (price_minor between 0 and 100000000),
  constraint modifiers_quantity_max_check check (quantity_max between 1 and 50)
);

create index modifiers_product_id_idx on modifiers (product_id) where product_id is not null;

-- The foreign key of an array. The lock makes a group that is being deleted wait, and the deletion looks again afterwards.
create function guard_modifier_group_ids() returns trigger
language plpgsql as $$
begin
  perform from modifier_groups where id = any(new.modifier_group_ids) order by id for key share;
  if exists (
    select
      from unnest(new.modifier_group_ids) as wanted (id)
     where not exists (select from modifier_groups where modifier_groups.id = wanted.id)
  ) then
    raise exception 'a modifier group of the product does not exist'
      using errcode = 'foreign_key_violation', constraint = 'products_modifier_group_ids_fkey';
  end if;
  return new;
end
$$;

create trigger products_modifier_groups_inserted
  before insert on products
  for each row when (new.modifier_group_ids <> '{}')
  execute function guard_modifier_group_ids();

create trigger products_modifier_groups_changed
  before update of modifier_group_ids on products
  for each row when (new.modifier_group_ids <> '{}' and new.modifier_group_ids <> old.modifier_group_ids)
  execute function guard_modifier_group_ids();

create function guard_modifier_group() returns trigger
language plpgsql as $$
begin
  if exists (
    select from products where modifier_group_ids <> '{}' and modifier_group_ids @> array[old.id]
  ) then
    raise exception 'products offer this modifier group'
      using errcode = 'foreign_key_violation', constraint = 'modifier_groups_in_use_check';
  end if;
  return old;
end
$$;

create trigger modifier_groups_in_use
  before delete on modifier_groups
  for each row execute function guard_modifier_group();

create table tax_rates (
  id               uuid constraint tax_rates_id_pkey primary key,
  name             text not null,
  percent          numeric(7, 4) not null,
  tax_category     text not null,
  fulfilment_types text[],
  active           boolean not null,
  version          integer not null default 1,
  created_at       timestamptz(3) not null default now(),
  updated_at       timestamptz(3) not null default now(),
  constraint tax_rates_name_check check (length(name) between 1 and 100),
  constraint tax_rates_percent_check check (percent between 0 and 100),
  constraint tax_rates_tax_category_check check (tax_category ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
  constraint tax_rates_fulfilment_types_check check (
    cardinality(fulfilment_types) >= 1 and cardinality(fulfilment_types) <= 4
    and fulfilment_types <@ array['PICKUP', 'DELIVERY', 'DINE_IN', 'SHIPMENT']),
  constraint tax_rates_version_check check (version >= 1)
);

-- At most one active rate for a category and a fulfilment type.
create unique index tax_rates_pickup_key on tax_rates (tax_category)
  where active and (fulfilment_types is null or 'PICKUP' = any(fulfilment_types));
create unique index tax_rates_delivery_key on tax_rates (tax_category)
  where active and (fulfilment_types is null or 'DELIVERY' = any(fulfilment_types));
create unique index tax_rates_dine_in_key on tax_rates (tax_category)
  where active and (fulfilment_types is null or 'DINE_IN' = any(fulfilment_types));
create unique index tax_rates_shipment_key on tax_rates (tax_category)
  where active and (fulfilment_types is null or 'SHIPMENT' = any(fulfilment_types));

create table charges (
  id                   uuid constraint charges_id_pkey primary key,
  name                 text not null,
  kind                 text not null,
  amount_minor         bigint,
  percent              numeric(7, 4),
  currency             text not null,
  fulfilment_types     text[],
  below_subtotal_minor bigint,
  free_from_minor      bigint,
  postal_codes         text[],
  tax_category         text not null,
  active               boolean not null,
  version              integer not null default 1,
  created_at           timestamptz(3) not null default now(),
  updated_at           timestamptz(3) not null default now(),
  constraint charges_name_check check (length(name) between 1 and 100),
  constraint charges_kind_check check (kind in ('DELIVERY', 'SERVICE', 'PACKAGING', 'SMALL_ORDER')),
  constraint charges_amount_check check (num_nonnulls(amount_minor, percent) = 1),
  constraint charges_amount_minor_check check (amount_minor between 0 and 100000000),
  constraint charges_percent_check check (percent between 0 and 100),
  constraint charges_currency_check check (currency ~ '^[A-Z]{3}$'),
  constraint charges_fulfilment_types_check check (
    cardinality(fulfilment_types) >= 1 and cardinality(fulfilment_types) <= 4
    and fulfilment_types <@ array['PICKUP', 'DELIVERY', 'DINE_IN', 'SHIPMENT']),
  constraint charges_below_subtotal_minor_check check (below_subtotal_minor between 1 and 1000000000000000),
  constraint charges_free_from_minor_check check (free_from_minor between 0 and 1000000000000000),
  constraint charges_postal_codes_check check (
    postal_codes is null or (kind = 'DELIVERY' and cardinality(postal_codes) between 1 and 1000)),
  constraint charges_tax_category_check check (tax_category ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
  constraint charges_version_check check (version >= 1)
);

create table discounts (
  id                     uuid constraint discounts_id_pkey primary key,
  code                   text,
  name                   text not null,
  kind                   text not null,
  percent                numeric(7, 4),
  amount_minor           bigint,
  currency               text not null,
  scope                  text,
  skus                   text[],
  categories             text[],
  minimum_subtotal_minor bigint,
  starts_at              timestamptz(3),
  ends_at                timestamptz(3),
  uses_max               integer,
  uses                   integer not null default 0,
  uses_per_customer_max  integer,
  first_order_only       boolean not null,
  combines               boolean not null,
  active                 boolean not null,
  version                integer not null default 1,
  created_at             timestamptz(3) not null default now(),
  updated_at             timestamptz(3) not null default now(),
  constraint discounts_code_check check (code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$'),
  constraint discounts_name_check check (length(name) between 1 and 100),
  constraint discounts_kind_check check (
    case kind
      when 'PERCENT' then percent is not null and amount_minor is null and scope is not null
      when 'AMOUNT' then percent is null and amount_minor is not null and scope is not null
      when 'FREE_DELIVERY' then percent is null and amount_minor is null and scope is null
      else false
    end),
  constraint discounts_percent_check check (percent between 0 and 100),
  constraint discounts_amount_minor_check check (amount_minor between 1 and 100000000),
  constraint discounts_currency_check check (currency ~ '^[A-Z]{3}$'),
  constraint discounts_scope_check check (scope in ('ORDER', 'LINES')),
  constraint discounts_lines_check check (
    num_nonnulls(skus, categories) = 0
    or (scope = 'LINES' and num_nonnulls(skus, categories) = 1
        and cardinality(coalesce(skus, categories)) between 1 and 200)),
  constraint discounts_minimum_subtotal_minor_check check (minimum_subtotal_minor between 0 and 1000000000000000),
  constraint discounts_ends_at_check check (ends_at > starts_at),
  constraint discounts_uses_max_check check (uses_max between 1 and 1000000000),
  -- Scarce discounts are stock: this is what no race gets past.
  constraint discounts_uses_check check (uses >= 0 and (uses_max is null or uses <= uses_max)),
  constraint discounts_uses_per_customer_max_check check (uses_per_customer_max between 1 and 1000000),
  constraint discounts_version_check check (version >= 1)
) with (fillfactor = 70);

-- In the collation of the code's form, whatever that of the database is: in Turkish, I in lower case is not i.
create unique index discounts_code_key on discounts (lower(code collate "C"));
create index discounts_automatic_idx on discounts (created_at, id) where code is null;

create function guard_discount() returns trigger
language plpgsql as $$
begin
  if old.uses > 0 then
    raise exception 'orders use this discount'
      using errcode = 'foreign_key_violation', constraint = 'discounts_in_use_check';
  end if;
  return old;
end
$$;

create trigger discounts_in_use
  before delete on discounts
  for each row execute function guard_discount();

-- One use for each order that counts: written when the order is placed, deleted when it is cancelled or fails.
create table discount_uses (
  order_id    uuid not null,
  discount_id uuid not null references discounts (id),
  customer_id uuid not null,
  constraint discount_uses_order_id_discount_id_pkey primary key (order_id, discount_id)
);

create index discount_uses_discount_id_customer_id_idx on discount_uses (discount_id, customer_id);

create trigger modifier_groups_version
  after insert or update or delete on modifier_groups
  for each statement execute function raise_price_version();
create trigger modifiers_version
  after insert or update or delete on modifiers
  for each statement execute function raise_price_version();
create trigger tax_rates_version
  after insert or update or delete on tax_rates
  for each statement execute function raise_price_version();
create trigger charges_version
  after insert or update or delete on charges
  for each statement execute function raise_price_version();
-- Not for uses, which change with orders, and not for discounts with a code: they are read when an order names them, and
-- thousands of them may be created while orders are placed.
create trigger discounts_version_inserted
  after insert on discounts
  for each row when (new.code is null)
  execute function raise_price_version();
create trigger discounts_version_changed
  after update of version on discounts
  for each row when (old.code is null or new.code is null)
  execute function raise_price_version();
create trigger discounts_version_deleted
  after delete on discounts
  for each row when (old.code is null)
  execute function raise_price_version();

-- What an order remembers of its bill besides its lines. An order without a row has neither discounts nor charges, taxes
-- or a tip. Amounts are in minor units; the members are named in `order_bills`' statements.
create table order_bills (
  order_id           uuid constraint order_bills_order_id_pkey primary key,
  prices_include_tax boolean not null,
  tip_minor          bigint not null,
  discounts          jsonb not null,
  charges            jsonb not null,
  taxes              jsonb not null,
  constraint order_bills_tip_minor_check check (tip_minor between 0 and 100000000)
);

-- A bill is written with its order, or while the order is queued.
create function guard_new_order_bills() returns trigger
language plpgsql as $$
begin
  if exists (
    select
      from new_bills
     where not coalesce(
             (select orders.status = 'QUEUED'
                     or (orders.version = 1 and orders.xmin = pg_current_xact_id()::xid)
                from orders
               where orders.id = new_bills.order_id), false)
  ) then
    raise exception 'the bill of an order is written with the order'
      using errcode = 'restrict_violation', constraint = 'order_bills_append_only_check';
  end if;
  return null;
end
$$;

create trigger order_bills_written
  after insert on order_bills
  referencing new table as new_bills
  for each statement execute function guard_new_order_bills();

-- The bill of a queued order is replaced when it is placed.
create function guard_order_bill() returns trigger
language plpgsql as $$
begin
  if (select status from orders where id = old.order_id) is distinct from 'QUEUED' then
    raise exception 'the bill of a placed order never changes'
      using errcode = 'restrict_violation', constraint = 'order_bills_append_only_check';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end
$$;

create trigger order_bills_placed
  before update or delete on order_bills
  for each row execute function guard_order_bill();

create trigger order_bills_no_truncate
  before truncate on order_bills
  for each statement execute function refuse_change();

-- Null means nothing of the kind: no modifiers, so the base price is the unit price; no note; a discount or tax of 0.
alter table order_lines
  add column base_price_minor bigint,
  add column modifiers jsonb,
  add column note text,
  add column discount_minor bigint,
  add column tax_minor bigint,
  drop constraint order_lines_unit_price_minor_check,
  add constraint order_lines_unit_price_minor_check check (unit_price_minor between 0 and 1000000000000),
  add constraint order_lines_base_price_minor_check check (
    base_price_minor >= 0 and base_price_minor <= least(unit_price_minor, 100000000)
    and (base_price_minor is null) = (modifiers is null)),
  add constraint order_lines_discount_minor_check check (discount_minor between 0 and total_minor),
  add constraint order_lines_tax_minor_check check (tax_minor >= 0);

alter table orders
  add column fulfilment jsonb;

alter table queued_orders
  add column discount_codes text[];

-- Replies have more members now, which a further dictionary has too: a lone one needs half the bytes.
alter table order_responses
  add column dictionary smallint not null default 1;
