-- For whom, where and when: the shop's settings, its slots, and orders of guests.

-- Null: the name that the configuration gives. Hours: `{"mon": [["11:00", "14:30"], …], …}` in the shop's time zone;
-- null: always open.
create table shop_settings (
  id               boolean not null default true,
  name             text,
  time_zone        text not null default 'UTC',
  fulfilment_types text[] not null default '{PICKUP}',
  opening_hours    jsonb,
  closed_dates     jsonb not null default '[]',
  accepting_orders boolean not null default true,
  paused_until     timestamptz(3),
  lead_minutes     integer not null default 0,
  slot_minutes     integer not null default 0,
  slot_orders_max  integer not null default 0,
  horizon_days     integer not null default 7,
  tip_percents     integer[] not null default '{5,10,15}',
  version          integer not null default 1,
  updated_at       timestamptz(3) not null default now(),
  constraint shop_settings_id_pkey primary key (id),
  constraint shop_settings_id_check check (id),
  constraint shop_settings_name_check check (length(name) between 1 and 100),
  constraint shop_settings_time_zone_check check (length(time_zone) between 1 and 100),
  constraint shop_settings_fulfilment_types_check check (
    cardinality(fulfilment_types) >= 1
    and cardinality(fulfilment_types) <= 4
    and fulfilment_types <@ array['PICKUP', 'DELIVERY', 'DINE_IN', 'SHIPMENT']),
  constraint shop_settings_opening_hours_check check (jsonb_typeof(opening_hours) = 'object'),
  constraint shop_settings_closed_dates_check check (
    jsonb_typeof(closed_dates) = 'array' and jsonb_array_length(closed_dates) <= 400),
  constraint shop_settings_paused_until_check check (paused_until is null or not accepting_orders),
  constraint shop_settings_lead_minutes_check check (lead_minutes between 0 and 1440),
  constraint shop_settings_slot_minutes_check check (slot_minutes = 0 or slot_minutes between 5 and 240),
  constraint shop_settings_slot_orders_max_check check (slot_orders_max between 0 and 100000),
  constraint shop_settings_horizon_days_check check (horizon_days between 0 and 60),
  constraint shop_settings_tip_percents_check check (cardinality(tip_percents) <= 6),
  constraint shop_settings_version_check check (version >= 1)
);

-- A shop keeps every type that its orders, carts, rates or charges name, so that nothing is refused that was taken before.
insert into shop_settings (fulfilment_types)
select array_agg(type order by place)
  from (values ('PICKUP', 1), ('DELIVERY', 2), ('DINE_IN', 3), ('SHIPMENT', 4)) as known (type, place)
 where type = 'PICKUP'
    or exists (select from orders where fulfilment ->> 'type' = type)
    or exists (select from carts where fulfilment ->> 'type' = type)
    or exists (select from tax_rates where type = any(fulfilment_types))
    or exists (select from charges where type = any(fulfilment_types) or (kind = 'DELIVERY' and type = 'DELIVERY' and fulfilment_types is null));

-- Placements remember the settings with the price list, and prove them with the same version.
create trigger shop_settings_version
  after update on shop_settings
  for each statement execute function raise_price_version();

-- How many orders have a place in the slot that begins at this time. Written only by the trigger on `slot_places`.
create table slots (
  start_at timestamptz(3) constraint slots_start_at_pkey primary key,
  places   integer not null,
  constraint slots_places_min_check check (places >= 0)
);

-- The slot of an order. The place is given back, and not held any more, when the order is cancelled or fails.
create table slot_places (
  order_id uuid constraint slot_places_order_id_pkey primary key references orders (id),
  start_at timestamptz(3) not null,
  held     boolean not null default true
);

create index slot_places_start_at_idx on slot_places (start_at);

create function guard_slot() returns trigger
language plpgsql as $$
begin
  if new.places > (select slot_orders_max from shop_settings where slot_orders_max > 0) then
    raise exception 'the slot is full'
      using errcode = 'check_violation', constraint = 'slots_places_check';
  end if;
  return new;
end
$$;

create trigger slots_taken
  before insert on slots
  for each row execute function guard_slot();

create trigger slots_changed
  before update on slots
  for each row when (new.places > old.places)
  execute function guard_slot();

-- In the order of their times, so that two transactions never wait for each other.
create function count_inserted_places() returns trigger
language plpgsql as $$
begin
  insert into slots as slot (start_at, places)
  select start_at, count(*)
    from inserted
   where held
   group by start_at
   order by start_at
      on conflict (start_at) do update set places = slot.places + excluded.places;
  return null;
end
$$;

create trigger slot_places_inserted
  after insert on slot_places
  referencing new table as inserted
  for each statement execute function count_inserted_places();

create function count_changed_places() returns trigger
language plpgsql as $$
declare
  moved record;
begin
  for moved in
    select start_at, sum(change)::int as change
      from (select start_at, 1 as change from after where held
             union all
            select start_at, -1 from before where held) as changes
     group by start_at
    having sum(change) <> 0
     order by start_at
  loop
    if moved.change < 0 then
      update slots set places = places + moved.change where start_at = moved.start_at;
    else
      insert into slots as slot (start_at, places) values (moved.start_at, moved.change)
          on conflict (start_at) do update set places = slot.places + excluded.places;
    end if;
  end loop;
  return null;
end
$$;

create trigger slot_places_changed
  after update on slot_places
  referencing old table as before new table as after
  for each statement execute function count_changed_places();

alter table orders
  add column promised_for timestamptz(3),
  add column ended_at timestamptz(3),
  add column guest_email_key text,
  add column guest_network text;

create index orders_guest_email_key_idx on orders (guest_email_key)
  where guest_email_key is not null and status in ('QUEUED', 'PENDING');
create index orders_guest_network_idx on orders (guest_network)
  where guest_network is not null and status in ('QUEUED', 'PENDING');

-- A guest is a customer without a password. Several may have one e-mail, and one whom staff entered may have none.
alter table users
  alter column email drop not null,
  alter column email_key drop not null,
  alter column password_hash drop not null,
  alter column folded_email drop not null,
  add column guest boolean not null default false,
  add column phone text,
  add constraint users_guest_check check (
    case when guest then password_hash is null and role = 'customer' and not vip
         else password_hash is not null and email is not null end),
  add constraint users_email_check check ((email is null) = (email_key is null)),
  add constraint users_phone_check check (phone ~ '^\+[1-9][0-9]{1,14}$'),
  drop constraint users_email_key_key;

create unique index users_email_key_key on users (email_key) where not guest;
create index users_guest_email_key_idx on users (email_key) where guest;

-- Lists of users and changes of their rights are about accounts, of which there are far fewer than guests.
drop index users_created_at_id_idx;
create index users_created_at_id_idx on users (created_at, id) where not guest;
drop index users_access_changed_at_idx;
create index users_access_changed_at_idx on users (access_changed_at) where not guest;

-- Mails are shown as they were sent, so what they depended on is kept.
alter table mail_settings
  add column time_zone text not null default 'UTC';
