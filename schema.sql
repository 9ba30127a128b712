-- The migrated schema, for reading. Made by "npm run schema"; a test holds it to the migrations.
set check_function_bodies = off;

create schema sandbox;

create extension pg_trgm;

create sequence order_numbers as bigint start with 100001;

CREATE OR REPLACE FUNCTION public.count_changed_places()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION public.count_inserted_places()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION public.find_token_owner(is_guest boolean, customer_id uuid, email_key text, network text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
RETURN CASE WHEN (NOT is_guest) THEN (customer_id)::text WHEN (network IS NOT NULL) THEN ('guest '::text || encode(convert_to(email_key, 'UTF8'::name), 'hex'::text)) ELSE ('guest of staff '::text || encode(convert_to(COALESCE(email_key, ''::text), 'UTF8'::name), 'hex'::text)) END
;

CREATE OR REPLACE FUNCTION public.first_id_at(at timestamp with time zone)
 RETURNS uuid
 LANGUAGE sql
 IMMUTABLE
RETURN ((OVERLAY(lpad(to_hex((GREATEST(floor((EXTRACT(epoch FROM at) * (1000)::numeric)), (0)::numeric))::bigint), 12, '0'::text) PLACING '-'::text FROM 9 FOR 0) || '-0000-0000-000000000000'::text))::uuid
;

CREATE OR REPLACE FUNCTION public.fold_text(text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (octet_length($1) = char_length($1)) THEN lower($1) ELSE NORMALIZE(regexp_replace(replace(replace(replace(replace(translate(lower(NORMALIZE($1, NFKD)), 'ẞÆŒÞØøŁłĐđÐðĦħŦŧŊŋıς'::text, 'ßæœþoollddddhhttnniσ'::text), 'ß'::text, 'ss'::text), 'æ'::text, 'ae'::text), 'œ'::text, 'oe'::text), 'þ'::text, 'th'::text), '[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]'::text, ''::text, 'g'::text), NFC) END
;

CREATE OR REPLACE FUNCTION public.forget_networks()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.buyer_network := null;
  new.guest_network := case when new.guest_network is not null then '' end;
  return new;
end
$function$
;

CREATE OR REPLACE FUNCTION public.forget_refund_words()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if exists (select from public.orders where id = new.order_id and forgotten_at is not null) then
    new.last_error := null;
    new.reason := case when public.is_fixed_reason(new.reason) then new.reason else '' end;
  end if;
  return new;
end
$function$
;

CREATE OR REPLACE FUNCTION public.forget_session_origin()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.address := null;
  new.user_agent := null;
  new.device_hash := null;
  return new;
end
$function$
;

CREATE OR REPLACE FUNCTION public.guard_audit()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  form constant text[] := '{before,after,address,user_agent,subject_personal,actor_personal}';
begin
  if (new.before is not distinct from old.before
      or (old.subject_type = 'user' and new.before = public.without_names(old.before)))
     and (new.after is not distinct from old.after
      or (old.subject_type = 'user' and new.after = public.without_names(old.after)))
     and (new.address is null or new.address = old.address)
     and (new.user_agent is null or new.user_agent = old.user_agent)
     and (old.subject_personal is null or new.subject_personal = old.subject_personal)
     and (old.actor_personal is null or new.actor_personal = old.actor_personal)
     and to_jsonb(new) - form = to_jsonb(old) - form
     and public.is_old_audit(old.subject_type, old.subject_id, old.before, old.after, old.actor_id, old.address,
                             old.user_agent)
     and not public.is_old_audit(new.subject_type, new.subject_id, new.before, new.after, new.actor_id, new.address,
                                 new.user_agent) then
    return new;
  end if;
  raise exception 'audit is append-only: update is refused'
    using errcode = 'restrict_violation', constraint = 'audit_append_only_check';
end
$function$
;

CREATE OR REPLACE FUNCTION public.guard_capture()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'a capture is a fact: only what is taken of it changes'
    using errcode = 'restrict_violation', constraint = 'payment_captures_append_only_check';
end
$function$
;

CREATE OR REPLACE FUNCTION public.guard_discount()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.uses > 0 then
    raise exception 'orders use this discount'
      using errcode = 'foreign_key_violation', constraint = 'discounts_in_use_check';
  end if;
  return old;
end
$function$
;

CREATE OR REPLACE FUNCTION public.guard_event()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  form constant text[] := '{reason,personal,personal_of}';
begin
  if old.reason is not null and new.reason is null
     and old.personal_of is null and new.personal_of is not null
     and to_jsonb(new) - form = to_jsonb(old) - form then
    return new;
  end if;
  raise exception 'events is append-only: update is refused'
    using errcode = 'restrict_violation', constraint = 'events_append_only_check';
end
$function$
;

CREATE OR REPLACE FUNCTION public.guard_modifier_group()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if exists (
    select from products where modifier_group_ids <> '{}' and modifier_group_ids @> array[old.id]
  ) then
    raise exception 'products offer this modifier group'
      using errcode = 'foreign_key_violation', constraint = 'modifier_groups_in_use_check';
  end if;
  return old;
end
$function$
;

CREATE OR REPLACE FUNCTION public.guard_modifier_group_ids()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION public.guard_movement()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.reason = '' and to_jsonb(new) - 'reason' = to_jsonb(old) - 'reason' then
    return new;
  end if;
  raise exception 'stock_movements is append-only: update is refused'
    using errcode = 'restrict_violation', constraint = 'stock_movements_append_only_check';
end
$function$
;

CREATE OR REPLACE FUNCTION public.guard_new_events()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if exists (
    select
      from new_events
     where sequence > (select last_sequence from orders where orders.id = new_events.order_id)
  ) then
    raise exception 'an event of an order is written with the change that it tells'
      using errcode = 'restrict_violation', constraint = 'events_append_only_check';
  end if;
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.guard_new_order_bills()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION public.guard_new_order_lines()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  facts record;
begin
  select coalesce(bool_or((select orders.id from orders where orders.id = order_id) is null), false) as has_no_order,
         coalesce(bool_or((select products.id from products where products.id = product_id) is null), false)
           as has_no_product,
         coalesce(bool_or(line_number > 1), false) as has_more
    into facts
    from new_lines;
  if facts.has_more and exists (select from new_lines group by order_id having min(line_number) > 1) then
    raise exception 'the lines of an order are written at once, with the order'
      using errcode = 'restrict_violation', constraint = 'order_lines_append_only_check';
  end if;
  if facts.has_no_order then
    raise exception 'the order of a line does not exist'
      using errcode = 'foreign_key_violation', constraint = 'order_lines_order_id_fkey';
  end if;
  if facts.has_no_product then
    raise exception 'the product of a line does not exist'
      using errcode = 'foreign_key_violation', constraint = 'order_lines_product_id_fkey';
  end if;
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.guard_new_orders()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  refused record;
begin
  select status, customer_id,
         (select users.id from users where users.id = new_orders.customer_id) is null as has_no_customer
    into refused
    from new_orders
   where (select users.id from users where users.id = new_orders.customer_id) is null
      or not (
        (source = 'api' and status in ('PENDING', 'QUEUED'))
        or (source = 'import' and status in ('COMPLETED', 'CANCELLED')))
   limit 1;
  if not found then
    return null;
  end if;
  if refused.has_no_customer then
    raise exception 'the customer % does not exist', refused.customer_id
      using errcode = 'foreign_key_violation', constraint = 'orders_customer_id_fkey';
  end if;
  raise exception 'an order cannot start as %', refused.status
    using errcode = 'check_violation', constraint = 'orders_status_step_check';
end
$function$
;

CREATE OR REPLACE FUNCTION public.guard_newest_seal()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.number > old.number
     and exists (select from public.log_seals where number = new.number and hash = new.hash)
     and (new.lost is not distinct from old.lost or new.lost = old.number) then
    return new;
  end if;
  raise exception 'the newest seal only gives way to a newer one'
    using errcode = 'restrict_violation', constraint = 'newest_seal_rises_check';
end
$function$
;

CREATE OR REPLACE FUNCTION public.guard_order()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'an order keeps its id and its customer'
    using errcode = 'restrict_violation', constraint = 'orders_kept_check';
end
$function$
;

CREATE OR REPLACE FUNCTION public.guard_order_bill()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if (select status from orders where id = old.order_id) is distinct from 'QUEUED' then
    raise exception 'the bill of a placed order never changes'
      using errcode = 'restrict_violation', constraint = 'order_bills_append_only_check';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end
$function$
;

CREATE OR REPLACE FUNCTION public.guard_order_line()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_op = 'UPDATE' and new.note is null
     and to_jsonb(new) - 'note' = to_jsonb(old) - 'note' then
    return new;
  end if;
  if (select status from orders where id = old.order_id) is distinct from 'QUEUED' then
    raise exception 'the lines of a placed order never change'
      using errcode = 'restrict_violation', constraint = 'order_lines_append_only_check';
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  if new.order_id <> old.order_id or new.line_number <> old.line_number or new.product_id <> old.product_id then
    raise exception 'a line keeps its order, its number and its product'
      using errcode = 'restrict_violation', constraint = 'order_lines_append_only_check';
  end if;
  return new;
end
$function$
;

CREATE OR REPLACE FUNCTION public.guard_order_step()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION public.guard_personal_key()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.person_id = old.person_id and new.created_at = old.created_at then
    if new.key is null then
      -- Servers of an earlier version do not know the column.
      new.key_id := null;
      return new;
    end if;
    if new.key = old.key and new.key_id is not distinct from old.key_id then
      return new;
    end if;
    if old.key is not null and new.key_id is not null and new.key_id is distinct from old.key_id then
      return new;
    end if;
  end if;
  raise exception 'the key of a person can only be destroyed, or encrypted under another key'
    using errcode = 'restrict_violation', constraint = 'personal_keys_kept_check';
end
$function$
;

CREATE OR REPLACE FUNCTION public.guard_refund()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  progress constant text[] := '{reason,status,provider_refund_id,next_attempt_at,attempts,last_error,updated_at}';
begin
  if new.reason = '' and to_jsonb(new) - progress = to_jsonb(old) - progress then
    return new;
  end if;
  raise exception 'a refund is for what it was asked for: only how far it is changes'
    using errcode = 'restrict_violation', constraint = 'payment_refunds_append_only_check';
end
$function$
;

CREATE OR REPLACE FUNCTION public.guard_refund_step()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'a refund cannot go from % to %', old.status, new.status
    using errcode = 'check_violation', constraint = 'payment_refunds_status_step_check';
end
$function$
;

CREATE OR REPLACE FUNCTION public.guard_seal()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  chain record;
begin
  -- In one statement, or another server could seal between two of them.
  select coalesce(ends.number, 0) as number,
         coalesce(ends.hash, decode(repeat('00', 32), 'hex')) as hash,
         coalesce((select max(last) from public.log_seals where log = new.log), 0) as last,
         exists (select from public.log_seals where log_seals.number = new.number) as taken
    into chain
    from (values (1)) as one
    left join public.find_chain_end() as ends on true;
  -- Another server has sealed: the key of the number refuses this one.
  if chain.taken then
    return new;
  end if;
  if new.number = chain.number + 1
     and new.previous = chain.hash
     and new.first > chain.last
     and (select count(distinct position)
            from (select 'events' as log, position from public.events where position in (new.first, new.last)
                  union all
                  select 'audit', position from public.audit where position in (new.first, new.last)) as ends
           where log = new.log) = least(new.last - new.first, 1) + 1 then
    return new;
  end if;
  raise exception 'seal % does not continue the chain', new.number
    using errcode = 'restrict_violation', constraint = 'log_seals_chain_check';
end
$function$
;

CREATE OR REPLACE FUNCTION public.guard_slot()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.places > (select slot_orders_max from shop_settings where slot_orders_max > 0) then
    raise exception 'the slot is full'
      using errcode = 'check_violation', constraint = 'slots_places_check';
  end if;
  return new;
end
$function$
;

CREATE OR REPLACE FUNCTION public.has_names(fields jsonb)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
RETURN (COALESCE((fields ->> 'name'::text), (fields ->> 'email'::text)) IS NOT NULL)
;

CREATE OR REPLACE FUNCTION public.is_fixed_reason(reason text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
RETURN (reason = ANY (ARRAY['Initial stock.'::text, 'It was paid.'::text, 'There is nothing to pay.'::text, 'It was not paid in time.'::text, 'No such payment is known.'::text, 'An admin refunded it.'::text, 'The order was cancelled.'::text, 'It arrived after the order had ended.'::text, 'The order was already paid.'::text, 'It did not match, and no money is due for the order any more.'::text, 'It was refunded at the provider.'::text]))
;

CREATE OR REPLACE FUNCTION public.is_old_audit(subject_type text, subject_id uuid, before jsonb, after jsonb, actor_id uuid, address text, user_agent text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
RETURN (((subject_type = 'user'::text) AND (subject_id IS NOT NULL) AND (has_names(before) OR has_names(after))) OR ((actor_id IS NOT NULL) AND ((address IS NOT NULL) OR (user_agent IS NOT NULL))))
;

CREATE OR REPLACE FUNCTION public.is_old_event(reason text, personal_of uuid, order_id uuid, actor_id uuid)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
RETURN ((personal_of IS NULL) AND (NOT is_fixed_reason(reason)) AND ((order_id IS NOT NULL) OR (actor_id IS NOT NULL)))
;

CREATE OR REPLACE FUNCTION public.note_sold_name()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into sold_names (sku, name)
  values (new.sku, new.name)
  on conflict do nothing;
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.raise_newest_seal()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  update public.newest_seal as before
     set number = new.number,
         hash = new.hash,
         lost = case
                  when before.number = 0
                       or exists (select from public.log_seals where number = before.number and hash = before.hash)
                    then before.lost
                  else before.number
                end;
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.raise_price_version()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  update price_versions
     set version = greatest(version + 1, (extract(epoch from clock_timestamp()) * 1000000)::bigint);
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only: % is refused', tg_table_name, lower(tg_op)
    using errcode = 'restrict_violation', constraint = tg_table_name || '_append_only_check';
end
$function$
;

CREATE OR REPLACE FUNCTION public.refuse_removal()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'orders refer to rows of %: % is refused', tg_table_name,
    case tg_op when 'UPDATE' then 'another id' else lower(tg_op) end
    using errcode = 'restrict_violation', constraint = tg_table_name || '_kept_check';
end
$function$
;

CREATE OR REPLACE FUNCTION public.refuse_step_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'the legal steps of an order are fixed: % is refused', lower(tg_op)
    using errcode = 'restrict_violation', constraint = 'order_status_steps_fixed_check';
end
$function$
;

CREATE OR REPLACE FUNCTION public.search_pattern(text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN (('%'::text || regexp_replace(fold_text($1), '([\\%_])'::text, '\\\1'::text, 'g'::text)) || '%'::text)
;

CREATE OR REPLACE FUNCTION public.without_names(fields jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
RETURN ((fields || CASE WHEN ((fields ->> 'name'::text) IS NULL) THEN '{}'::jsonb ELSE '{"name": null}'::jsonb END) || CASE WHEN ((fields ->> 'email'::text) IS NULL) THEN '{}'::jsonb ELSE '{"email": null}'::jsonb END)
;

create table account_notices (
  id uuid not null,
  user_id uuid not null,
  kind text not null,
  created_at timestamp(3) with time zone default clock_timestamp() not null,
  address text,
  browser text,
  factor text,
  recipient text,
  undo_id uuid,
  constraint account_notices_id_pkey PRIMARY KEY (id),
  constraint account_notices_kind_check CHECK ((kind = ANY (ARRAY['password_changed'::text, 'factor_added'::text, 'factor_removed'::text, 'factors_reset'::text, 'recovery_codes_created'::text, 'recovery_code_used'::text, 'new_device'::text, 'refresh_reused'::text, 'email_change_requested'::text, 'email_changed'::text, 'email_change_undone'::text])))
);

create table api_keys (
  id uuid not null,
  name text not null,
  prefix text not null,
  secret_hash bytea not null,
  scopes text[] not null,
  created_by uuid not null,
  created_at timestamp(3) with time zone default now() not null,
  expires_at timestamp(3) with time zone,
  last_used_at timestamp(3) with time zone,
  revoked_at timestamp(3) with time zone,
  held_by uuid not null,
  refund_max_minor bigint,
  constraint api_keys_id_pkey PRIMARY KEY (id),
  constraint api_keys_refund_max_minor_check CHECK ((refund_max_minor > 0)),
  constraint api_keys_refund_max_with_scope_check CHECK (((refund_max_minor IS NULL) OR ('payments:refund'::text = ANY (scopes)))),
  constraint api_keys_scopes_check CHECK ((cardinality(scopes) > 0)),
  constraint api_keys_secret_hash_key UNIQUE (secret_hash)
);

create table audit (
  "position" bigint generated always as identity not null,
  id uuid not null,
  type text not null,
  subject_type text not null,
  subject_id uuid,
  actor_type text not null,
  actor_id uuid,
  actor_role text,
  before jsonb,
  after jsonb,
  reason text,
  request_id text,
  trace_id text,
  job text,
  address text,
  user_agent text,
  at timestamp(3) with time zone default now() not null,
  subject_personal bytea,
  actor_personal bytea,
  constraint audit_position_pkey PRIMARY KEY ("position"),
  constraint audit_actor_type_check CHECK ((actor_type = ANY (ARRAY['user'::text, 'api_key'::text, 'system'::text, 'operator'::text]))),
  constraint audit_id_key UNIQUE (id),
  constraint audit_type_check CHECK ((type ~~ (subject_type || '.%'::text)))
);

create table cart_items (
  customer_id uuid not null,
  product_id uuid not null,
  quantity integer not null,
  added_at timestamp(3) with time zone default now() not null,
  id uuid not null,
  modifiers jsonb,
  note text,
  constraint cart_items_id_pkey PRIMARY KEY (id),
  constraint cart_items_modifiers_check CHECK (((jsonb_typeof(modifiers) = 'object'::text) AND (modifiers <> '{}'::jsonb))),
  constraint cart_items_note_check CHECK (((length(note) >= 1) AND (length(note) <= 200))),
  constraint cart_items_quantity_check CHECK (((quantity >= 1) AND (quantity <= 10000)))
);

create table carts (
  customer_id uuid not null,
  version integer not null,
  discount_codes text[],
  tip_minor bigint,
  note text,
  fulfilment jsonb,
  changed_at timestamp(3) with time zone default now() not null,
  constraint carts_customer_id_pkey PRIMARY KEY (customer_id),
  constraint carts_discount_codes_check CHECK (((cardinality(discount_codes) >= 1) AND (cardinality(discount_codes) <= 5))),
  constraint carts_fulfilment_check CHECK ((jsonb_typeof(fulfilment) = 'object'::text)),
  constraint carts_note_check CHECK (((length(note) >= 1) AND (length(note) <= 500))),
  constraint carts_tip_minor_check CHECK (((tip_minor >= 0) AND (tip_minor <= 100000000))),
  constraint carts_version_check CHECK ((version > 1))
);

create table charges (
  id uuid not null,
  name text not null,
  kind text not null,
  amount_minor bigint,
  percent numeric(7,4),
  currency text not null,
  fulfilment_types text[],
  below_subtotal_minor bigint,
  free_from_minor bigint,
  postal_codes text[],
  tax_category text not null,
  active boolean not null,
  version integer default 1 not null,
  created_at timestamp(3) with time zone default now() not null,
  updated_at timestamp(3) with time zone default now() not null,
  constraint charges_id_pkey PRIMARY KEY (id),
  constraint charges_amount_check CHECK ((num_nonnulls(amount_minor, percent) = 1)),
  constraint charges_amount_minor_check CHECK (((amount_minor >= 0) AND (amount_minor <= 100000000))),
  constraint charges_below_subtotal_minor_check CHECK (((below_subtotal_minor >= 1) AND (below_subtotal_minor <= '1000000000000000'::bigint))),
  constraint charges_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint charges_free_from_minor_check CHECK (((free_from_minor >= 0) AND (free_from_minor <= '1000000000000000'::bigint))),
  constraint charges_fulfilment_types_check CHECK (((cardinality(fulfilment_types) >= 1) AND (cardinality(fulfilment_types) <= 4) AND (fulfilment_types <@ ARRAY['PICKUP'::text, 'DELIVERY'::text, 'DINE_IN'::text, 'SHIPMENT'::text]))),
  constraint charges_kind_check CHECK ((kind = ANY (ARRAY['DELIVERY'::text, 'SERVICE'::text, 'PACKAGING'::text, 'SMALL_ORDER'::text]))),
  constraint charges_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint charges_percent_check CHECK (((percent >= (0)::numeric) AND (percent <= (100)::numeric))),
  constraint charges_postal_codes_check CHECK (((postal_codes IS NULL) OR ((kind = 'DELIVERY'::text) AND ((cardinality(postal_codes) >= 1) AND (cardinality(postal_codes) <= 1000))))),
  constraint charges_tax_category_check CHECK ((tax_category ~ '^[a-z0-9][a-z0-9-]{0,39}$'::text)),
  constraint charges_version_check CHECK ((version >= 1))
);

create table discount_uses (
  order_id uuid not null,
  discount_id uuid not null,
  customer_id uuid not null,
  constraint discount_uses_order_id_discount_id_pkey PRIMARY KEY (order_id, discount_id)
);

create table discounts (
  id uuid not null,
  code text,
  name text not null,
  kind text not null,
  percent numeric(7,4),
  amount_minor bigint,
  currency text not null,
  scope text,
  skus text[],
  categories text[],
  minimum_subtotal_minor bigint,
  starts_at timestamp(3) with time zone,
  ends_at timestamp(3) with time zone,
  uses_max integer,
  uses integer default 0 not null,
  uses_per_customer_max integer,
  first_order_only boolean not null,
  combines boolean not null,
  active boolean not null,
  version integer default 1 not null,
  created_at timestamp(3) with time zone default now() not null,
  updated_at timestamp(3) with time zone default now() not null,
  constraint discounts_id_pkey PRIMARY KEY (id),
  constraint discounts_amount_minor_check CHECK (((amount_minor >= 1) AND (amount_minor <= 100000000))),
  constraint discounts_code_check CHECK ((code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$'::text)),
  constraint discounts_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint discounts_ends_at_check CHECK ((ends_at > starts_at)),
  constraint discounts_kind_check CHECK (
CASE kind
    WHEN 'PERCENT'::text THEN ((percent IS NOT NULL) AND (amount_minor IS NULL) AND (scope IS NOT NULL))
    WHEN 'AMOUNT'::text THEN ((percent IS NULL) AND (amount_minor IS NOT NULL) AND (scope IS NOT NULL))
    WHEN 'FREE_DELIVERY'::text THEN ((percent IS NULL) AND (amount_minor IS NULL) AND (scope IS NULL))
    ELSE false
END),
  constraint discounts_lines_check CHECK (((num_nonnulls(skus, categories) = 0) OR ((scope = 'LINES'::text) AND (num_nonnulls(skus, categories) = 1) AND ((cardinality(COALESCE(skus, categories)) >= 1) AND (cardinality(COALESCE(skus, categories)) <= 200))))),
  constraint discounts_minimum_subtotal_minor_check CHECK (((minimum_subtotal_minor >= 0) AND (minimum_subtotal_minor <= '1000000000000000'::bigint))),
  constraint discounts_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint discounts_percent_check CHECK (((percent >= (0)::numeric) AND (percent <= (100)::numeric))),
  constraint discounts_scope_check CHECK ((scope = ANY (ARRAY['ORDER'::text, 'LINES'::text]))),
  constraint discounts_uses_check CHECK (((uses >= 0) AND ((uses_max IS NULL) OR (uses <= uses_max)))),
  constraint discounts_uses_max_check CHECK (((uses_max >= 1) AND (uses_max <= 1000000000))),
  constraint discounts_uses_per_customer_max_check CHECK (((uses_per_customer_max >= 1) AND (uses_per_customer_max <= 1000000))),
  constraint discounts_version_check CHECK ((version >= 1))
) with (fillfactor=70);

create table email_links (
  id uuid not null,
  user_id uuid not null,
  purpose text not null,
  email text not null,
  email_key text not null,
  token_hash bytea not null,
  undo_id uuid,
  created_at timestamp(3) with time zone default clock_timestamp() not null,
  expires_at timestamp(3) with time zone not null,
  used_at timestamp(3) with time zone,
  constraint email_links_id_pkey PRIMARY KEY (id),
  constraint email_links_purpose_check CHECK ((purpose = ANY (ARRAY['verify'::text, 'change'::text, 'undo'::text]))),
  constraint email_links_token_hash_check CHECK ((octet_length(token_hash) = 32)),
  constraint email_links_token_hash_key UNIQUE (token_hash),
  constraint email_links_undo_id_check CHECK (((purpose = 'change'::text) = (undo_id IS NOT NULL)))
);

create table encryption_keys (
  id text not null,
  registered_at timestamp(3) with time zone default now() not null,
  encrypts_from timestamp(3) with time zone not null,
  retired_at timestamp(3) with time zone,
  constraint encryption_keys_id_pkey PRIMARY KEY (id),
  constraint encryption_keys_id_check CHECK ((id ~ '^[0-9a-f]{18}$'::text))
);

create table erasures (
  user_id uuid not null,
  requested_at timestamp(3) with time zone,
  due_at timestamp(3) with time zone,
  erased_at timestamp(3) with time zone,
  swept_at timestamp(3) with time zone,
  constraint erasures_user_id_pkey PRIMARY KEY (user_id),
  constraint erasures_due_at_check CHECK ((((due_at IS NULL) = (requested_at IS NULL)) AND (due_at > requested_at))),
  constraint erasures_erased_at_check CHECK (((requested_at IS NOT NULL) OR (erased_at IS NOT NULL))),
  constraint erasures_swept_at_check CHECK (((swept_at IS NULL) OR (erased_at IS NOT NULL)))
);

create table events (
  "position" bigint generated always as identity not null,
  id uuid not null,
  type text not null,
  order_id uuid,
  sequence integer,
  from_status text,
  to_status text,
  actor_type text not null,
  actor_id uuid,
  actor_role text,
  reason text,
  cause jsonb,
  data jsonb default '{}'::jsonb not null,
  at timestamp(3) with time zone default now() not null,
  request_id uuid,
  trace_id uuid,
  idempotency_key uuid,
  personal bytea,
  personal_of uuid,
  constraint events_position_pkey PRIMARY KEY ("position"),
  constraint events_actor_type_check CHECK ((actor_type = ANY (ARRAY['user'::text, 'api_key'::text, 'system'::text, 'provider'::text, 'operator'::text]))),
  constraint events_order_id_sequence_key UNIQUE (order_id, sequence),
  constraint events_order_id_with_sequence_check CHECK (((order_id IS NULL) = (sequence IS NULL))),
  constraint events_personal_check CHECK (((personal IS NULL) OR (personal_of IS NOT NULL))),
  constraint events_sequence_check CHECK ((sequence >= 1))
);

create table factor_challenges (
  id uuid not null,
  kind text not null,
  user_id uuid,
  nonce bytea,
  created_at timestamp(3) with time zone default clock_timestamp() not null,
  expires_at timestamp(3) with time zone not null,
  used_at timestamp(3) with time zone,
  constraint factor_challenges_id_pkey PRIMARY KEY (id),
  constraint factor_challenges_kind_check CHECK ((kind = ANY (ARRAY['sign_in'::text, 'step_up'::text, 'passkey'::text, 'registration'::text]))),
  constraint factor_challenges_nonce_check CHECK (
CASE
    WHEN (nonce IS NULL) THEN (kind = ANY (ARRAY['sign_in'::text, 'step_up'::text]))
    ELSE (octet_length(nonce) = 32)
END),
  constraint factor_challenges_nonce_key UNIQUE (nonce),
  constraint factor_challenges_user_check CHECK (((kind = 'passkey'::text) = (user_id IS NULL)))
);

create table factor_failures (
  id uuid not null,
  user_id uuid not null,
  failed_at timestamp(3) with time zone default clock_timestamp() not null,
  constraint factor_failures_id_pkey PRIMARY KEY (id)
);

create table factors (
  id uuid not null,
  user_id uuid not null,
  type text not null,
  name text not null,
  created_at timestamp(3) with time zone default now() not null,
  confirmed_at timestamp(3) with time zone,
  last_used_at timestamp(3) with time zone,
  secret bytea,
  secret_key_id text,
  last_step bigint,
  credential_id bytea,
  public_key bytea,
  rp_id text,
  sign_count bigint,
  transports text[],
  backup_eligible boolean,
  backed_up boolean,
  constraint factors_id_pkey PRIMARY KEY (id),
  constraint factors_credential_id_key UNIQUE (credential_id),
  constraint factors_last_step_check CHECK (((last_step IS NULL) OR (type = 'totp'::text))),
  constraint factors_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint factors_passkey_check CHECK ((num_nonnulls(credential_id, public_key, rp_id, sign_count, transports, backup_eligible, backed_up) =
CASE type
    WHEN 'passkey'::text THEN 7
    ELSE 0
END)),
  constraint factors_secret_check CHECK ((((type = 'totp'::text) = (secret IS NOT NULL)) AND ((type = 'totp'::text) = (secret_key_id IS NOT NULL)))),
  constraint factors_sign_count_check CHECK ((sign_count >= 0)),
  constraint factors_type_check CHECK ((type = ANY (ARRAY['totp'::text, 'passkey'::text])))
);

create table former_fulfilments (
  order_id uuid not null,
  until_sequence integer not null,
  fulfilment jsonb,
  promised_for timestamp(3) with time zone,
  changed_at timestamp(3) with time zone default now() not null,
  constraint former_fulfilments_order_id_until_sequence_pkey PRIMARY KEY (order_id, until_sequence)
);

create table idempotency_keys (
  scope_hash bytea not null,
  request_hash bytea not null,
  caller_id uuid not null,
  operation text not null,
  result text,
  created_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  constraint idempotency_keys_scope_hash_pkey PRIMARY KEY (scope_hash)
);

create table jobs (
  id uuid not null,
  name text not null,
  queue text not null,
  lane text default 'normal'::text not null,
  data jsonb not null,
  event_id uuid,
  traceparent text,
  state text default 'waiting'::text not null,
  attempts integer default 0 not null,
  due_at timestamp(3) with time zone default now() not null,
  sendings integer default 1 not null,
  sent_at timestamp(3) with time zone default now() not null,
  rescues integer default 0 not null,
  lease_token uuid,
  leased_until timestamp(3) with time zone,
  last_error text,
  created_at timestamp(3) with time zone default now() not null,
  ended_at timestamp(3) with time zone,
  constraint jobs_id_pkey PRIMARY KEY (id),
  constraint jobs_attempts_check CHECK (((attempts >= 0) AND (sendings >= 1) AND (rescues >= 0))),
  constraint jobs_ended_at_check CHECK (((state = 'dead'::text) = (ended_at IS NOT NULL))),
  constraint jobs_lane_check CHECK ((lane = ANY (ARRAY['high'::text, 'normal'::text]))),
  constraint jobs_lease_check CHECK ((((state = 'running'::text) = (lease_token IS NOT NULL)) AND ((state = 'running'::text) = (leased_until IS NOT NULL)))),
  constraint jobs_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'dead'::text])))
);

create table known_devices (
  user_id uuid not null,
  kind text not null,
  identity_hash bytea not null,
  created_at timestamp(3) with time zone default now() not null,
  last_used_at timestamp(3) with time zone default now() not null,
  returned boolean default false not null,
  constraint known_devices_user_id_identity_hash_pkey PRIMARY KEY (user_id, identity_hash),
  constraint known_devices_identity_hash_check CHECK ((octet_length(identity_hash) = 32)),
  constraint known_devices_kind_check CHECK ((kind = ANY (ARRAY['cookie'::text, 'network'::text])))
);

create table log_readers (
  name text not null,
  "position" bigint default 0 not null,
  holder uuid,
  fencing bigint default 0 not null,
  held_since timestamp(3) with time zone,
  leased_until timestamp(3) with time zone,
  moved_at timestamp(3) with time zone default now() not null,
  constraint log_readers_name_pkey PRIMARY KEY (name),
  constraint log_readers_lease_check CHECK ((((holder IS NULL) = (leased_until IS NULL)) AND ((holder IS NULL) = (held_since IS NULL)))),
  constraint log_readers_position_check CHECK (("position" >= 0))
);

create table log_seals (
  number bigint not null,
  format smallint not null,
  log text not null,
  previous bytea not null,
  rows integer not null,
  first bigint not null,
  last bigint not null,
  root bytea not null,
  hash bytea not null,
  signature bytea not null,
  at timestamp(3) with time zone not null,
  leaves bytea not null,
  constraint log_seals_number_pkey PRIMARY KEY (number),
  constraint log_seals_hash_check CHECK ((octet_length(hash) = 32)),
  constraint log_seals_leaves_check CHECK (((rows > 0) AND (octet_length(leaves) = (rows * 56)))),
  constraint log_seals_log_check CHECK ((log = ANY (ARRAY['events'::text, 'audit'::text]))),
  constraint log_seals_log_last_key UNIQUE (log, last),
  constraint log_seals_previous_check CHECK ((octet_length(previous) = 32)),
  constraint log_seals_range_check CHECK ((first <= last)),
  constraint log_seals_root_check CHECK ((octet_length(root) = 32)),
  constraint log_seals_signature_check CHECK ((octet_length(signature) = 64))
);

create table mail_messages (
  id uuid not null,
  order_id uuid,
  sent_at timestamp(3) with time zone default now() not null,
  pay_by timestamp(3) with time zone,
  settings_id integer not null,
  sequence integer,
  kind text not null,
  recipient text not null,
  greeted_name text not null,
  payment_note text,
  to_guest boolean,
  omits_own_words boolean,
  user_id uuid,
  constraint mail_messages_id_pkey PRIMARY KEY (id),
  constraint mail_messages_kind_check CHECK ((kind = ANY (ARRAY['order.placed'::text, 'order.confirmed'::text, 'order.ready'::text, 'order.cancelled'::text, 'order.failed'::text, 'order.rescheduled'::text, 'order.readdressed'::text, 'payment.refunded'::text, 'password.reset'::text, 'email.verify'::text, 'email.confirm'::text, 'email.taken'::text, 'account.password_changed'::text, 'account.factor_added'::text, 'account.factor_removed'::text, 'account.factors_reset'::text, 'account.recovery_codes_created'::text, 'account.recovery_code_used'::text, 'account.new_device'::text, 'account.refresh_reused'::text, 'account.email_change_requested'::text, 'account.email_changed'::text, 'account.email_change_undone'::text]))),
  constraint mail_messages_omits_own_words_check CHECK (omits_own_words),
  constraint mail_messages_order_id_by_kind_check CHECK (((((kind ~~ 'order.%'::text) OR (kind ~~ 'payment.%'::text)) = (order_id IS NOT NULL)) AND ((order_id IS NULL) = (sequence IS NULL)))),
  constraint mail_messages_payment_note_check CHECK (((payment_note = ANY (ARRAY['due'::text, 'received'::text, 'to_refund'::text])) AND ((pay_by IS NULL) OR (NOT (payment_note IS DISTINCT FROM 'due'::text))))),
  constraint mail_messages_to_guest_check CHECK (to_guest),
  constraint mail_messages_user_id_check CHECK (((user_id IS NULL) OR (order_id IS NULL)))
);

create table mail_settings (
  id integer generated always as identity not null,
  wording smallint not null,
  shop_name text,
  public_url text,
  message_id_domain text not null,
  time_zone text default 'UTC'::text not null,
  constraint mail_settings_id_pkey PRIMARY KEY (id),
  constraint mail_settings_content_key UNIQUE NULLS NOT DISTINCT (wording, shop_name, public_url, message_id_domain, time_zone),
  constraint mail_settings_wording_check CHECK (((wording >= 0) AND ((wording = 0) = (shop_name IS NULL)) AND ((shop_name IS NULL) = (public_url IS NULL))))
);

create table mail_texts (
  mail_id uuid not null,
  subject text not null,
  text_body text,
  html_body text,
  constraint mail_texts_mail_id_pkey PRIMARY KEY (mail_id),
  constraint mail_texts_text_body_check CHECK (((text_body IS NULL) = (html_body IS NULL)))
);

create table modifier_groups (
  id uuid not null,
  name text not null,
  min integer not null,
  max integer not null,
  currency text not null,
  version integer default 1 not null,
  created_at timestamp(3) with time zone default now() not null,
  updated_at timestamp(3) with time zone default now() not null,
  constraint modifier_groups_id_pkey PRIMARY KEY (id),
  constraint modifier_groups_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint modifier_groups_min_check CHECK (((0 <= min) AND (min <= max) AND (max <= 50))),
  constraint modifier_groups_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint modifier_groups_version_check CHECK ((version >= 1))
);

create table modifiers (
  code text not null,
  group_id uuid not null,
  place smallint not null,
  name text not null,
  price_minor bigint not null,
  quantity_max integer default 1 not null,
  product_id uuid,
  active boolean default true not null,
  constraint modifiers_code_pkey PRIMARY KEY (code),
  constraint modifiers_code_check CHECK ((code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'::text)),
  constraint modifiers_group_id_place_key UNIQUE (group_id, place) DEFERRABLE INITIALLY DEFERRED,
  constraint modifiers_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint modifiers_price_minor_check CHECK (((price_minor >= 0) AND (price_minor <= 100000000))),
  constraint modifiers_quantity_max_check CHECK (((quantity_max >= 1) AND (quantity_max <= 50)))
);

create table newest_seal (
  id boolean default true not null,
  number bigint not null,
  hash bytea not null,
  lost bigint,
  constraint newest_seal_id_pkey PRIMARY KEY (id),
  constraint newest_seal_hash_check CHECK ((octet_length(hash) = 32)),
  constraint newest_seal_id_check CHECK (id),
  constraint newest_seal_number_check CHECK ((number >= 0))
);

create table order_bills (
  order_id uuid not null,
  prices_include_tax boolean not null,
  tip_minor bigint not null,
  discounts jsonb not null,
  charges jsonb not null,
  taxes jsonb not null,
  constraint order_bills_order_id_pkey PRIMARY KEY (order_id),
  constraint order_bills_tip_minor_check CHECK (((tip_minor >= 0) AND (tip_minor <= 100000000)))
);

create table order_keys (
  scope_hash uuid not null,
  responses_id bigint not null,
  constraint order_keys_scope_hash_pkey PRIMARY KEY (scope_hash)
);

create table order_lines (
  order_id uuid not null,
  line_number smallint not null,
  product_id uuid not null,
  sku text not null,
  name text not null,
  quantity integer not null,
  unit_price_minor bigint not null,
  total_minor bigint not null,
  created_at timestamp(3) with time zone default now() not null,
  base_price_minor bigint,
  modifiers jsonb,
  note text,
  discount_minor bigint,
  tax_minor bigint,
  constraint order_lines_order_id_line_number_pkey PRIMARY KEY (order_id, line_number),
  constraint order_lines_base_price_minor_check CHECK (((base_price_minor >= 0) AND (base_price_minor <= LEAST(unit_price_minor, (100000000)::bigint)) AND ((base_price_minor IS NULL) = (modifiers IS NULL)))),
  constraint order_lines_discount_minor_check CHECK (((discount_minor >= 0) AND (discount_minor <= total_minor))),
  constraint order_lines_line_number_check CHECK (((line_number >= 1) AND (line_number <= 100))),
  constraint order_lines_quantity_check CHECK (((quantity >= 1) AND (quantity <= 10000))),
  constraint order_lines_tax_minor_check CHECK ((tax_minor >= 0)),
  constraint order_lines_total_minor_check CHECK ((total_minor = (quantity * unit_price_minor))),
  constraint order_lines_unit_price_minor_check CHECK (((unit_price_minor >= 0) AND (unit_price_minor <= '1000000000000'::bigint)))
);

create table order_responses (
  id bigint generated always as identity not null,
  scope_hashes uuid[] not null,
  request_hashes uuid[] not null,
  order_ids uuid[] not null,
  responses bytea not null,
  expires_at timestamp with time zone not null,
  dictionary smallint default 1 not null,
  constraint order_responses_id_pkey PRIMARY KEY (id),
  constraint order_responses_lengths_check CHECK (((cardinality(scope_hashes) > 0) AND (cardinality(request_hashes) = cardinality(scope_hashes)) AND (cardinality(order_ids) = cardinality(scope_hashes))))
) with (toast_tuple_target=8160);

create table order_status_steps (
  from_status text not null,
  to_status text not null,
  override_only boolean not null,
  constraint order_status_steps_from_status_to_status_pkey PRIMARY KEY (from_status, to_status)
);

create table orders (
  id uuid not null,
  number text not null,
  customer_id uuid not null,
  status text not null,
  payment_status text default 'UNPAID'::text not null,
  version integer default 1 not null,
  last_sequence integer default 1 not null,
  vip boolean not null,
  total_minor bigint not null,
  currency text not null,
  note text,
  shipping_address text,
  client_token text,
  cancel_reason text,
  failure_code text,
  failure_detail text,
  source text default 'api'::text not null,
  expires_at timestamp(3) with time zone,
  cancelled_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone default now() not null,
  updated_at timestamp(3) with time zone default now() not null,
  fulfilment jsonb,
  promised_for timestamp(3) with time zone,
  ended_at timestamp(3) with time zone,
  guest_email_key text,
  guest_network text,
  buyer_network text,
  forgotten_at timestamp(3) with time zone,
  constraint orders_id_pkey PRIMARY KEY (id),
  constraint orders_cancel_reason_check CHECK (((cancel_reason = ANY (ARRAY['CUSTOMER'::text, 'ADMIN'::text, 'EXPIRED'::text, 'PAYMENT_FAILED'::text])) AND ((cancel_reason IS NULL) = (status <> 'CANCELLED'::text)) AND ((cancelled_at IS NULL) = (status <> 'CANCELLED'::text)))),
  constraint orders_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint orders_failure_code_check CHECK (((failure_code IS NULL) = (status <> 'FAILED'::text))),
  constraint orders_number_key UNIQUE (number),
  constraint orders_payment_status_check CHECK ((payment_status = ANY (ARRAY['UNPAID'::text, 'PENDING'::text, 'PAID'::text, 'FAILED'::text, 'PARTIALLY_REFUNDED'::text, 'REFUNDED'::text]))),
  constraint orders_source_check CHECK ((source = ANY (ARRAY['api'::text, 'import'::text]))),
  constraint orders_status_check CHECK ((status = ANY (ARRAY['QUEUED'::text, 'PENDING'::text, 'CONFIRMED'::text, 'PREPARING'::text, 'READY'::text, 'COMPLETED'::text, 'CANCELLED'::text, 'FAILED'::text]))),
  constraint orders_total_minor_check CHECK ((total_minor >= 0)),
  constraint orders_version_check CHECK (((version >= 1) AND (last_sequence >= 1)))
) with (fillfactor=80, autovacuum_vacuum_scale_factor=0.02);

create table password_resets (
  id uuid not null,
  token_hash bytea not null,
  user_id uuid not null,
  created_at timestamp(3) with time zone default now() not null,
  expires_at timestamp(3) with time zone not null,
  used_at timestamp(3) with time zone,
  constraint password_resets_id_pkey PRIMARY KEY (id),
  constraint password_resets_token_hash_key UNIQUE (token_hash)
);

create table payment_captures (
  id uuid not null,
  provider text not null,
  provider_reference text not null,
  payment_id uuid not null,
  order_id uuid,
  kind text not null,
  amount_minor bigint not null,
  currency text not null,
  taken_minor bigint default 0 not null,
  return_cause text,
  reason text,
  created_at timestamp(3) with time zone default now() not null,
  constraint payment_captures_id_pkey PRIMARY KEY (id),
  constraint payment_captures_kind_check CHECK ((kind = ANY (ARRAY['matched'::text, 'surplus'::text, 'flagged'::text]))),
  constraint payment_captures_provider_provider_reference_key UNIQUE (provider, provider_reference),
  constraint payment_captures_return_cause_check CHECK (
CASE kind
    WHEN 'matched'::text THEN (COALESCE(return_cause, 'late'::text) = 'late'::text)
    WHEN 'surplus'::text THEN (NOT (return_cause IS DISTINCT FROM 'surplus'::text))
    ELSE (return_cause IS NULL)
END),
  constraint payment_captures_taken_minor_check CHECK (((0 <= taken_minor) AND (taken_minor <= amount_minor)))
);

create table payment_refunds (
  id uuid not null,
  capture_id uuid not null,
  payment_id uuid not null,
  order_id uuid,
  cause text not null,
  amount_minor bigint not null,
  currency text not null,
  reason text not null,
  status text default 'PENDING'::text not null,
  provider_refund_id text,
  next_attempt_at timestamp with time zone,
  attempts integer default 0 not null,
  last_error text,
  created_at timestamp(3) with time zone default now() not null,
  updated_at timestamp(3) with time zone default now() not null,
  actor_id uuid,
  constraint payment_refunds_id_pkey PRIMARY KEY (id),
  constraint payment_refunds_amount_minor_check CHECK ((amount_minor > 0)),
  constraint payment_refunds_cause_check CHECK ((cause = ANY (ARRAY['admin'::text, 'cancelled'::text, 'late'::text, 'surplus'::text, 'flagged'::text, 'provider'::text]))),
  constraint payment_refunds_next_attempt_at_check CHECK (((next_attempt_at IS NOT NULL) = (status = 'PENDING'::text))),
  constraint payment_refunds_status_check CHECK ((status = ANY (ARRAY['PENDING'::text, 'SUCCEEDED'::text, 'FAILED'::text])))
);

create table payments (
  id uuid not null,
  order_id uuid,
  provider text not null,
  status text not null,
  amount_minor bigint not null,
  currency text not null,
  captured_minor bigint default 0 not null,
  refunded_minor bigint default 0 not null,
  provider_reference text,
  session_request jsonb,
  session_id text,
  checkout_url text,
  closed_at timestamp(3) with time zone,
  next_attempt_at timestamp with time zone,
  attempts integer default 0 not null,
  created_at timestamp(3) with time zone default now() not null,
  updated_at timestamp(3) with time zone default now() not null,
  constraint payments_id_pkey PRIMARY KEY (id),
  constraint payments_attempts_check CHECK ((attempts >= 0)),
  constraint payments_captured_check CHECK (((captured_minor > 0) = (status = ANY (ARRAY['CAPTURED'::text, 'PARTIALLY_REFUNDED'::text, 'REFUNDED'::text])))),
  constraint payments_currency_check CHECK (((order_id IS NULL) OR (currency ~ '^[A-Z]{3}$'::text))),
  constraint payments_status_check CHECK ((status = ANY (ARRAY['OPEN'::text, 'CAPTURED'::text, 'FAILED'::text, 'EXPIRED'::text, 'FLAGGED'::text, 'PARTIALLY_REFUNDED'::text, 'REFUNDED'::text]))),
  constraint payments_sums_check CHECK (((0 <= refunded_minor) AND (refunded_minor <= captured_minor) AND (captured_minor <= amount_minor))),
  constraint payments_without_order_check CHECK (((order_id IS NOT NULL) OR (status = 'FLAGGED'::text)))
) with (fillfactor=80);

create table personal_keys (
  person_id uuid not null,
  key bytea,
  created_at timestamp(3) with time zone default now() not null,
  destroyed_at timestamp(3) with time zone,
  key_id text,
  constraint personal_keys_person_id_pkey PRIMARY KEY (person_id),
  constraint personal_keys_destroyed_at_check CHECK (((key IS NULL) = (destroyed_at IS NOT NULL))),
  constraint personal_keys_key_check CHECK ((octet_length(key) =
CASE
    WHEN (key_id IS NULL) THEN 32
    ELSE 60
END)),
  constraint personal_keys_key_id_check CHECK (((key IS NOT NULL) OR (key_id IS NULL)))
);

create table price_versions (
  id boolean default true not null,
  version bigint default 1 not null,
  constraint price_versions_id_pkey PRIMARY KEY (id),
  constraint price_versions_id_check CHECK (id)
);

create table products (
  id uuid not null,
  sku text not null,
  name text not null,
  description text default ''::text not null,
  price_minor bigint not null,
  currency text not null,
  active boolean default true not null,
  version integer default 1 not null,
  created_at timestamp(3) with time zone default now() not null,
  updated_at timestamp(3) with time zone default now() not null,
  search_key text generated always as (fold_text(((sku || chr(10)) || name))) stored not null,
  tax_category text default 'standard'::text not null,
  category text,
  "position" integer default 0 not null,
  modifier_group_ids uuid[] default '{}'::uuid[] not null,
  constraint products_id_pkey PRIMARY KEY (id),
  constraint products_category_check CHECK (((length(category) >= 1) AND (length(category) <= 60))),
  constraint products_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint products_modifier_group_ids_check CHECK ((cardinality(modifier_group_ids) <= 20)),
  constraint products_position_check CHECK ((("position" >= 0) AND ("position" <= 1000000))),
  constraint products_price_minor_check CHECK (((price_minor >= 0) AND (price_minor <= 100000000))),
  constraint products_sku_check CHECK ((sku ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'::text)),
  constraint products_sku_key UNIQUE (sku),
  constraint products_tax_category_check CHECK ((tax_category ~ '^[a-z0-9][a-z0-9-]{0,39}$'::text)),
  constraint products_version_check CHECK ((version >= 1))
);

create table provider_events (
  id uuid not null,
  provider text not null,
  event_id text not null,
  type text not null,
  payload jsonb,
  cause jsonb,
  status text not null,
  outcome text,
  attempts integer default 0 not null,
  next_attempt_at timestamp with time zone,
  last_error text,
  failed_at timestamp(3) with time zone,
  received_at timestamp(3) with time zone default now() not null,
  provider_reference text,
  constraint provider_events_id_pkey PRIMARY KEY (id),
  constraint provider_events_failed_at_check CHECK (((failed_at IS NOT NULL) = (status = 'DEAD'::text))),
  constraint provider_events_next_attempt_at_check CHECK (((next_attempt_at IS NOT NULL) = (status = 'RECEIVED'::text))),
  constraint provider_events_payload_check CHECK ((((payload IS NOT NULL) AND (cause IS NOT NULL)) OR ((status = 'APPLIED'::text) AND (provider_reference IS NOT NULL)))),
  constraint provider_events_provider_event_id_key UNIQUE (provider, event_id),
  constraint provider_events_status_check CHECK ((status = ANY (ARRAY['RECEIVED'::text, 'APPLIED'::text, 'IGNORED'::text, 'DEAD'::text])))
);

create table queued_orders (
  order_id uuid not null,
  arrival bigint generated always as identity not null,
  vip boolean not null,
  expected_total_minor bigint,
  expected_prices_minor jsonb,
  cause jsonb not null,
  set_aside_at timestamp(3) with time zone,
  discount_codes text[],
  constraint queued_orders_order_id_pkey PRIMARY KEY (order_id)
);

create table recovery_codes (
  user_id uuid not null,
  code_hash bytea not null,
  created_at timestamp(3) with time zone default now() not null,
  used_at timestamp(3) with time zone,
  constraint recovery_codes_user_id_code_hash_pkey PRIMARY KEY (user_id, code_hash),
  constraint recovery_codes_code_hash_check CHECK ((octet_length(code_hash) = 32))
);

create table refresh_families (
  id uuid not null,
  user_id uuid not null,
  created_at timestamp(3) with time zone default now() not null,
  expires_at timestamp(3) with time zone not null,
  ended_at timestamp(3) with time zone,
  end_reason text,
  authenticated_at timestamp(3) with time zone default '1970-01-01 00:00:00+00'::timestamp with time zone not null,
  generation integer default 1 not null,
  generation_at timestamp(3) with time zone,
  last_used_at timestamp(3) with time zone,
  address text,
  user_agent text,
  epoch integer default 0 not null,
  device_hash bytea,
  constraint refresh_families_id_pkey PRIMARY KEY (id),
  constraint refresh_families_device_hash_check CHECK ((octet_length(device_hash) = 32)),
  constraint refresh_families_end_reason_check CHECK ((end_reason = ANY (ARRAY['logout'::text, 'reuse'::text, 'password'::text, 'reset'::text, 'disabled'::text, 'revoked'::text, 'admin'::text, 'role'::text, 'factor'::text, 'email'::text, 'limit'::text, 'replaced'::text, 'erased'::text]))),
  constraint refresh_families_epoch_check CHECK ((epoch >= 0)),
  constraint refresh_families_generation_check CHECK (((generation >= 1) AND ((generation = 1) = (generation_at IS NULL)))),
  constraint refresh_families_user_agent_check CHECK ((length(user_agent) <= 256))
);

create table refresh_tokens (
  token_hash bytea not null,
  family_id uuid not null,
  issued_at timestamp(3) with time zone default now() not null,
  spent_at timestamp(3) with time zone,
  constraint refresh_tokens_token_hash_pkey PRIMARY KEY (token_hash),
  constraint refresh_tokens_token_hash_check CHECK ((octet_length(token_hash) = 32))
);

create table schedules (
  name text not null,
  started_at timestamp(3) with time zone default '-infinity'::timestamp with time zone not null,
  ended_at timestamp(3) with time zone,
  last_error text,
  report jsonb,
  constraint schedules_name_pkey PRIMARY KEY (name)
);

create table schema_migrations (
  number integer not null,
  name text not null,
  checksum text not null,
  applied_at timestamp with time zone default now() not null,
  constraint schema_migrations_number_pkey PRIMARY KEY (number)
);

create table session_epoch (
  id boolean default true not null,
  epoch integer default 0 not null,
  constraint session_epoch_id_pkey PRIMARY KEY (id),
  constraint session_epoch_epoch_check CHECK ((epoch >= 0)),
  constraint session_epoch_id_check CHECK (id)
);

create table shop_settings (
  id boolean default true not null,
  name text,
  time_zone text default 'UTC'::text not null,
  fulfilment_types text[] default '{PICKUP}'::text[] not null,
  opening_hours jsonb,
  closed_dates jsonb default '[]'::jsonb not null,
  accepting_orders boolean default true not null,
  paused_until timestamp(3) with time zone,
  lead_minutes integer default 0 not null,
  slot_minutes integer default 0 not null,
  slot_orders_max integer default 0 not null,
  horizon_days integer default 7 not null,
  tip_percents integer[] default '{5,10,15}'::integer[] not null,
  version integer default 1 not null,
  updated_at timestamp(3) with time zone default now() not null,
  constraint shop_settings_id_pkey PRIMARY KEY (id),
  constraint shop_settings_closed_dates_check CHECK (((jsonb_typeof(closed_dates) = 'array'::text) AND (jsonb_array_length(closed_dates) <= 400))),
  constraint shop_settings_fulfilment_types_check CHECK (((cardinality(fulfilment_types) >= 1) AND (cardinality(fulfilment_types) <= 4) AND (fulfilment_types <@ ARRAY['PICKUP'::text, 'DELIVERY'::text, 'DINE_IN'::text, 'SHIPMENT'::text]))),
  constraint shop_settings_horizon_days_check CHECK (((horizon_days >= 0) AND (horizon_days <= 60))),
  constraint shop_settings_id_check CHECK (id),
  constraint shop_settings_lead_minutes_check CHECK (((lead_minutes >= 0) AND (lead_minutes <= 1440))),
  constraint shop_settings_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint shop_settings_opening_hours_check CHECK ((jsonb_typeof(opening_hours) = 'object'::text)),
  constraint shop_settings_paused_until_check CHECK (((paused_until IS NULL) OR (NOT accepting_orders))),
  constraint shop_settings_slot_minutes_check CHECK (((slot_minutes = 0) OR ((slot_minutes >= 5) AND (slot_minutes <= 240)))),
  constraint shop_settings_slot_orders_max_check CHECK (((slot_orders_max >= 0) AND (slot_orders_max <= 100000))),
  constraint shop_settings_time_zone_check CHECK (((length(time_zone) >= 1) AND (length(time_zone) <= 100))),
  constraint shop_settings_tip_percents_check CHECK ((cardinality(tip_percents) <= 6)),
  constraint shop_settings_version_check CHECK ((version >= 1))
);

create table slot_places (
  order_id uuid not null,
  start_at timestamp(3) with time zone not null,
  held boolean default true not null,
  constraint slot_places_order_id_pkey PRIMARY KEY (order_id)
);

create table slots (
  start_at timestamp(3) with time zone not null,
  places integer not null,
  constraint slots_start_at_pkey PRIMARY KEY (start_at),
  constraint slots_places_min_check CHECK ((places >= 0))
);

create table sold_names (
  sku text not null,
  name text not null,
  search_key text generated always as (fold_text(((sku || chr(10)) || name))) stored not null,
  constraint sold_names_sku_name_pkey PRIMARY KEY (sku, name)
);

create table stock (
  product_id uuid not null,
  on_hand bigint default 0 not null,
  reserved bigint default 0 not null,
  constraint stock_product_id_pkey PRIMARY KEY (product_id),
  constraint stock_on_hand_check CHECK (((on_hand >= 0) AND (on_hand <= '1000000000000'::bigint))),
  constraint stock_reserved_check CHECK (((reserved >= 0) AND (reserved <= on_hand)))
) with (fillfactor=70);

create table stock_movements (
  id uuid not null,
  product_id uuid not null,
  kind text not null,
  delta bigint not null,
  reason text not null,
  order_id uuid,
  on_hand bigint not null,
  reserved bigint not null,
  actor_type text not null,
  actor_id uuid,
  actor_role text,
  at timestamp(3) with time zone default now() not null,
  constraint stock_movements_id_pkey PRIMARY KEY (id),
  constraint stock_movements_actor_type_check CHECK ((actor_type = ANY (ARRAY['user'::text, 'api_key'::text, 'system'::text, 'provider'::text, 'operator'::text]))),
  constraint stock_movements_delta_check CHECK (
CASE kind
    WHEN 'initial'::text THEN (delta > 0)
    WHEN 'consumption'::text THEN (delta < 0)
    WHEN 'return'::text THEN (delta > 0)
    ELSE (delta <> 0)
END),
  constraint stock_movements_kind_check CHECK ((kind = ANY (ARRAY['initial'::text, 'adjustment'::text, 'consumption'::text, 'return'::text]))),
  constraint stock_movements_order_id_check CHECK (((order_id IS NOT NULL) = (kind = ANY (ARRAY['consumption'::text, 'return'::text]))))
);

create table tax_rates (
  id uuid not null,
  name text not null,
  percent numeric(7,4) not null,
  tax_category text not null,
  fulfilment_types text[],
  active boolean not null,
  version integer default 1 not null,
  created_at timestamp(3) with time zone default now() not null,
  updated_at timestamp(3) with time zone default now() not null,
  constraint tax_rates_id_pkey PRIMARY KEY (id),
  constraint tax_rates_fulfilment_types_check CHECK (((cardinality(fulfilment_types) >= 1) AND (cardinality(fulfilment_types) <= 4) AND (fulfilment_types <@ ARRAY['PICKUP'::text, 'DELIVERY'::text, 'DINE_IN'::text, 'SHIPMENT'::text]))),
  constraint tax_rates_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint tax_rates_percent_check CHECK (((percent >= (0)::numeric) AND (percent <= (100)::numeric))),
  constraint tax_rates_tax_category_check CHECK ((tax_category ~ '^[a-z0-9][a-z0-9-]{0,39}$'::text)),
  constraint tax_rates_version_check CHECK ((version >= 1))
);

create table users (
  id uuid not null,
  email text,
  email_key text,
  name text default ''::text not null,
  password_hash text,
  role text default 'customer'::text not null,
  vip boolean default false not null,
  disabled_at timestamp(3) with time zone,
  access_changed_at timestamp(3) with time zone default now() not null,
  created_at timestamp(3) with time zone default now() not null,
  updated_at timestamp(3) with time zone default now() not null,
  folded_email text generated always as (fold_text(email_key)) stored,
  folded_name text generated always as (fold_text(name)) stored not null,
  guest boolean default false not null,
  phone text,
  password_change_required boolean default false not null,
  email_verified_at timestamp(3) with time zone,
  original_email_key text,
  constraint users_id_pkey PRIMARY KEY (id),
  constraint users_email_check CHECK (((email IS NULL) = (email_key IS NULL))),
  constraint users_email_verified_at_check CHECK (((email_verified_at IS NULL) OR (NOT guest))),
  constraint users_guest_check CHECK (
CASE
    WHEN guest THEN ((password_hash IS NULL) AND (role = 'customer'::text) AND (NOT vip))
    ELSE ((password_hash IS NOT NULL) AND (email IS NOT NULL))
END),
  constraint users_phone_check CHECK ((phone ~ '^\+[1-9][0-9]{1,14}$'::text)),
  constraint users_role_check CHECK ((role = ANY (ARRAY['customer'::text, 'kitchen'::text, 'admin'::text])))
);

create table webhook_deliveries (
  id uuid not null,
  endpoint_id uuid not null,
  event_id uuid not null,
  event_type text not null,
  event_position bigint,
  order_id uuid,
  line_id uuid not null,
  status text default 'PENDING'::text not null,
  attempts integer default 0 not null,
  last_status integer,
  last_error text,
  job_id uuid,
  created_at timestamp(3) with time zone default now() not null,
  ended_at timestamp(3) with time zone,
  seal_number bigint,
  constraint webhook_deliveries_id_pkey PRIMARY KEY (id),
  constraint webhook_deliveries_attempts_check CHECK ((attempts >= 0)),
  constraint webhook_deliveries_delivered_check CHECK (((status <> 'DELIVERED'::text) OR ((last_status >= 200) AND (last_status <= 299)))),
  constraint webhook_deliveries_ended_at_check CHECK (((status = 'PENDING'::text) = (ended_at IS NULL))),
  constraint webhook_deliveries_endpoint_id_event_id_key UNIQUE (endpoint_id, event_id),
  constraint webhook_deliveries_line_id_check CHECK ((line_id = COALESCE(order_id, event_id))),
  constraint webhook_deliveries_seal_number_check CHECK (((seal_number IS NULL) OR (event_position IS NULL))),
  constraint webhook_deliveries_status_check CHECK ((status = ANY (ARRAY['PENDING'::text, 'DELIVERED'::text, 'FAILED'::text])))
) with (fillfactor=80);

create table webhook_endpoints (
  id uuid not null,
  url text not null,
  event_types text[] not null,
  active boolean default true not null,
  secret text,
  previous_secret text,
  previous_valid_until timestamp(3) with time zone,
  created_at timestamp(3) with time zone default now() not null,
  updated_at timestamp(3) with time zone default now() not null,
  deleted_at timestamp(3) with time zone,
  secret_key_id text,
  previous_secret_key_id text,
  constraint webhook_endpoints_id_pkey PRIMARY KEY (id),
  constraint webhook_endpoints_deleted_at_check CHECK (((deleted_at IS NULL) OR (NOT active))),
  constraint webhook_endpoints_event_types_check CHECK ((cardinality(event_types) > 0)),
  constraint webhook_endpoints_previous_secret_check CHECK (((previous_secret IS NULL) = (previous_valid_until IS NULL))),
  constraint webhook_endpoints_previous_secret_key_id_check CHECK (((previous_secret_key_id IS NULL) = ((previous_secret IS NULL) OR (previous_secret ~~ 'whsec\_%'::text)))),
  constraint webhook_endpoints_secret_key_id_check CHECK (((secret_key_id IS NULL) = ((secret IS NULL) OR (secret ~~ 'whsec\_%'::text))))
);

create table webhook_lines (
  endpoint_id uuid not null,
  line_id uuid not null,
  delivery_id uuid,
  constraint webhook_lines_endpoint_id_line_id_pkey PRIMARY KEY (endpoint_id, line_id)
) with (fillfactor=50);

create table sandbox.charges (
  reference text not null,
  session_reference text,
  payment_id text not null,
  amount_minor bigint not null,
  currency text not null,
  created_at timestamp(3) with time zone default now() not null,
  constraint charges_reference_pkey PRIMARY KEY (reference),
  constraint charges_amount_minor_check CHECK ((amount_minor >= 0))
);

create table sandbox.deliveries (
  id bigint generated always as identity not null,
  event_id text not null,
  body text not null,
  attempts integer default 0 not null,
  next_attempt_at timestamp with time zone,
  delivered_at timestamp(3) with time zone,
  last_error text,
  created_at timestamp(3) with time zone default now() not null,
  constraint deliveries_id_pkey PRIMARY KEY (id),
  constraint deliveries_attempts_check CHECK ((attempts >= 0))
);

create table sandbox.refunds (
  id text not null,
  refund_id text not null,
  payment_id text,
  charge_reference text not null,
  amount_minor bigint not null,
  currency text not null,
  status text not null,
  settles_as text,
  settles_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone default now() not null,
  constraint refunds_id_pkey PRIMARY KEY (id),
  constraint refunds_amount_minor_check CHECK ((amount_minor >= 0)),
  constraint refunds_refund_id_key UNIQUE (refund_id),
  constraint refunds_settles_as_check CHECK ((settles_as = ANY (ARRAY['SUCCEEDED'::text, 'FAILED'::text]))),
  constraint refunds_settles_at_check CHECK (((settles_as IS NULL) = (settles_at IS NULL))),
  constraint refunds_status_check CHECK ((status = ANY (ARRAY['PENDING'::text, 'SUCCEEDED'::text, 'FAILED'::text])))
);

create table sandbox.sessions (
  reference text not null,
  request_key text not null,
  payment_id text not null,
  order_number text not null,
  amount_minor bigint not null,
  currency text not null,
  return_url text not null,
  status text default 'OPEN'::text not null,
  refund_mode text default 'succeed'::text not null,
  expires_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone default now() not null,
  constraint sessions_reference_pkey PRIMARY KEY (reference),
  constraint sessions_amount_minor_check CHECK ((amount_minor >= 0)),
  constraint sessions_refund_mode_check CHECK ((refund_mode = ANY (ARRAY['succeed'::text, 'fail'::text, 'succeed_later'::text, 'fail_later'::text]))),
  constraint sessions_request_key_key UNIQUE (request_key),
  constraint sessions_status_check CHECK ((status = ANY (ARRAY['OPEN'::text, 'PAID'::text, 'FAILED'::text, 'EXPIRED'::text])))
) with (fillfactor=80);

alter table account_notices add constraint account_notices_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);

alter table api_keys add constraint api_keys_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id);

alter table api_keys add constraint api_keys_held_by_fkey FOREIGN KEY (held_by) REFERENCES users(id);

alter table cart_items add constraint cart_items_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES users(id);

alter table cart_items add constraint cart_items_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id);

alter table carts add constraint carts_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES users(id);

alter table discount_uses add constraint discount_uses_discount_id_fkey FOREIGN KEY (discount_id) REFERENCES discounts(id);

alter table email_links add constraint email_links_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);

alter table erasures add constraint erasures_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);

alter table factor_challenges add constraint factor_challenges_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);

alter table factor_failures add constraint factor_failures_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);

alter table factors add constraint factors_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);

alter table former_fulfilments add constraint former_fulfilments_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id);

alter table known_devices add constraint known_devices_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);

alter table modifiers add constraint modifiers_group_id_fkey FOREIGN KEY (group_id) REFERENCES modifier_groups(id) ON DELETE CASCADE;

alter table modifiers add constraint modifiers_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id);

alter table password_resets add constraint password_resets_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);

alter table payment_captures add constraint payment_captures_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id);

alter table payment_captures add constraint payment_captures_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments(id);

alter table payment_refunds add constraint payment_refunds_capture_id_fkey FOREIGN KEY (capture_id) REFERENCES payment_captures(id);

alter table payment_refunds add constraint payment_refunds_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id);

alter table payment_refunds add constraint payment_refunds_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments(id);

alter table payments add constraint payments_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id);

alter table queued_orders add constraint queued_orders_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id);

alter table recovery_codes add constraint recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);

alter table refresh_families add constraint refresh_families_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);

alter table refresh_tokens add constraint refresh_tokens_family_id_fkey FOREIGN KEY (family_id) REFERENCES refresh_families(id);

alter table slot_places add constraint slot_places_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id);

alter table stock_movements add constraint stock_movements_product_id_fkey FOREIGN KEY (product_id) REFERENCES stock(product_id);

alter table stock add constraint stock_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id);

alter table webhook_deliveries add constraint webhook_deliveries_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints(id);

alter table webhook_lines add constraint webhook_lines_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES webhook_deliveries(id);

alter table sandbox.charges add constraint charges_session_reference_fkey FOREIGN KEY (session_reference) REFERENCES sandbox.sessions(reference);

CREATE INDEX account_notices_created_at_idx ON public.account_notices USING btree (created_at);

CREATE INDEX account_notices_user_id_kind_created_at_idx ON public.account_notices USING btree (user_id, kind, created_at);

CREATE INDEX api_keys_created_at_id_idx ON public.api_keys USING btree (created_at DESC, id DESC);

CREATE INDEX api_keys_held_by_idx ON public.api_keys USING btree (held_by) WHERE (revoked_at IS NULL);

CREATE INDEX audit_actor_type_at_position_idx ON public.audit USING btree (COALESCE((actor_id)::text, actor_type), type, at, "position");

CREATE INDEX audit_at_position_idx ON public.audit USING btree (at, "position");

CREATE INDEX audit_position_old_idx ON public.audit USING btree ("position") WHERE is_old_audit(subject_type, subject_id, before, after, actor_id, address, user_agent);

CREATE INDEX audit_subject_id_at_position_idx ON public.audit USING btree (subject_id, at, "position");

CREATE INDEX audit_type_at_position_idx ON public.audit USING btree (type, at, "position");

CREATE UNIQUE INDEX cart_items_selection_key ON public.cart_items USING btree (customer_id, product_id, sha256(((modifiers)::text)::bytea), note) NULLS NOT DISTINCT;

CREATE INDEX discount_uses_discount_id_customer_id_idx ON public.discount_uses USING btree (discount_id, customer_id);

CREATE INDEX discounts_automatic_idx ON public.discounts USING btree (created_at, id) WHERE (code IS NULL);

CREATE UNIQUE INDEX discounts_code_key ON public.discounts USING btree (lower((code COLLATE "C")));

CREATE INDEX email_links_email_key_created_at_idx ON public.email_links USING btree (email_key, created_at);

CREATE INDEX email_links_user_id_created_at_idx ON public.email_links USING btree (user_id, created_at);

CREATE INDEX erasures_due_at_user_id_open_idx ON public.erasures USING btree (due_at, user_id) WHERE (erased_at IS NULL);

CREATE INDEX erasures_erased_at_unswept_idx ON public.erasures USING btree (erased_at) WHERE ((erased_at IS NOT NULL) AND (swept_at IS NULL));

CREATE INDEX events_actor_id_position_idx ON public.events USING btree (actor_id, "position") WHERE ((order_id IS NULL) AND (actor_id IS NOT NULL));

CREATE INDEX events_at_idx ON public.events USING brin (at);

CREATE INDEX events_position_old_idx ON public.events USING btree ("position") WHERE is_old_event(reason, personal_of, order_id, actor_id);

CREATE INDEX factor_challenges_expires_at_idx ON public.factor_challenges USING btree (expires_at);

CREATE INDEX factor_challenges_user_id_idx ON public.factor_challenges USING btree (user_id) WHERE (user_id IS NOT NULL);

CREATE INDEX factor_failures_failed_at_idx ON public.factor_failures USING btree (failed_at);

CREATE INDEX factor_failures_user_id_failed_at_idx ON public.factor_failures USING btree (user_id, failed_at);

CREATE INDEX factors_created_at_idx ON public.factors USING btree (created_at) WHERE (confirmed_at IS NULL);

CREATE INDEX factors_user_id_idx ON public.factors USING btree (user_id);

CREATE INDEX idempotency_keys_expires_at_idx ON public.idempotency_keys USING btree (expires_at);

CREATE INDEX jobs_due_at_idx ON public.jobs USING btree (due_at) WHERE (state = 'waiting'::text);

CREATE INDEX jobs_ended_at_id_dead_idx ON public.jobs USING btree (ended_at DESC, id DESC) WHERE (state = 'dead'::text);

CREATE INDEX jobs_leased_until_idx ON public.jobs USING btree (leased_until) WHERE (state = 'running'::text);

CREATE INDEX known_devices_last_used_at_idx ON public.known_devices USING btree (last_used_at);

CREATE INDEX mail_messages_order_id_idx ON public.mail_messages USING btree (order_id) WHERE (order_id IS NOT NULL);

CREATE INDEX mail_messages_sent_at_idx ON public.mail_messages USING btree (sent_at);

CREATE INDEX mail_messages_user_id_idx ON public.mail_messages USING btree (user_id) WHERE (user_id IS NOT NULL);

CREATE INDEX modifiers_product_id_idx ON public.modifiers USING btree (product_id) WHERE (product_id IS NOT NULL);

CREATE INDEX order_lines_sku_created_at_order_id_idx ON public.order_lines USING btree (sku, created_at, order_id);

CREATE INDEX order_responses_expires_at_idx ON public.order_responses USING btree (expires_at) WHERE (expires_at < 'infinity'::timestamp with time zone);

CREATE INDEX orders_buyer_network_idx ON public.orders USING btree (buyer_network) WHERE ((buyer_network IS NOT NULL) AND (status = ANY (ARRAY['QUEUED'::text, 'PENDING'::text])));

CREATE INDEX orders_created_at_id_idx ON public.orders USING btree (created_at, id);

CREATE INDEX orders_customer_id_cancelled_at_idx ON public.orders USING btree (customer_id, cancelled_at) WHERE (cancel_reason = 'CUSTOMER'::text);

CREATE UNIQUE INDEX orders_customer_id_client_token_key ON public.orders USING btree (customer_id, client_token) WHERE (client_token IS NOT NULL);

CREATE INDEX orders_customer_id_created_at_id_idx ON public.orders USING btree (customer_id, created_at, id);

CREATE INDEX orders_customer_id_pending_idx ON public.orders USING btree (customer_id) WHERE (status = ANY (ARRAY['QUEUED'::text, 'PENDING'::text]));

CREATE INDEX orders_ended_at_kept_idx ON public.orders USING btree (COALESCE(ended_at, updated_at)) WHERE ((status = ANY (ARRAY['COMPLETED'::text, 'CANCELLED'::text, 'FAILED'::text])) AND (source = 'api'::text) AND ((forgotten_at IS NULL) OR (forgotten_at < ended_at)));

CREATE INDEX orders_expires_at_idx ON public.orders USING btree (expires_at) WHERE ((status = 'PENDING'::text) AND (expires_at IS NOT NULL));

CREATE INDEX orders_guest_email_key_idx ON public.orders USING btree (guest_email_key) WHERE ((guest_email_key IS NOT NULL) AND (status = ANY (ARRAY['QUEUED'::text, 'PENDING'::text])));

CREATE INDEX orders_guest_network_idx ON public.orders USING btree (guest_network) WHERE ((guest_network IS NOT NULL) AND (status = ANY (ARRAY['QUEUED'::text, 'PENDING'::text])));

CREATE INDEX orders_status_payment_status_created_at_id_idx ON public.orders USING btree (status, payment_status, created_at, id);

CREATE INDEX orders_updated_at_paid_idx ON public.orders USING btree (updated_at) WHERE ((status = ANY (ARRAY['CANCELLED'::text, 'FAILED'::text])) AND (payment_status = ANY (ARRAY['PAID'::text, 'PARTIALLY_REFUNDED'::text])));

CREATE INDEX password_resets_user_id_created_at_idx ON public.password_resets USING btree (user_id, created_at);

CREATE INDEX payment_captures_created_at_returning_idx ON public.payment_captures USING btree (created_at) WHERE (((return_cause IS NOT NULL) OR (kind = 'flagged'::text)) AND (taken_minor < amount_minor));

CREATE UNIQUE INDEX payment_captures_order_id_matched_key ON public.payment_captures USING btree (order_id) WHERE (kind = 'matched'::text);

CREATE INDEX payment_captures_payment_id_idx ON public.payment_captures USING btree (payment_id);

CREATE UNIQUE INDEX payment_captures_payment_id_matched_key ON public.payment_captures USING btree (payment_id) WHERE (kind = 'matched'::text);

CREATE INDEX payment_refunds_actor_id_created_at_idx ON public.payment_refunds USING btree (actor_id, created_at) WHERE (actor_id IS NOT NULL);

CREATE INDEX payment_refunds_capture_id_idx ON public.payment_refunds USING btree (capture_id);

CREATE INDEX payment_refunds_next_attempt_at_idx ON public.payment_refunds USING btree (next_attempt_at) WHERE (next_attempt_at IS NOT NULL);

CREATE INDEX payment_refunds_provider_refund_id_idx ON public.payment_refunds USING btree (provider_refund_id) WHERE (provider_refund_id IS NOT NULL);

CREATE INDEX payments_created_at_id_idx ON public.payments USING btree (created_at, id);

CREATE INDEX payments_id_payable_idx ON public.payments USING btree (id) WHERE ((closed_at IS NULL) AND (next_attempt_at IS NULL));

CREATE INDEX payments_next_attempt_at_idx ON public.payments USING btree (next_attempt_at) WHERE (next_attempt_at IS NOT NULL);

CREATE INDEX payments_order_id_idx ON public.payments USING btree (order_id);

CREATE UNIQUE INDEX payments_order_id_open_key ON public.payments USING btree (order_id) WHERE (status = 'OPEN'::text);

CREATE INDEX payments_updated_at_idx ON public.payments USING btree (updated_at);

CREATE INDEX personal_keys_key_id_idx ON public.personal_keys USING btree (key_id) WHERE (key IS NOT NULL);

CREATE INDEX products_modifier_group_ids_idx ON public.products USING gin (modifier_group_ids) WHERE (modifier_group_ids <> '{}'::uuid[]);

CREATE INDEX products_name_id_idx ON public.products USING btree (name, id);

CREATE INDEX provider_events_failed_at_id_idx ON public.provider_events USING btree (failed_at DESC, id DESC) WHERE (status = 'DEAD'::text);

CREATE INDEX provider_events_next_attempt_at_idx ON public.provider_events USING btree (next_attempt_at, id) WHERE (next_attempt_at IS NOT NULL);

CREATE INDEX provider_events_payment_id_idx ON public.provider_events USING btree (((payload ->> 'paymentId'::text))) WHERE (payload IS NOT NULL);

CREATE INDEX provider_events_received_at_words_idx ON public.provider_events USING btree (received_at) WHERE ((status = ANY (ARRAY['APPLIED'::text, 'IGNORED'::text])) AND (COALESCE((payload ->> 'reason'::text), (payload ->> 'failure'::text), last_error) IS NOT NULL));

CREATE INDEX queued_orders_vip_arrival_idx ON public.queued_orders USING btree (vip, arrival) WHERE (set_aside_at IS NULL);

CREATE INDEX refresh_families_ended_at_idx ON public.refresh_families USING btree (ended_at) WHERE (ended_at IS NOT NULL);

CREATE INDEX refresh_families_generation_at_idx ON public.refresh_families USING btree (generation_at) WHERE (generation_at IS NOT NULL);

CREATE INDEX refresh_families_user_id_idx ON public.refresh_families USING btree (user_id) WHERE (ended_at IS NULL);

CREATE INDEX refresh_tokens_family_id_idx ON public.refresh_tokens USING btree (family_id);

CREATE UNIQUE INDEX refresh_tokens_family_id_key ON public.refresh_tokens USING btree (family_id) WHERE (spent_at IS NULL);

CREATE INDEX refresh_tokens_spent_at_idx ON public.refresh_tokens USING btree (spent_at) WHERE (spent_at IS NOT NULL);

CREATE INDEX slot_places_start_at_idx ON public.slot_places USING btree (start_at);

CREATE INDEX sold_names_search_key_trigrams_idx ON public.sold_names USING gin (search_key gin_trgm_ops) WITH (fastupdate=off);

CREATE INDEX stock_movements_actor_id_at_id_idx ON public.stock_movements USING btree (actor_id, at, id) WHERE ((actor_id IS NOT NULL) AND (order_id IS NULL));

CREATE INDEX stock_movements_order_id_idx ON public.stock_movements USING btree (order_id) WHERE (order_id IS NOT NULL);

CREATE INDEX stock_movements_product_id_at_id_idx ON public.stock_movements USING btree (product_id, at, id);

CREATE UNIQUE INDEX tax_rates_delivery_key ON public.tax_rates USING btree (tax_category) WHERE (active AND ((fulfilment_types IS NULL) OR ('DELIVERY'::text = ANY (fulfilment_types))));

CREATE UNIQUE INDEX tax_rates_dine_in_key ON public.tax_rates USING btree (tax_category) WHERE (active AND ((fulfilment_types IS NULL) OR ('DINE_IN'::text = ANY (fulfilment_types))));

CREATE UNIQUE INDEX tax_rates_pickup_key ON public.tax_rates USING btree (tax_category) WHERE (active AND ((fulfilment_types IS NULL) OR ('PICKUP'::text = ANY (fulfilment_types))));

CREATE UNIQUE INDEX tax_rates_shipment_key ON public.tax_rates USING btree (tax_category) WHERE (active AND ((fulfilment_types IS NULL) OR ('SHIPMENT'::text = ANY (fulfilment_types))));

CREATE INDEX users_access_changed_at_idx ON public.users USING btree (access_changed_at) WHERE (NOT guest);

CREATE INDEX users_created_at_id_idx ON public.users USING btree (created_at, id) WHERE (NOT guest);

CREATE UNIQUE INDEX users_email_key_key ON public.users USING btree (email_key) WHERE (NOT guest);

CREATE INDEX users_folded_email_trigrams_idx ON public.users USING gin (folded_email gin_trgm_ops) WITH (fastupdate=off);

CREATE INDEX users_guest_email_key_idx ON public.users USING btree (email_key) WHERE guest;

CREATE INDEX users_id_admin_idx ON public.users USING btree (id) WHERE ((role = 'admin'::text) AND (disabled_at IS NULL));

CREATE INDEX users_original_email_key_idx ON public.users USING btree (original_email_key) WHERE (original_email_key IS NOT NULL);

CREATE INDEX webhook_deliveries_ended_at_idx ON public.webhook_deliveries USING btree (ended_at) WHERE (status <> 'PENDING'::text);

CREATE INDEX webhook_deliveries_endpoint_id_created_at_idx ON public.webhook_deliveries USING btree (endpoint_id, created_at DESC, id DESC);

CREATE INDEX webhook_deliveries_endpoint_id_line_id_pending_idx ON public.webhook_deliveries USING btree (endpoint_id, line_id, event_position) WHERE (status = 'PENDING'::text);

CREATE INDEX charges_session_reference_idx ON sandbox.charges USING btree (session_reference);

CREATE INDEX deliveries_event_id_idx ON sandbox.deliveries USING btree (event_id);

CREATE INDEX deliveries_next_attempt_at_idx ON sandbox.deliveries USING btree (next_attempt_at) WHERE (next_attempt_at IS NOT NULL);

CREATE INDEX refunds_charge_reference_idx ON sandbox.refunds USING btree (charge_reference);

CREATE INDEX sessions_payment_id_idx ON sandbox.sessions USING btree (payment_id);

CREATE TRIGGER audit_append_only BEFORE DELETE ON public.audit FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER audit_form BEFORE UPDATE ON public.audit FOR EACH ROW EXECUTE FUNCTION guard_audit();

CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON public.audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER charges_version AFTER INSERT OR DELETE OR UPDATE ON public.charges FOR EACH STATEMENT EXECUTE FUNCTION raise_price_version();

CREATE TRIGGER discounts_in_use BEFORE DELETE ON public.discounts FOR EACH ROW EXECUTE FUNCTION guard_discount();

CREATE TRIGGER discounts_version_changed AFTER UPDATE OF version ON public.discounts FOR EACH ROW WHEN (((old.code IS NULL) OR (new.code IS NULL))) EXECUTE FUNCTION raise_price_version();

CREATE TRIGGER discounts_version_deleted AFTER DELETE ON public.discounts FOR EACH ROW WHEN ((old.code IS NULL)) EXECUTE FUNCTION raise_price_version();

CREATE TRIGGER discounts_version_inserted AFTER INSERT ON public.discounts FOR EACH ROW WHEN ((new.code IS NULL)) EXECUTE FUNCTION raise_price_version();

CREATE TRIGGER events_append_only BEFORE DELETE ON public.events FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER events_form BEFORE UPDATE ON public.events FOR EACH ROW EXECUTE FUNCTION guard_event();

CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON public.events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER events_with_their_change AFTER INSERT ON public.events REFERENCING NEW TABLE AS new_events FOR EACH STATEMENT EXECUTE FUNCTION guard_new_events();

CREATE TRIGGER log_seals_append_only BEFORE DELETE OR UPDATE ON public.log_seals FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER log_seals_chain BEFORE INSERT ON public.log_seals FOR EACH ROW EXECUTE FUNCTION guard_seal();

CREATE TRIGGER log_seals_newest AFTER INSERT ON public.log_seals FOR EACH ROW EXECUTE FUNCTION raise_newest_seal();

CREATE TRIGGER log_seals_no_truncate BEFORE TRUNCATE ON public.log_seals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER modifier_groups_in_use BEFORE DELETE ON public.modifier_groups FOR EACH ROW EXECUTE FUNCTION guard_modifier_group();

CREATE TRIGGER modifier_groups_version AFTER INSERT OR DELETE OR UPDATE ON public.modifier_groups FOR EACH STATEMENT EXECUTE FUNCTION raise_price_version();

CREATE TRIGGER modifiers_version AFTER INSERT OR DELETE OR UPDATE ON public.modifiers FOR EACH STATEMENT EXECUTE FUNCTION raise_price_version();

CREATE TRIGGER newest_seal_append_only BEFORE INSERT OR DELETE ON public.newest_seal FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER newest_seal_no_truncate BEFORE TRUNCATE ON public.newest_seal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER newest_seal_rises BEFORE UPDATE ON public.newest_seal FOR EACH ROW EXECUTE FUNCTION guard_newest_seal();

CREATE TRIGGER order_bills_no_truncate BEFORE TRUNCATE ON public.order_bills FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER order_bills_placed BEFORE DELETE OR UPDATE ON public.order_bills FOR EACH ROW EXECUTE FUNCTION guard_order_bill();

CREATE TRIGGER order_bills_written AFTER INSERT ON public.order_bills REFERENCING NEW TABLE AS new_bills FOR EACH STATEMENT EXECUTE FUNCTION guard_new_order_bills();

CREATE TRIGGER order_lines_no_truncate BEFORE TRUNCATE ON public.order_lines FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER order_lines_placed BEFORE DELETE OR UPDATE ON public.order_lines FOR EACH ROW EXECUTE FUNCTION guard_order_line();

CREATE TRIGGER order_lines_written_once AFTER INSERT ON public.order_lines REFERENCING NEW TABLE AS new_lines FOR EACH STATEMENT EXECUTE FUNCTION guard_new_order_lines();

CREATE TRIGGER order_status_steps_fixed BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.order_status_steps FOR EACH STATEMENT EXECUTE FUNCTION refuse_step_change();

CREATE TRIGGER orders_forget_networks BEFORE UPDATE OF status ON public.orders FOR EACH ROW WHEN ((((old.buyer_network IS NOT NULL) OR (old.guest_network <> ''::text)) AND (new.status <> ALL (ARRAY['QUEUED'::text, 'PENDING'::text])))) EXECUTE FUNCTION forget_networks();

CREATE TRIGGER orders_kept BEFORE UPDATE OF id, customer_id ON public.orders FOR EACH ROW EXECUTE FUNCTION guard_order();

CREATE TRIGGER orders_no_delete BEFORE DELETE ON public.orders FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER orders_no_truncate BEFORE TRUNCATE ON public.orders FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER orders_start AFTER INSERT ON public.orders REFERENCING NEW TABLE AS new_orders FOR EACH STATEMENT EXECUTE FUNCTION guard_new_orders();

CREATE TRIGGER orders_status_step BEFORE UPDATE OF status ON public.orders FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION guard_order_step();

CREATE TRIGGER payment_captures_fixed BEFORE UPDATE ON public.payment_captures FOR EACH ROW WHEN (((to_jsonb(old.*) - 'taken_minor'::text) IS DISTINCT FROM (to_jsonb(new.*) - 'taken_minor'::text))) EXECUTE FUNCTION guard_capture();

CREATE TRIGGER payment_captures_no_delete BEFORE DELETE ON public.payment_captures FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER payment_captures_no_truncate BEFORE TRUNCATE ON public.payment_captures FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER payment_refunds_fixed BEFORE UPDATE ON public.payment_refunds FOR EACH ROW WHEN (((to_jsonb(old.*) - '{status,provider_refund_id,next_attempt_at,attempts,last_error,updated_at}'::text[]) IS DISTINCT FROM (to_jsonb(new.*) - '{status,provider_refund_id,next_attempt_at,attempts,last_error,updated_at}'::text[]))) EXECUTE FUNCTION guard_refund();

CREATE TRIGGER payment_refunds_forget_words BEFORE INSERT OR UPDATE ON public.payment_refunds FOR EACH ROW WHEN (((new.last_error IS NOT NULL) OR (new.reason <> ''::text))) EXECUTE FUNCTION forget_refund_words();

CREATE TRIGGER payment_refunds_no_delete BEFORE DELETE ON public.payment_refunds FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER payment_refunds_no_truncate BEFORE TRUNCATE ON public.payment_refunds FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER payment_refunds_status_step BEFORE UPDATE OF status ON public.payment_refunds FOR EACH ROW WHEN (((old.status <> new.status) AND ((old.status = 'FAILED'::text) OR (new.status = 'PENDING'::text)))) EXECUTE FUNCTION guard_refund_step();

CREATE TRIGGER payments_no_delete BEFORE DELETE ON public.payments FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER payments_no_truncate BEFORE TRUNCATE ON public.payments FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER personal_keys_kept BEFORE UPDATE ON public.personal_keys FOR EACH ROW EXECUTE FUNCTION guard_personal_key();

CREATE TRIGGER personal_keys_no_delete BEFORE DELETE ON public.personal_keys FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER personal_keys_no_truncate BEFORE TRUNCATE ON public.personal_keys FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER products_modifier_groups_changed BEFORE UPDATE OF modifier_group_ids ON public.products FOR EACH ROW WHEN (((new.modifier_group_ids <> '{}'::uuid[]) AND (new.modifier_group_ids <> old.modifier_group_ids))) EXECUTE FUNCTION guard_modifier_group_ids();

CREATE TRIGGER products_modifier_groups_inserted BEFORE INSERT ON public.products FOR EACH ROW WHEN ((new.modifier_group_ids <> '{}'::uuid[])) EXECUTE FUNCTION guard_modifier_group_ids();

CREATE TRIGGER products_no_delete BEFORE DELETE OR UPDATE OF id ON public.products FOR EACH ROW EXECUTE FUNCTION refuse_removal();

CREATE TRIGGER products_no_truncate BEFORE TRUNCATE ON public.products FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal();

CREATE TRIGGER products_sold_name AFTER INSERT OR UPDATE OF sku, name ON public.products FOR EACH ROW EXECUTE FUNCTION note_sold_name();

CREATE TRIGGER provider_events_no_delete BEFORE DELETE ON public.provider_events FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER provider_events_no_truncate BEFORE TRUNCATE ON public.provider_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER refresh_families_forget_origin BEFORE UPDATE OF ended_at ON public.refresh_families FOR EACH ROW WHEN ((new.ended_at IS NOT NULL)) EXECUTE FUNCTION forget_session_origin();

CREATE TRIGGER shop_settings_version AFTER UPDATE ON public.shop_settings FOR EACH STATEMENT EXECUTE FUNCTION raise_price_version();

CREATE TRIGGER slot_places_changed AFTER UPDATE ON public.slot_places REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION count_changed_places();

CREATE TRIGGER slot_places_inserted AFTER INSERT ON public.slot_places REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION count_inserted_places();

CREATE TRIGGER slots_changed BEFORE UPDATE ON public.slots FOR EACH ROW WHEN ((new.places > old.places)) EXECUTE FUNCTION guard_slot();

CREATE TRIGGER slots_taken BEFORE INSERT ON public.slots FOR EACH ROW EXECUTE FUNCTION guard_slot();

CREATE TRIGGER stock_movements_append_only BEFORE DELETE ON public.stock_movements FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER stock_movements_no_truncate BEFORE TRUNCATE ON public.stock_movements FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER stock_movements_reason BEFORE UPDATE ON public.stock_movements FOR EACH ROW EXECUTE FUNCTION guard_movement();

CREATE TRIGGER tax_rates_version AFTER INSERT OR DELETE OR UPDATE ON public.tax_rates FOR EACH STATEMENT EXECUTE FUNCTION raise_price_version();

CREATE TRIGGER users_no_delete BEFORE DELETE OR UPDATE OF id ON public.users FOR EACH ROW EXECUTE FUNCTION refuse_removal();

CREATE TRIGGER users_no_truncate BEFORE TRUNCATE ON public.users FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal();

CREATE OR REPLACE FUNCTION public.check_stock_ledger(product_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 WITH ledger AS (
          SELECT stock_movements.product_id,
             (sum(stock_movements.delta))::bigint AS on_hand
            FROM stock_movements
           WHERE ((check_stock_ledger.product_ids IS NULL) OR (stock_movements.product_id = ANY (check_stock_ledger.product_ids)))
           GROUP BY stock_movements.product_id
         )
  SELECT COALESCE(stock.product_id, ledger.product_id) AS "coalesce",
     (COALESCE(stock.product_id, ledger.product_id))::text AS "coalesce",
     format('on hand %s, the ledger adds up to %s'::text, stock.on_hand, COALESCE(ledger.on_hand, (0)::bigint)) AS format
    FROM (( SELECT stock_1.product_id,
             stock_1.on_hand
            FROM stock stock_1
           WHERE ((check_stock_ledger.product_ids IS NULL) OR (stock_1.product_id = ANY (check_stock_ledger.product_ids)))) stock
      FULL JOIN ledger ON ((ledger.product_id = stock.product_id)))
   WHERE (stock.on_hand IS DISTINCT FROM COALESCE(ledger.on_hand, (0)::bigint));
END
;

CREATE OR REPLACE FUNCTION public.screen_stock_movements(movement_ids uuid[])
 RETURNS TABLE(subject uuid)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT DISTINCT movement.product_id
    FROM stock_movements movement
   WHERE ((movement.id = ANY (screen_stock_movements.movement_ids)) AND ((movement.on_hand - movement.delta) <> COALESCE(( SELECT earlier.on_hand
            FROM stock_movements earlier
           WHERE ((earlier.product_id = movement.product_id) AND (ROW(earlier.at, earlier.id) < ROW(movement.at, movement.id)))
           ORDER BY earlier.at DESC, earlier.id DESC
          LIMIT 1), (0)::bigint)));
END
;

CREATE OR REPLACE FUNCTION public.screen_stock_levels(product_ids uuid[])
 RETURNS TABLE(subject uuid)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT products.id
    FROM (products
      LEFT JOIN ( SELECT stock_1.product_id,
             stock_1.on_hand
            FROM stock stock_1
           WHERE (stock_1.product_id = ANY (screen_stock_levels.product_ids))) stock ON ((stock.product_id = products.id)))
   WHERE ((products.id = ANY (screen_stock_levels.product_ids)) AND (stock.on_hand IS DISTINCT FROM COALESCE(( SELECT movement.on_hand
            FROM stock_movements movement
           WHERE (movement.product_id = products.id)
           ORDER BY movement.at DESC, movement.id DESC
          LIMIT 1), (0)::bigint)));
END
;

CREATE OR REPLACE FUNCTION public.check_stock_consumed(order_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 WITH needed AS (
          SELECT order_lines.order_id,
             order_lines.product_id,
             (order_lines.quantity)::bigint AS quantity
            FROM (orders
              JOIN order_lines ON ((order_lines.order_id = orders.id)))
           WHERE ((orders.status = 'COMPLETED'::text) AND (orders.source = 'api'::text) AND ((check_stock_consumed.order_ids IS NULL) OR (orders.id = ANY (check_stock_consumed.order_ids))) AND ((check_stock_consumed.order_ids IS NULL) OR (order_lines.order_id = ANY (check_stock_consumed.order_ids))))
         UNION ALL
          SELECT order_lines.order_id,
             ((modifier.value ->> 'productId'::text))::uuid AS uuid,
             (order_lines.quantity * ((modifier.value ->> 'quantity'::text))::bigint)
            FROM ((orders
              JOIN order_lines ON ((order_lines.order_id = orders.id)))
              CROSS JOIN LATERAL jsonb_array_elements(order_lines.modifiers) modifier(value))
           WHERE ((orders.status = 'COMPLETED'::text) AND (orders.source = 'api'::text) AND (order_lines.modifiers IS NOT NULL) AND ((modifier.value ->> 'productId'::text) IS NOT NULL) AND ((check_stock_consumed.order_ids IS NULL) OR (orders.id = ANY (check_stock_consumed.order_ids))) AND ((check_stock_consumed.order_ids IS NULL) OR (order_lines.order_id = ANY (check_stock_consumed.order_ids))))
         ), due AS (
          SELECT needed.order_id,
             needed.product_id,
             (sum(needed.quantity))::bigint AS quantity
            FROM needed
           GROUP BY needed.order_id, needed.product_id
         ), taken AS (
          SELECT stock_movements.order_id,
             stock_movements.product_id,
             (- (sum(stock_movements.delta))::bigint) AS quantity
            FROM stock_movements
           WHERE ((stock_movements.order_id IS NOT NULL) AND ((check_stock_consumed.order_ids IS NULL) OR (stock_movements.order_id = ANY (check_stock_consumed.order_ids))))
           GROUP BY stock_movements.order_id, stock_movements.product_id
         )
  SELECT COALESCE(due.order_id, taken.order_id) AS "coalesce",
     (COALESCE(due.order_id, taken.order_id))::text AS "coalesce",
     format('took %s of product %s, should have taken %s'::text, COALESCE(taken.quantity, (0)::bigint), COALESCE(due.product_id, taken.product_id), COALESCE(due.quantity, (0)::bigint)) AS format
    FROM (due
      FULL JOIN taken ON (((taken.order_id = due.order_id) AND (taken.product_id = due.product_id))))
   WHERE (COALESCE(taken.quantity, (0)::bigint) <> COALESCE(due.quantity, (0)::bigint));
END
;

CREATE OR REPLACE FUNCTION public.check_stock_events(movement_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 WITH told AS (
          SELECT (events.data ->> 'movementId'::text) AS movement_id,
             count(*) AS count,
             min(((events.data ->> 'delta'::text))::bigint) AS delta
            FROM events
           WHERE ((events.type = 'stock.adjusted'::text) AND ((check_stock_events.movement_ids IS NULL) OR ((events.at >= ( SELECT (min(stock_movements_1.at) - '00:01:00'::interval)
                    FROM stock_movements stock_movements_1
                   WHERE ((stock_movements_1.id = ANY (check_stock_events.movement_ids)) AND (stock_movements_1.kind = 'adjustment'::text)))) AND (events.at <= ( SELECT (max(stock_movements_1.at) + '00:01:00'::interval)
                    FROM stock_movements stock_movements_1
                   WHERE ((stock_movements_1.id = ANY (check_stock_events.movement_ids)) AND (stock_movements_1.kind = 'adjustment'::text)))))))
           GROUP BY (events.data ->> 'movementId'::text)
         )
  SELECT stock_movements.id,
     (stock_movements.id)::text AS id,
     format('a correction of %s is told %s times'::text, stock_movements.delta, COALESCE(told.count, (0)::bigint)) AS format
    FROM (stock_movements
      LEFT JOIN told ON ((told.movement_id = (stock_movements.id)::text)))
   WHERE ((stock_movements.kind = 'adjustment'::text) AND ((check_stock_events.movement_ids IS NULL) OR (stock_movements.id = ANY (check_stock_events.movement_ids))) AND ((told.count IS DISTINCT FROM (1)::bigint) OR (told.delta IS DISTINCT FROM stock_movements.delta)));
END
;

CREATE OR REPLACE FUNCTION public.check_order_totals(order_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 WITH lines AS (
          SELECT order_lines.order_id,
             count(*) AS count,
             max(order_lines.line_number) AS last_number,
             (sum(order_lines.total_minor))::bigint AS total_minor,
             bool_and((((order_lines.total_minor = (order_lines.quantity * order_lines.unit_price_minor)) AND ((order_lines.modifiers IS NULL) OR ((order_lines.unit_price_minor)::numeric = ((order_lines.base_price_minor)::numeric + ( SELECT COALESCE(sum((((modifier.value ->> 'quantity'::text))::bigint * ((modifier.value ->> 'unitPriceMinor'::text))::bigint)), (0)::numeric) AS "coalesce"
                    FROM jsonb_array_elements(order_lines.modifiers) modifier(value)))))) IS TRUE)) AS priced,
             bool_and(((order_lines.discount_minor IS NULL) AND (order_lines.tax_minor IS NULL))) AS plain,
             min(order_lines.created_at) AS first_at,
             max(order_lines.created_at) AS last_at
            FROM order_lines
           WHERE ((check_order_totals.order_ids IS NULL) OR (order_lines.order_id = ANY (check_order_totals.order_ids)))
           GROUP BY order_lines.order_id
         ), bills AS (
          SELECT order_bills.order_id,
             ((((order_bills.tip_minor)::numeric - ( SELECT COALESCE(sum(((part.value ->> 'amountMinor'::text))::bigint), (0)::numeric) AS "coalesce"
                    FROM jsonb_array_elements(order_bills.discounts) part(value))) + ( SELECT COALESCE(sum(((part.value ->> 'amountMinor'::text))::bigint), (0)::numeric) AS "coalesce"
                    FROM jsonb_array_elements(order_bills.charges) part(value))) + ( SELECT COALESCE(sum(((part.value ->> 'amountMinor'::text))::bigint), (0)::numeric) AS "coalesce"
                    FROM jsonb_array_elements(order_bills.taxes) part(value)
                   WHERE (NOT order_bills.prices_include_tax))) AS added_minor
            FROM order_bills
           WHERE ((check_order_totals.order_ids IS NULL) OR (order_bills.order_id = ANY (check_order_totals.order_ids)))
         )
  SELECT orders.id,
     (orders.id)::text AS id,
         CASE
             WHEN ((lines.first_at <> orders.created_at) OR (lines.last_at <> orders.created_at)) THEN format('of %s, its lines are of %s to %s'::text, orders.created_at, lines.first_at, lines.last_at)
             WHEN (NOT lines.priced) THEN 'a line is not quantity times price, or a price not the sum of its modifiers'::text
             WHEN ((NOT lines.plain) AND (bills.order_id IS NULL)) THEN 'its lines have discounts or taxes, but it has no bill'::text
             ELSE format('total %s, its %s lines%s add up to %s'::text, orders.total_minor, COALESCE(lines.count, (0)::bigint),
             CASE
                 WHEN (bills.order_id IS NOT NULL) THEN ' and its bill'::text
                 ELSE NULL::text
             END, ((COALESCE(lines.total_minor, (0)::bigint))::numeric + COALESCE(bills.added_minor, (0)::numeric)))
         END AS format
    FROM ((orders
      LEFT JOIN lines ON ((lines.order_id = orders.id)))
      LEFT JOIN bills ON ((bills.order_id = orders.id)))
   WHERE (((check_order_totals.order_ids IS NULL) OR (orders.id = ANY (check_order_totals.order_ids))) AND ((lines.order_id IS NULL) OR (((lines.total_minor)::numeric + COALESCE(bills.added_minor, (0)::numeric)) <> (orders.total_minor)::numeric) OR (lines.last_number <> lines.count) OR (NOT lines.priced) OR ((NOT lines.plain) AND (bills.order_id IS NULL)) OR (lines.first_at <> orders.created_at) OR (lines.last_at <> orders.created_at)));
END
;

CREATE OR REPLACE FUNCTION public.check_order_prices(order_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT orders.id,
     (orders.id)::text AS id,
         CASE
             WHEN ((((events.data #>> '{total,amount}'::text[]))::bigint = orders.total_minor) AND ((events.data #>> '{total,currency}'::text[]) = orders.currency)) THEN 'its bill is not the one of its event'::text
             ELSE format('placed for %s %s, is now %s %s'::text, (events.data #>> '{total,amount}'::text[]), (events.data #>> '{total,currency}'::text[]), orders.total_minor, orders.currency)
         END AS format
    FROM ((events
      JOIN orders ON ((orders.id = events.order_id)))
      LEFT JOIN ( SELECT order_bills.order_id,
             order_bills.prices_include_tax,
             order_bills.tip_minor,
             order_bills.discounts,
             order_bills.charges,
             order_bills.taxes
            FROM order_bills
           WHERE ((check_order_prices.order_ids IS NULL) OR (order_bills.order_id = ANY (check_order_prices.order_ids)))) bills ON ((bills.order_id = events.order_id)))
   WHERE (((events.type = 'order.placed'::text) OR ((events.type = 'order.queued'::text) AND (orders.status = 'QUEUED'::text))) AND (events.data ? 'total'::text) AND ((check_order_prices.order_ids IS NULL) OR (events.order_id = ANY (check_order_prices.order_ids))) AND ((check_order_prices.order_ids IS NULL) OR (orders.id = ANY (check_order_prices.order_ids))) AND ((((events.data #>> '{total,amount}'::text[]))::bigint IS DISTINCT FROM orders.total_minor) OR ((events.data #>> '{total,currency}'::text[]) IS DISTINCT FROM orders.currency) OR ((events.data ? 'bill'::text) <> (bills.order_id IS NOT NULL)) OR ((bills.order_id IS NOT NULL) AND ((((events.data #>> '{bill,total,amount}'::text[]))::bigint IS DISTINCT FROM orders.total_minor) OR (((events.data #>> '{bill,tip,amount}'::text[]))::bigint IS DISTINCT FROM bills.tip_minor) OR (((events.data #>> '{bill,pricesIncludeTax}'::text[]))::boolean IS DISTINCT FROM bills.prices_include_tax) OR (jsonb_path_query_array(events.data, '$."bill"."discounts"[*]."amount"."amount"'::jsonpath) <> jsonb_path_query_array(bills.discounts, '$[*]."amountMinor"'::jsonpath)) OR (jsonb_path_query_array(events.data, '$."bill"."charges"[*]."amount"."amount"'::jsonpath) <> jsonb_path_query_array(bills.charges, '$[*]."amountMinor"'::jsonpath)) OR (jsonb_path_query_array(events.data, '$."bill"."taxes"[*]."amount"."amount"'::jsonpath) <> jsonb_path_query_array(bills.taxes, '$[*]."amountMinor"'::jsonpath))))));
END
;

CREATE OR REPLACE FUNCTION public.check_order_currency(order_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT DISTINCT orders.id,
     (orders.id)::text AS id,
     format('the order is in %s, product %s in %s'::text, orders.currency, products.sku, products.currency) AS format
    FROM ((orders
      JOIN order_lines ON ((order_lines.order_id = orders.id)))
      JOIN products ON ((products.id = order_lines.product_id)))
   WHERE ((products.currency <> orders.currency) AND ((check_order_currency.order_ids IS NULL) OR (orders.id = ANY (check_order_currency.order_ids))) AND ((check_order_currency.order_ids IS NULL) OR (order_lines.order_id = ANY (check_order_currency.order_ids))));
END
;

CREATE OR REPLACE FUNCTION public.check_order_log(order_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 WITH log AS (
          SELECT events.order_id,
             (count(*))::integer AS count,
             min(events.sequence) AS first_sequence,
             max(events.sequence) AS last_sequence
            FROM events
           WHERE ((events.order_id IS NOT NULL) AND ((check_order_log.order_ids IS NULL) OR (events.order_id = ANY (check_order_log.order_ids))))
           GROUP BY events.order_id
         )
  SELECT COALESCE(orders.id, log.order_id) AS "coalesce",
     (COALESCE(orders.id, log.order_id))::text AS "coalesce",
         CASE
             WHEN (orders.id IS NULL) THEN format('%s events of an order that does not exist'::text, log.count)
             WHEN (log.order_id IS NULL) THEN 'no events'::text
             ELSE format('%s events from %s to %s, the order says %s'::text, log.count, log.first_sequence, log.last_sequence, orders.last_sequence)
         END AS format
    FROM (( SELECT orders_1.id,
             orders_1.last_sequence
            FROM orders orders_1
           WHERE ((check_order_log.order_ids IS NULL) OR (orders_1.id = ANY (check_order_log.order_ids)))) orders
      FULL JOIN log ON ((log.order_id = orders.id)))
   WHERE ((orders.id IS NULL) OR (log.order_id IS NULL) OR (log.first_sequence <> 1) OR (log.last_sequence <> log.count) OR (log.last_sequence <> orders.last_sequence));
END
;

CREATE OR REPLACE FUNCTION public.check_order_history(order_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 WITH steps AS (
          SELECT events.order_id,
             events.sequence,
             events.type,
             events.from_status,
             events.to_status,
             lag(events.to_status) OVER each_order AS status_before,
             (row_number() OVER each_order = 1) AS is_first,
             (lead(events.sequence) OVER each_order IS NULL) AS is_last
            FROM events
           WHERE ((events.order_id IS NOT NULL) AND ((events.from_status IS NOT NULL) OR (events.to_status IS NOT NULL)) AND ((check_order_history.order_ids IS NULL) OR (events.order_id = ANY (check_order_history.order_ids))))
           WINDOW each_order AS (PARTITION BY events.order_id ORDER BY events.sequence)
         )
  SELECT steps.order_id,
     (steps.order_id)::text AS order_id,
     format('event %s (%s) goes from %s to %s, before it the order was %s'::text, steps.sequence, steps.type, COALESCE(steps.from_status, 'nothing'::text), COALESCE(steps.to_status, 'nothing'::text), COALESCE(steps.status_before, 'nothing'::text)) AS format
    FROM steps
   WHERE ((steps.from_status IS DISTINCT FROM steps.status_before) OR (steps.to_status IS NULL) OR (steps.is_first AND (concat_ws(' '::text, steps.type, steps.to_status) <> ALL (ARRAY['order.placed PENDING'::text, 'order.queued QUEUED'::text, 'order.imported COMPLETED'::text, 'order.imported CANCELLED'::text]))))
 UNION ALL
  SELECT orders.id,
     (orders.id)::text AS id,
     format('the log ends with %s, the order is %s'::text, COALESCE(steps.to_status, 'nothing'::text), orders.status) AS format
    FROM (orders
      LEFT JOIN steps ON (((steps.order_id = orders.id) AND steps.is_last)))
   WHERE (((check_order_history.order_ids IS NULL) OR (orders.id = ANY (check_order_history.order_ids))) AND (steps.to_status IS DISTINCT FROM orders.status));
END
;

CREATE OR REPLACE FUNCTION public.check_order_steps(order_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT events.order_id,
     (events.order_id)::text AS order_id,
     format('event %s goes from %s to %s, which is %s'::text, events.sequence, events.from_status, events.to_status,
         CASE
             WHEN (steps.from_status IS NULL) THEN 'no step'::text
             ELSE 'an override without its reason'::text
         END) AS format
    FROM (events
      LEFT JOIN order_status_steps steps ON (((steps.from_status = events.from_status) AND (steps.to_status = events.to_status))))
   WHERE ((events.order_id IS NOT NULL) AND (events.from_status IS NOT NULL) AND ((check_order_steps.order_ids IS NULL) OR (events.order_id = ANY (check_order_steps.order_ids))) AND ((steps.from_status IS NULL) OR (steps.override_only AND (((events.data ->> 'override'::text) IS DISTINCT FROM 'true'::text) OR ((COALESCE(events.reason, ''::text) !~ '\S'::text) AND (events.personal_of IS NULL))))));
END
;

CREATE OR REPLACE FUNCTION public.check_client_tokens(order_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT orders.id,
     (orders.id)::text AS id,
     'its clientToken stands for no order, or for another one'::text AS detail
    FROM ((((orders
      JOIN users ON ((users.id = orders.customer_id)))
      CROSS JOIN LATERAL find_token_owner(users.guest, orders.customer_id, orders.guest_email_key, orders.guest_network) owner(owner))
      LEFT JOIN order_keys keys ON ((keys.scope_hash = (encode(SUBSTRING(sha256(convert_to(format('12:client-token%s:%s%s:%s'::text, length(owner.owner), owner.owner, length(orders.client_token), orders.client_token), 'UTF8'::name)) FROM 1 FOR 16), 'hex'::text))::uuid)))
      LEFT JOIN order_responses responses ON (((responses.id = keys.responses_id) AND (responses.expires_at = 'infinity'::timestamp with time zone))))
   WHERE ((orders.client_token IS NOT NULL) AND ((check_client_tokens.order_ids IS NULL) OR (orders.id = ANY (check_client_tokens.order_ids))) AND (responses.order_ids[array_position(responses.scope_hashes, keys.scope_hash)] IS DISTINCT FROM orders.id))
 UNION ALL
  SELECT (min((orders.id)::text))::uuid AS min,
     min((orders.id)::text) AS min,
     format('customer %s has %s orders under one clientToken'::text, orders.customer_id, count(*)) AS format
    FROM orders
   WHERE ((orders.client_token IS NOT NULL) AND ((check_client_tokens.order_ids IS NULL) OR ((orders.customer_id, orders.client_token) IN ( SELECT chosen.customer_id,
             chosen.client_token
            FROM orders chosen
           WHERE (chosen.id = ANY (check_client_tokens.order_ids))))))
   GROUP BY orders.customer_id, orders.client_token
  HAVING (count(*) > 1);
END
;

CREATE OR REPLACE FUNCTION public.check_order_keys(scope_hashes uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT keys.scope_hash,
     (keys.scope_hash)::text AS scope_hash,
     'the key has no stored response'::text AS detail
    FROM (order_keys keys
      LEFT JOIN ( SELECT responses_1.id,
             responses_1.scope_hashes
            FROM order_responses responses_1
           WHERE ((check_order_keys.scope_hashes IS NULL) OR (responses_1.id = ANY (ARRAY( SELECT chosen.responses_id
                    FROM order_keys chosen
                   WHERE (chosen.scope_hash = ANY (check_order_keys.scope_hashes))))))) responses ON ((responses.id = keys.responses_id)))
   WHERE (((check_order_keys.scope_hashes IS NULL) OR (keys.scope_hash = ANY (check_order_keys.scope_hashes))) AND (array_position(responses.scope_hashes, keys.scope_hash) IS NULL));
END
;

CREATE OR REPLACE FUNCTION public.check_order_responses(responses_ids bigint[])
 RETURNS TABLE(subject bigint, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT stored.id,
     (stored.scope_hash)::text AS scope_hash,
         CASE
             WHEN (orders.id IS NULL) THEN format('the key belongs to the order %s, which does not exist'::text, stored.order_id)
             ELSE format('the key of order %s is lost'::text, stored.order_id)
         END AS format
    FROM ((( SELECT responses.id,
             unnest(responses.scope_hashes) AS scope_hash,
             unnest(responses.order_ids) AS order_id
            FROM order_responses responses
           WHERE ((responses.expires_at > now()) AND ((check_order_responses.responses_ids IS NULL) OR (responses.id = ANY (check_order_responses.responses_ids))))) stored
      LEFT JOIN ( SELECT orders_1.id
            FROM orders orders_1
           WHERE ((check_order_responses.responses_ids IS NULL) OR (orders_1.id = ANY (ARRAY( SELECT unnest(chosen.order_ids) AS unnest
                    FROM order_responses chosen
                   WHERE (chosen.id = ANY (check_order_responses.responses_ids))))))) orders ON ((orders.id = stored.order_id)))
      LEFT JOIN ( SELECT keys_1.scope_hash,
             keys_1.responses_id
            FROM order_keys keys_1
           WHERE ((check_order_responses.responses_ids IS NULL) OR (keys_1.scope_hash = ANY (ARRAY( SELECT unnest(chosen.scope_hashes) AS unnest
                    FROM order_responses chosen
                   WHERE (chosen.id = ANY (check_order_responses.responses_ids))))))) keys ON (((keys.scope_hash = stored.scope_hash) AND (keys.responses_id = stored.id))))
   WHERE ((orders.id IS NULL) OR (keys.scope_hash IS NULL));
END
;

CREATE OR REPLACE FUNCTION public.check_idempotency_effects(scope_hashes bytea[])
 RETURNS TABLE(subject bytea, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT keys.scope_hash,
     encode(keys.scope_hash, 'hex'::text) AS encode,
     format('the key of %s has no stored reply'::text, keys.operation) AS format
    FROM idempotency_keys keys
   WHERE ((keys.result IS NULL) AND ((check_idempotency_effects.scope_hashes IS NULL) OR (keys.scope_hash = ANY (check_idempotency_effects.scope_hashes))));
END
;

CREATE OR REPLACE FUNCTION public.check_payment_sums(payment_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 WITH matched AS (
          SELECT payment_captures.payment_id,
             count(*) AS count,
             (sum(payment_captures.amount_minor))::bigint AS captured,
             (sum(payment_captures.taken_minor))::bigint AS taken
            FROM payment_captures
           WHERE ((payment_captures.kind = 'matched'::text) AND ((check_payment_sums.payment_ids IS NULL) OR (payment_captures.payment_id = ANY (check_payment_sums.payment_ids))))
           GROUP BY payment_captures.payment_id
         )
  SELECT payments.id,
     (payments.id)::text AS id,
     format('captured %s and refunded %s of %s, its %s captures that matched say %s and %s'::text, payments.captured_minor, payments.refunded_minor, payments.amount_minor, COALESCE(matched.count, (0)::bigint), COALESCE(matched.captured, (0)::bigint), COALESCE(matched.taken, (0)::bigint)) AS format
    FROM (payments
      LEFT JOIN matched ON ((matched.payment_id = payments.id)))
   WHERE (((check_payment_sums.payment_ids IS NULL) OR (payments.id = ANY (check_payment_sums.payment_ids))) AND ((payments.captured_minor <> COALESCE(matched.captured, (0)::bigint)) OR (payments.refunded_minor <> COALESCE(matched.taken, (0)::bigint)) OR (COALESCE(matched.count, (0)::bigint) > 1) OR (NOT ((0 <= payments.refunded_minor) AND (payments.refunded_minor <= payments.captured_minor) AND (payments.captured_minor <= payments.amount_minor)))));
END
;

CREATE OR REPLACE FUNCTION public.check_payment_refunds(payment_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 WITH captures AS (
          SELECT payment_captures.id,
             payment_captures.payment_id,
             payment_captures.order_id,
             payment_captures.currency,
             payment_captures.taken_minor,
             payment_captures.amount_minor
            FROM payment_captures
           WHERE ((check_payment_refunds.payment_ids IS NULL) OR (payment_captures.payment_id = ANY (check_payment_refunds.payment_ids)))
         ), refunds AS (
          SELECT payment_refunds.capture_id,
             (sum(payment_refunds.amount_minor) FILTER (WHERE (payment_refunds.status <> 'FAILED'::text)))::bigint AS taken,
             count(*) FILTER (WHERE ((payment_refunds.currency <> captures_1.currency) OR (payment_refunds.payment_id <> captures_1.payment_id) OR (payment_refunds.order_id IS DISTINCT FROM captures_1.order_id))) AS foreign_count
            FROM (payment_refunds
              JOIN captures captures_1 ON ((captures_1.id = payment_refunds.capture_id)))
           WHERE ((check_payment_refunds.payment_ids IS NULL) OR (payment_refunds.capture_id = ANY (ARRAY( SELECT chosen.id
                    FROM payment_captures chosen
                   WHERE (chosen.payment_id = ANY (check_payment_refunds.payment_ids))))))
           GROUP BY payment_refunds.capture_id
         )
  SELECT captures.payment_id,
     (captures.id)::text AS id,
     format('%s of %s taken, its refunds add up to %s, %s of them of other money'::text, captures.taken_minor, captures.amount_minor, COALESCE(refunds.taken, (0)::bigint), COALESCE(refunds.foreign_count, (0)::bigint)) AS format
    FROM (captures
      LEFT JOIN refunds ON ((refunds.capture_id = captures.id)))
   WHERE ((captures.taken_minor <> COALESCE(refunds.taken, (0)::bigint)) OR (captures.taken_minor > captures.amount_minor) OR (COALESCE(refunds.foreign_count, (0)::bigint) > 0));
END
;

CREATE OR REPLACE FUNCTION public.check_payment_orders(order_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 WITH settled AS (
          SELECT payments.order_id,
             payments.id,
             payments.status,
             payments.captured_minor,
             payments.currency,
             COALESCE(( SELECT sum(payment_refunds.amount_minor) AS sum
                    FROM (payment_captures
                      JOIN payment_refunds ON ((payment_refunds.capture_id = payment_captures.id)))
                   WHERE ((payment_captures.payment_id = payments.id) AND (payment_captures.kind = 'matched'::text) AND (payment_refunds.status = 'SUCCEEDED'::text))), (0)::numeric) AS returned
            FROM payments
           WHERE ((payments.captured_minor > 0) AND ((check_payment_orders.order_ids IS NULL) OR (payments.order_id = ANY (check_payment_orders.order_ids))))
         )
  SELECT COALESCE(orders.id, settled.order_id) AS "coalesce",
     (COALESCE(orders.id, settled.order_id))::text AS "coalesce",
     format('%s of %s %s, its payment %s captured %s and gave %s back'::text, orders.payment_status, orders.total_minor, orders.currency, COALESCE((settled.id)::text, '(none)'::text), COALESCE(settled.captured_minor, (0)::bigint), COALESCE(settled.returned, (0)::numeric)) AS format
    FROM (( SELECT orders_1.id,
             orders_1.payment_status,
             orders_1.total_minor,
             orders_1.currency
            FROM orders orders_1
           WHERE ((orders_1.source = 'api'::text) AND (orders_1.total_minor > 0) AND ((check_payment_orders.order_ids IS NULL) OR (orders_1.id = ANY (check_payment_orders.order_ids))))) orders
      FULL JOIN settled ON ((settled.order_id = orders.id)))
   WHERE (((settled.id IS NULL) AND (orders.payment_status = ANY (ARRAY['PAID'::text, 'PARTIALLY_REFUNDED'::text, 'REFUNDED'::text]))) OR ((settled.id IS NOT NULL) AND ((settled.captured_minor IS DISTINCT FROM orders.total_minor) OR (settled.currency IS DISTINCT FROM orders.currency) OR (orders.payment_status IS DISTINCT FROM
         CASE settled.returned
             WHEN 0 THEN 'PAID'::text
             WHEN settled.captured_minor THEN 'REFUNDED'::text
             ELSE 'PARTIALLY_REFUNDED'::text
         END) OR (settled.status IS DISTINCT FROM
         CASE orders.payment_status
             WHEN 'PAID'::text THEN 'CAPTURED'::text
             ELSE orders.payment_status
         END))));
END
;

CREATE OR REPLACE FUNCTION public.check_paid_once(order_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT payment_captures.order_id,
     min((payment_captures.id)::text) AS min,
     format('order %s was paid %s times'::text, payment_captures.order_id, count(*)) AS format
    FROM payment_captures
   WHERE ((payment_captures.kind = 'matched'::text) AND ((check_paid_once.order_ids IS NULL) OR (payment_captures.order_id = ANY (check_paid_once.order_ids))))
   GROUP BY payment_captures.order_id
  HAVING (count(*) > 1);
END
;

CREATE OR REPLACE FUNCTION public.check_charged_once(capture_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT (min((payment_captures.id)::text))::uuid AS min,
     min((payment_captures.id)::text) AS min,
     format('the charge %s stands in %s rows'::text, payment_captures.provider_reference, count(*)) AS format
    FROM payment_captures
   WHERE ((check_charged_once.capture_ids IS NULL) OR ((payment_captures.provider = ANY (ARRAY( SELECT DISTINCT chosen.provider
            FROM payment_captures chosen
           WHERE (chosen.id = ANY (check_charged_once.capture_ids))))) AND (payment_captures.provider_reference = ANY (ARRAY( SELECT chosen.provider_reference
            FROM payment_captures chosen
           WHERE (chosen.id = ANY (check_charged_once.capture_ids)))))))
   GROUP BY payment_captures.provider, payment_captures.provider_reference
  HAVING (count(*) > 1);
END
;

CREATE OR REPLACE FUNCTION public.check_provider_events(event_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT (min((provider_events.id)::text))::uuid AS min,
     min((provider_events.id)::text) AS min,
     format('event %s of %s stands in %s rows'::text, provider_events.event_id, provider_events.provider, count(*)) AS format
    FROM provider_events
   WHERE ((check_provider_events.event_ids IS NULL) OR ((provider_events.provider = ANY (ARRAY( SELECT DISTINCT chosen.provider
            FROM provider_events chosen
           WHERE (chosen.id = ANY (check_provider_events.event_ids))))) AND (provider_events.event_id = ANY (ARRAY( SELECT chosen.event_id
            FROM provider_events chosen
           WHERE (chosen.id = ANY (check_provider_events.event_ids)))))))
   GROUP BY provider_events.provider, provider_events.event_id
  HAVING (count(*) > 1);
END
;

CREATE OR REPLACE FUNCTION public.check_told_charges(event_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 WITH told AS (
          SELECT provider_events.provider,
             COALESCE(provider_events.provider_reference, (provider_events.payload #>> '{capture,providerReference}'::text[])) AS provider_reference,
             min((provider_events.id)::text) AS id
            FROM provider_events
           WHERE (((provider_events.provider_reference IS NOT NULL) OR ((provider_events.payload ->> 'kind'::text) = 'captured'::text)) AND (provider_events.status = ANY (ARRAY['APPLIED'::text, 'IGNORED'::text])) AND ((check_told_charges.event_ids IS NULL) OR (provider_events.id = ANY (check_told_charges.event_ids))))
           GROUP BY provider_events.provider, COALESCE(provider_events.provider_reference, (provider_events.payload #>> '{capture,providerReference}'::text[]))
         )
  SELECT (told.id)::uuid AS id,
     told.id,
     format('the charge %s of %s was told and stands in no row'::text, told.provider_reference, told.provider) AS format
    FROM (told
      LEFT JOIN ( SELECT payment_captures.id,
             payment_captures.provider,
             payment_captures.provider_reference
            FROM payment_captures
           WHERE ((check_told_charges.event_ids IS NULL) OR ((payment_captures.provider = ANY (ARRAY( SELECT DISTINCT chosen.provider
                    FROM provider_events chosen
                   WHERE (chosen.id = ANY (check_told_charges.event_ids))))) AND (payment_captures.provider_reference = ANY (ARRAY( SELECT COALESCE(chosen.provider_reference, (chosen.payload #>> '{capture,providerReference}'::text[])) AS "coalesce"
                    FROM provider_events chosen
                   WHERE (chosen.id = ANY (check_told_charges.event_ids)))))))) captures ON (((captures.provider = told.provider) AND (captures.provider_reference = told.provider_reference))))
   WHERE (captures.id IS NULL);
END
;

CREATE OR REPLACE FUNCTION public.check_untold_charges(capture_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT payment_captures.id,
     (payment_captures.id)::text AS id,
     format('the charge %s of %s was told by no event'::text, payment_captures.provider_reference, payment_captures.provider) AS format
    FROM (payment_captures
      LEFT JOIN ( SELECT DISTINCT provider_events.provider,
             COALESCE(provider_events.provider_reference, (provider_events.payload #>> '{capture,providerReference}'::text[])) AS provider_reference
            FROM provider_events
           WHERE ((provider_events.provider_reference IS NOT NULL) OR ((provider_events.payload ->> 'kind'::text) = 'captured'::text))) told ON (((told.provider = payment_captures.provider) AND (told.provider_reference = payment_captures.provider_reference))))
   WHERE (((check_untold_charges.capture_ids IS NULL) OR (payment_captures.id = ANY (check_untold_charges.capture_ids))) AND (told.provider IS NULL));
END
;

CREATE OR REPLACE FUNCTION public.screen_untold_charges(capture_ids uuid[])
 RETURNS TABLE(subject uuid)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT payment_captures.id
    FROM (payment_captures
      LEFT JOIN ( SELECT DISTINCT provider_events.provider,
             COALESCE(provider_events.provider_reference, (provider_events.payload #>> '{capture,providerReference}'::text[])) AS provider_reference
            FROM provider_events
           WHERE (((provider_events.provider_reference IS NOT NULL) OR ((provider_events.payload ->> 'kind'::text) = 'captured'::text)) AND ((provider_events.id >= ( SELECT first_id_at((min(payment_captures_1.created_at) - '01:00:00'::interval)) AS first_id_at
                    FROM payment_captures payment_captures_1
                   WHERE (payment_captures_1.id = ANY (screen_untold_charges.capture_ids)))) AND (provider_events.id <= ( SELECT first_id_at((max(payment_captures_1.created_at) + '01:00:00'::interval)) AS first_id_at
                    FROM payment_captures payment_captures_1
                   WHERE (payment_captures_1.id = ANY (screen_untold_charges.capture_ids))))))) told ON (((told.provider = payment_captures.provider) AND (told.provider_reference = payment_captures.provider_reference))))
   WHERE ((payment_captures.id = ANY (screen_untold_charges.capture_ids)) AND (told.provider IS NULL));
END
;

CREATE OR REPLACE FUNCTION public.check_payment_returns(payment_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 WITH due AS (
          SELECT captures.id,
             captures.payment_id,
             captures.kind,
             captures.amount_minor,
             captures.taken_minor,
                 CASE
                     WHEN (captures.return_cause IS NOT NULL) THEN captures.created_at
                     ELSE GREATEST(captures.created_at, LEAST(
                     CASE
                         WHEN (orders.status = ANY (ARRAY['CANCELLED'::text, 'FAILED'::text, 'COMPLETED'::text])) THEN COALESCE(orders.cancelled_at, ( SELECT max(events.at) AS max
                            FROM events
                           WHERE ((events.order_id = orders.id) AND (events.to_status = orders.status))))
                         ELSE NULL::timestamp with time zone
                     END,
                     CASE
                         WHEN (captures.kind = 'flagged'::text) THEN ( SELECT paying.created_at
                            FROM payment_captures paying
                           WHERE ((paying.order_id = captures.order_id) AND (paying.kind = 'matched'::text)))
                         ELSE NULL::timestamp with time zone
                     END))
                 END AS since,
             ( SELECT COALESCE(sum(payment_refunds.amount_minor), (0)::numeric) AS "coalesce"
                    FROM payment_refunds
                   WHERE ((payment_refunds.capture_id = captures.id) AND (payment_refunds.status = 'SUCCEEDED'::text))) AS returned
            FROM (payment_captures captures
              LEFT JOIN ( SELECT orders_1.id,
                     orders_1.status,
                     orders_1.payment_status,
                     orders_1.cancelled_at
                    FROM orders orders_1
                   WHERE ((check_payment_returns.payment_ids IS NULL) OR (orders_1.id = ANY (ARRAY( SELECT chosen.order_id
                            FROM payment_captures chosen
                           WHERE (chosen.payment_id = ANY (check_payment_returns.payment_ids))))))) orders ON ((orders.id = captures.order_id)))
           WHERE (((check_payment_returns.payment_ids IS NULL) OR (captures.payment_id = ANY (check_payment_returns.payment_ids))) AND ((captures.return_cause IS NOT NULL) OR (orders.status = ANY (ARRAY['CANCELLED'::text, 'FAILED'::text])) OR ((captures.kind = 'flagged'::text) AND ((orders.status = 'COMPLETED'::text) OR (orders.payment_status = ANY (ARRAY['PAID'::text, 'PARTIALLY_REFUNDED'::text, 'REFUNDED'::text]))))))
         )
  SELECT due.payment_id,
     (due.id)::text AS id,
     format('%s of %s of payment %s is to go back since %s: %s asked for, %s returned'::text, due.kind, due.amount_minor, due.payment_id, due.since, due.taken_minor, due.returned) AS format
    FROM due
   WHERE (((due.taken_minor < due.amount_minor) AND (due.since < (now() - '00:01:00'::interval))) OR ((due.returned < (due.amount_minor)::numeric) AND (due.since < (now() - '00:10:00'::interval))));
END
;

CREATE OR REPLACE FUNCTION public.check_mail_events(mail_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT mail_messages.id,
     (mail_messages.id)::text AS id,
     format('it tells of event %s, which is no %s of the order %s'::text, mail_messages.sequence, mail_messages.kind, mail_messages.order_id) AS format
    FROM mail_messages
   WHERE ((mail_messages.order_id IS NOT NULL) AND ((check_mail_events.mail_ids IS NULL) OR (mail_messages.id = ANY (check_mail_events.mail_ids))) AND (NOT (EXISTS ( SELECT
            FROM events
           WHERE ((events.order_id = mail_messages.order_id) AND (events.sequence = mail_messages.sequence) AND (events.type =
                 CASE mail_messages.kind
                     WHEN 'payment.refunded'::text THEN 'refund.succeeded'::text
                     ELSE mail_messages.kind
                 END) AND ((check_mail_events.mail_ids IS NULL) OR (events.order_id = ANY (ARRAY( SELECT chosen.order_id
                    FROM mail_messages chosen
                   WHERE (chosen.id = ANY (check_mail_events.mail_ids)))))))))))
 UNION ALL
  SELECT (min((mail_messages.id)::text))::uuid AS min,
     min((mail_messages.id)::text) AS min,
     format('one of %s that tell of event %s of the order %s'::text, count(*), mail_messages.sequence, mail_messages.order_id) AS format
    FROM mail_messages
   WHERE ((mail_messages.order_id IS NOT NULL) AND ((check_mail_events.mail_ids IS NULL) OR (mail_messages.id = ANY (check_mail_events.mail_ids))))
   GROUP BY mail_messages.order_id, mail_messages.sequence
  HAVING (count(*) > 1);
END
;

CREATE OR REPLACE FUNCTION public.check_sessions(family_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 WITH live AS (
          SELECT refresh_tokens.family_id,
             count(*) AS count
            FROM refresh_tokens
           WHERE ((refresh_tokens.spent_at IS NULL) AND ((check_sessions.family_ids IS NULL) OR (refresh_tokens.family_id = ANY (check_sessions.family_ids))))
           GROUP BY refresh_tokens.family_id
         )
  SELECT families.id,
     (families.id)::text AS id,
     format('%s live refresh tokens'::text, COALESCE(live.count, (0)::bigint)) AS format
    FROM (refresh_families families
      LEFT JOIN live ON ((live.family_id = families.id)))
   WHERE (((check_sessions.family_ids IS NULL) OR (families.id = ANY (check_sessions.family_ids))) AND ((COALESCE(live.count, (0)::bigint) > 1) OR ((families.ended_at IS NULL) AND (families.expires_at > now()) AND (COALESCE(live.count, (0)::bigint) = 0))));
END
;

CREATE OR REPLACE FUNCTION public.check_passwords(user_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT users.id,
     (users.id)::text AS id,
     'the password of this user is no argon2id hash'::text AS detail
    FROM users
   WHERE ((users.password_hash !~ '^\$argon2id\$'::text) AND (length(users.password_hash) >= 8) AND ((check_passwords.user_ids IS NULL) OR (users.id = ANY (check_passwords.user_ids))));
END
;

CREATE OR REPLACE FUNCTION public.check_session_secrets(family_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT refresh_tokens.family_id,
     (refresh_tokens.family_id)::text AS family_id,
     'a refresh token of this session is no SHA-256 hash'::text AS detail
    FROM refresh_tokens
   WHERE ((octet_length(refresh_tokens.token_hash) <> 32) AND ((check_session_secrets.family_ids IS NULL) OR (refresh_tokens.family_id = ANY (check_session_secrets.family_ids))));
END
;

CREATE OR REPLACE FUNCTION public.check_few_secrets()
 RETURNS TABLE(id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT (password_resets.user_id)::text AS user_id,
     'a reset token of this user is no SHA-256 hash'::text AS detail
    FROM password_resets
   WHERE (octet_length(password_resets.token_hash) <> 32)
 UNION ALL
  SELECT (api_keys.id)::text AS id,
     'the secret of this API key is no SHA-256 hash'::text AS detail
    FROM api_keys
   WHERE (octet_length(api_keys.secret_hash) <> 32);
END
;

CREATE OR REPLACE FUNCTION public.check_order_bills(order_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 WITH lines AS (
          SELECT order_lines.order_id,
             (sum(COALESCE(order_lines.discount_minor, (0)::bigint)))::bigint AS discount_minor,
             (sum(COALESCE(order_lines.tax_minor, (0)::bigint)))::bigint AS tax_minor,
             (sum((order_lines.total_minor - COALESCE(order_lines.discount_minor, (0)::bigint))))::bigint AS left_minor,
             (COALESCE(sum((order_lines.total_minor - COALESCE(order_lines.discount_minor, (0)::bigint))) FILTER (WHERE (order_lines.tax_minor > 0)), (0)::numeric))::bigint AS taxed_minor,
             bool_or(((order_lines.discount_minor < 0) OR (order_lines.discount_minor > order_lines.total_minor) OR (order_lines.tax_minor < 0))) AS negative
            FROM (order_bills
              JOIN order_lines ON ((order_lines.order_id = order_bills.order_id)))
           WHERE (((check_order_bills.order_ids IS NULL) OR (order_bills.order_id = ANY (check_order_bills.order_ids))) AND ((check_order_bills.order_ids IS NULL) OR (order_lines.order_id = ANY (ARRAY( SELECT chosen.order_id
                    FROM order_bills chosen
                   WHERE (chosen.order_id = ANY (check_order_bills.order_ids)))))))
           GROUP BY order_lines.order_id
         ), bills AS (
          SELECT order_bills.order_id,
             order_bills.tip_minor,
             discounts.discount_minor,
             charges.charge_minor,
             charges.delivery_minor,
             charges.charge_tax_minor,
             taxes.tax_minor,
             taxes.base_minor,
             taxes.rounded,
             charges.taxed_minor,
             charges.deliveries,
             (discounts.discount_minor - lines.discount_minor) AS delivery_off_minor,
             ((lines.order_id IS NULL) OR lines.negative OR discounts.broken OR charges.broken OR taxes.broken) AS broken,
             lines.tax_minor AS line_tax_minor,
             lines.left_minor,
             lines.taxed_minor AS line_taxed_minor,
             order_bills.discounts
            FROM ((((order_bills
              LEFT JOIN lines ON ((lines.order_id = order_bills.order_id)))
              CROSS JOIN LATERAL ( SELECT (COALESCE(sum(((part.value ->> 'amountMinor'::text))::bigint), (0)::numeric))::bigint AS discount_minor,
                     (COALESCE(bool_or(((((part.value ->> 'amountMinor'::text))::bigint >= 0) IS NOT TRUE)), false) OR (count((part.value ->> 'discountId'::text)) <> count(DISTINCT (part.value ->> 'discountId'::text)))) AS broken
                    FROM jsonb_array_elements(order_bills.discounts) part(value)) discounts)
              CROSS JOIN LATERAL ( SELECT (COALESCE(sum(((part.value ->> 'amountMinor'::text))::bigint), (0)::numeric))::bigint AS charge_minor,
                     (COALESCE(sum(((part.value ->> 'taxMinor'::text))::bigint), (0)::numeric))::bigint AS charge_tax_minor,
                     (COALESCE(sum(((part.value ->> 'amountMinor'::text))::bigint) FILTER (WHERE (((part.value ->> 'taxMinor'::text))::bigint > 0)), (0)::numeric))::bigint AS taxed_minor,
                     count(*) FILTER (WHERE ((part.value ->> 'kind'::text) = 'DELIVERY'::text)) AS deliveries,
                     max(((part.value ->> 'amountMinor'::text))::bigint) FILTER (WHERE (((part.value ->> 'kind'::text) = 'DELIVERY'::text) AND (((part.value ->> 'taxMinor'::text))::bigint = 0))) AS delivery_minor,
                     COALESCE(bool_or((((((part.value ->> 'amountMinor'::text))::bigint >= 0) AND (((part.value ->> 'taxMinor'::text))::bigint >= 0)) IS NOT TRUE)), false) AS broken
                    FROM jsonb_array_elements(order_bills.charges) part(value)) charges)
              CROSS JOIN LATERAL ( SELECT (COALESCE(sum(((part.value ->> 'amountMinor'::text))::bigint), (0)::numeric))::bigint AS tax_minor,
                     (COALESCE(sum(((part.value ->> 'baseMinor'::text))::bigint), (0)::numeric))::bigint AS base_minor,
                     COALESCE(bool_or((((((part.value ->> 'amountMinor'::text))::bigint >= 0) AND (((part.value ->> 'baseMinor'::text))::bigint >= 0)) IS NOT TRUE)), false) AS broken,
                     COALESCE(bool_and(((((part.value ->> 'amountMinor'::text))::numeric = div(((((2)::numeric * ((part.value ->> 'baseMinor'::text))::numeric) * ((part.value ->> 'percent'::text))::numeric) + whole.percent), ((2)::numeric * whole.percent))) IS TRUE)), true) AS rounded
                    FROM (jsonb_array_elements(order_bills.taxes) part(value)
                      CROSS JOIN LATERAL ( SELECT
                                 CASE
                                     WHEN order_bills.prices_include_tax THEN ((100)::numeric + ((part.value ->> 'percent'::text))::numeric)
                                     ELSE (100)::numeric
                                 END AS percent) whole)) taxes)
           WHERE ((check_order_bills.order_ids IS NULL) OR (order_bills.order_id = ANY (check_order_bills.order_ids)))
         ), judged AS (
          SELECT bills.order_id,
                 CASE
                     WHEN (orders.id IS NULL) THEN 'the bill of an order that does not exist'::text
                     WHEN bills.broken THEN 'a part is missing, named twice or negative'::text
                     WHEN (bills.deliveries > 1) THEN format('%s delivery charges'::text, bills.deliveries)
                     WHEN ((bills.delivery_off_minor <> 0) AND ((bills.delivery_off_minor IS DISTINCT FROM bills.delivery_minor) OR (NOT (bills.discounts @> jsonb_build_array(jsonb_build_object('amountMinor', bills.delivery_off_minor)))))) THEN format('discounts of %s, those of its lines and of delivery are %s'::text, bills.discount_minor, (bills.discount_minor - bills.delivery_off_minor))
                     WHEN (bills.tax_minor <> (bills.line_tax_minor + bills.charge_tax_minor)) THEN format('taxes of %s, those of its lines and charges are %s'::text, bills.tax_minor, (bills.line_tax_minor + bills.charge_tax_minor))
                     WHEN (orders.source = 'import'::text) THEN NULL::text
                     WHEN (NOT bills.rounded) THEN 'a tax is not its base times its rate'::text
                     WHEN ((bills.base_minor < (bills.line_taxed_minor + bills.taxed_minor)) OR (bills.base_minor > ((bills.left_minor + bills.charge_minor) - bills.delivery_off_minor))) THEN format('taxes on %s, of %s, of which at least %s is taxed'::text, bills.base_minor, ((bills.left_minor + bills.charge_minor) - bills.delivery_off_minor), (bills.line_taxed_minor + bills.taxed_minor))
                     ELSE NULL::text
                 END AS detail
            FROM (bills
              LEFT JOIN ( SELECT orders_1.id,
                     orders_1.source
                    FROM orders orders_1
                   WHERE ((check_order_bills.order_ids IS NULL) OR (orders_1.id = ANY (check_order_bills.order_ids)))) orders ON ((orders.id = bills.order_id)))
         )
  SELECT judged.order_id,
     (judged.order_id)::text AS order_id,
     judged.detail
    FROM judged
   WHERE (judged.detail IS NOT NULL);
END
;

CREATE OR REPLACE FUNCTION public.check_order_uses(order_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 WITH due AS (
          SELECT billed.order_id,
             billed.discount_id,
             orders.customer_id
            FROM (( SELECT order_bills.order_id,
                     ((part.value ->> 'discountId'::text))::uuid AS discount_id
                    FROM (order_bills
                      CROSS JOIN LATERAL jsonb_array_elements(order_bills.discounts) part(value))
                   WHERE ((order_bills.discounts <> '[]'::jsonb) AND ((part.value ->> 'discountId'::text) IS NOT NULL) AND ((check_order_uses.order_ids IS NULL) OR (order_bills.order_id = ANY (check_order_uses.order_ids))))) billed
              JOIN orders ON ((orders.id = billed.order_id)))
           WHERE ((orders.status <> ALL (ARRAY['QUEUED'::text, 'CANCELLED'::text, 'FAILED'::text])) AND (orders.source = 'api'::text) AND ((check_order_uses.order_ids IS NULL) OR (orders.id = ANY (check_order_uses.order_ids))))
         )
  SELECT COALESCE(due.order_id, uses.order_id) AS "coalesce",
     (COALESCE(due.order_id, uses.order_id))::text AS "coalesce",
         CASE
             WHEN (uses.order_id IS NULL) THEN format('does not use the discount %s of its bill'::text, due.discount_id)
             WHEN (due.order_id IS NULL) THEN format('uses the discount %s, and should not'::text, uses.discount_id)
             ELSE format('uses the discount %s for customer %s, is of %s'::text, uses.discount_id, uses.customer_id, due.customer_id)
         END AS format
    FROM (due
      FULL JOIN ( SELECT discount_uses.order_id,
             discount_uses.discount_id,
             discount_uses.customer_id
            FROM discount_uses
           WHERE ((check_order_uses.order_ids IS NULL) OR (discount_uses.order_id = ANY (check_order_uses.order_ids)))) uses ON (((uses.order_id = due.order_id) AND (uses.discount_id = due.discount_id))))
   WHERE ((uses.order_id IS NULL) OR (due.order_id IS NULL) OR (uses.customer_id <> due.customer_id));
END
;

CREATE OR REPLACE FUNCTION public.check_customer_uses(order_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT (min((uses.order_id)::text))::uuid AS min,
     min((uses.order_id)::text) AS min,
     format('customer %s uses the discount %s in %s orders, at most %s are allowed'::text, uses.customer_id, uses.discount_id, count(*), uses.uses_per_customer_max) AS format
    FROM (( SELECT discount_uses.order_id,
             discount_uses.discount_id,
             discount_uses.customer_id,
             discounts.uses_per_customer_max,
             discounts.updated_at,
             count(*) OVER (PARTITION BY discount_uses.discount_id, discount_uses.customer_id) AS count
            FROM (discounts
              JOIN discount_uses ON ((discount_uses.discount_id = discounts.id)))
           WHERE ((discounts.uses_per_customer_max IS NOT NULL) AND ((check_customer_uses.order_ids IS NULL) OR ((discount_uses.discount_id, discount_uses.customer_id) IN ( SELECT chosen.discount_id,
                     chosen.customer_id
                    FROM discount_uses chosen
                   WHERE (chosen.order_id = ANY (check_customer_uses.order_ids))))))) uses
      JOIN orders ON ((orders.id = uses.order_id)))
   WHERE ((uses.count > uses.uses_per_customer_max) AND (orders.created_at > (uses.updated_at + '00:01:00'::interval)))
   GROUP BY uses.discount_id, uses.customer_id, uses.uses_per_customer_max
  HAVING (count(*) > uses.uses_per_customer_max);
END
;

CREATE OR REPLACE FUNCTION public.check_discount_counters(discount_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT discounts.id,
     (discounts.id)::text AS id,
     format('counts %s uses of at most %s, %s orders use it'::text, discounts.uses, COALESCE((discounts.uses_max)::text, 'any number'::text), COALESCE(counted.count, (0)::bigint)) AS format
    FROM (discounts
      LEFT JOIN ( SELECT discount_uses.discount_id,
             count(*) AS count
            FROM discount_uses
           WHERE ((check_discount_counters.discount_ids IS NULL) OR (discount_uses.discount_id = ANY (check_discount_counters.discount_ids)))
           GROUP BY discount_uses.discount_id) counted ON ((counted.discount_id = discounts.id)))
   WHERE (((check_discount_counters.discount_ids IS NULL) OR (discounts.id = ANY (check_discount_counters.discount_ids))) AND ((discounts.uses <> COALESCE(counted.count, (0)::bigint)) OR (discounts.uses > discounts.uses_max)));
END
;

CREATE OR REPLACE FUNCTION public.check_order_slots(order_ids uuid[])
 RETURNS TABLE(subject uuid, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 WITH chosen AS (
          SELECT slot_places.order_id,
             slot_places.start_at,
             slot_places.held
            FROM slot_places
           WHERE ((check_order_slots.order_ids IS NULL) OR (slot_places.order_id = ANY (check_order_slots.order_ids)))
         ), owners AS (
          SELECT orders.id,
             orders.status,
             orders.promised_for
            FROM orders
           WHERE ((check_order_slots.order_ids IS NULL) OR (orders.id = ANY (ARRAY( SELECT slot_places.order_id
                    FROM slot_places
                   WHERE (slot_places.order_id = ANY (check_order_slots.order_ids))))))
         ), counted AS (
          SELECT slots.start_at
            FROM slots
           WHERE ((check_order_slots.order_ids IS NULL) OR (slots.start_at = ANY (ARRAY( SELECT slot_places.start_at
                    FROM slot_places
                   WHERE (slot_places.order_id = ANY (check_order_slots.order_ids))))))
         )
  SELECT chosen.order_id,
     (chosen.order_id)::text AS order_id,
         CASE
             WHEN (owners.id IS NULL) THEN 'the place of an order that does not exist'::text
             WHEN (owners.promised_for IS DISTINCT FROM chosen.start_at) THEN format('promised for %s, has its place in the slot of %s'::text, COALESCE((owners.promised_for)::text, 'no time'::text), chosen.start_at)
             WHEN (NOT chosen.held) THEN format('%s, does not hold its place in the slot of %s'::text, owners.status, chosen.start_at)
             WHEN (owners.status = ANY (ARRAY['CANCELLED'::text, 'FAILED'::text])) THEN format('%s, holds a place in the slot of %s'::text, owners.status, chosen.start_at)
             ELSE format('holds a place in the slot of %s, which is not counted'::text, chosen.start_at)
         END AS format
    FROM ((chosen
      LEFT JOIN owners ON ((owners.id = chosen.order_id)))
      LEFT JOIN counted ON ((counted.start_at = chosen.start_at)))
   WHERE ((owners.id IS NULL) OR (owners.promised_for IS DISTINCT FROM chosen.start_at) OR (chosen.held = (owners.status = ANY (ARRAY['CANCELLED'::text, 'FAILED'::text]))) OR (chosen.held AND (counted.start_at IS NULL)));
END
;

CREATE OR REPLACE FUNCTION public.check_slot_counts(starts timestamp with time zone[])
 RETURNS TABLE(subject timestamp with time zone, id text, detail text)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT slots.start_at,
     to_char((slots.start_at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'::text) AS to_char,
         CASE
             WHEN (slots.places <> COALESCE(held.count, (0)::bigint)) THEN format('counts %s places, %s orders hold one'::text, slots.places, COALESCE(held.count, (0)::bigint))
             ELSE format('%s orders hold a place, at most %s are allowed'::text, recent.count, recent.orders_max)
         END AS format
    FROM ((slots
      LEFT JOIN ( SELECT slot_places.start_at,
             count(*) AS count
            FROM slot_places
           WHERE (slot_places.held AND ((check_slot_counts.starts IS NULL) OR (slot_places.start_at = ANY (check_slot_counts.starts))))
           GROUP BY slot_places.start_at) held ON ((held.start_at = slots.start_at)))
      LEFT JOIN ( SELECT slot_places.start_at,
             count(*) AS count,
             shop_settings.slot_orders_max AS orders_max
            FROM ((shop_settings
              CROSS JOIN slot_places)
              JOIN orders ON ((orders.id = slot_places.order_id)))
           WHERE ((shop_settings.slot_orders_max > 0) AND slot_places.held AND (slot_places.start_at = ANY (ARRAY( SELECT crowded.start_at
                    FROM slots crowded
                   WHERE ((crowded.places > shop_settings.slot_orders_max) AND ((check_slot_counts.starts IS NULL) OR (crowded.start_at = ANY (check_slot_counts.starts))))))) AND (orders.created_at > (shop_settings.updated_at + '00:01:00'::interval)))
           GROUP BY slot_places.start_at, shop_settings.slot_orders_max) recent ON (((recent.start_at = slots.start_at) AND (recent.count > recent.orders_max))))
   WHERE (((check_slot_counts.starts IS NULL) OR (slots.start_at = ANY (check_slot_counts.starts))) AND ((slots.places <> COALESCE(held.count, (0)::bigint)) OR (recent.start_at IS NOT NULL)));
END
;

CREATE OR REPLACE FUNCTION public.bring_events_into_personal_form(positions bigint[], ciphertexts bytea[])
 RETURNS bigint
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 WITH brought AS (
          UPDATE events SET reason = NULL::text, personal = given.ciphertext, personal_of = COALESCE(orders.customer_id, old.actor_id)
            FROM ((UNNEST(bring_events_into_personal_form.positions, bring_events_into_personal_form.ciphertexts) given(place, ciphertext)
              JOIN events old ON ((old."position" = given.place)))
              LEFT JOIN orders ON ((orders.id = old.order_id)))
           WHERE ((events."position" = given.place) AND is_old_event(events.reason, events.personal_of, events.order_id, events.actor_id) AND (COALESCE(orders.customer_id, old.actor_id) IS NOT NULL) AND (events."position" > ( SELECT COALESCE(max(log_seals.last), (0)::bigint) AS "coalesce"
                    FROM log_seals
                   WHERE (log_seals.log = 'events'::text))))
           RETURNING 1 AS "?column?"
         )
  SELECT count(*) AS count
    FROM brought;
END
;

CREATE OR REPLACE FUNCTION public.bring_audit_into_personal_form(positions bigint[], of_subjects bytea[], of_actors bytea[])
 RETURNS bigint
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 WITH brought AS (
          UPDATE audit SET before =
                 CASE
                     WHEN (audit.subject_type = 'user'::text) THEN without_names(audit.before)
                     ELSE audit.before
                 END, after =
                 CASE
                     WHEN (audit.subject_type = 'user'::text) THEN without_names(audit.after)
                     ELSE audit.after
                 END, address =
                 CASE
                     WHEN (audit.actor_id IS NULL) THEN audit.address
                     ELSE NULL::text
                 END, user_agent =
                 CASE
                     WHEN (audit.actor_id IS NULL) THEN audit.user_agent
                     ELSE NULL::text
                 END, subject_personal = COALESCE(audit.subject_personal, given.of_subject), actor_personal = COALESCE(audit.actor_personal, given.of_actor)
            FROM UNNEST(bring_audit_into_personal_form.positions, bring_audit_into_personal_form.of_subjects, bring_audit_into_personal_form.of_actors) given(place, of_subject, of_actor)
           WHERE ((audit."position" = given.place) AND is_old_audit(audit.subject_type, audit.subject_id, audit.before, audit.after, audit.actor_id, audit.address, audit.user_agent) AND (audit."position" > ( SELECT COALESCE(max(log_seals.last), (0)::bigint) AS "coalesce"
                    FROM log_seals
                   WHERE (log_seals.log = 'audit'::text))))
           RETURNING 1 AS "?column?"
         )
  SELECT count(*) AS count
    FROM brought;
END
;

CREATE OR REPLACE FUNCTION public.forget_movement_reasons(actor_ids uuid[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 UPDATE stock_movements SET reason = ''::text
   WHERE ((stock_movements.actor_id = ANY (forget_movement_reasons.actor_ids)) AND (stock_movements.order_id IS NULL) AND (stock_movements.reason <> ''::text) AND (NOT is_fixed_reason(stock_movements.reason)));
END
;

CREATE OR REPLACE FUNCTION public.find_chain_end()
 RETURNS TABLE(number bigint, hash bytea)
 LANGUAGE sql
 STABLE
BEGIN ATOMIC
 SELECT ends.number,
     ends.hash
    FROM ( SELECT newest_seal.number,
             newest_seal.hash
            FROM newest_seal
         UNION ALL
         ( SELECT log_seals.number,
             log_seals.hash
            FROM log_seals
           ORDER BY log_seals.number DESC
          LIMIT 1)) ends
   ORDER BY ends.number DESC
  LIMIT 1;
END
;

create view inv_stock_bounds as
 SELECT (product_id)::text AS id,
    format('on hand %s, reserved %s'::text, on_hand, reserved) AS detail
   FROM stock
  WHERE (NOT ((reserved >= 0) AND (reserved <= on_hand)));

create view inv_stock_ledger as
 SELECT id,
    detail
   FROM check_stock_ledger(NULL::uuid[]) check_stock_ledger(subject, id, detail);

create view inv_stock_reserved as
 WITH held AS (
         SELECT needed.product_id,
            (sum(needed.quantity))::bigint AS quantity
           FROM ((orders
             JOIN order_lines ON ((order_lines.order_id = orders.id)))
             CROSS JOIN LATERAL ( SELECT order_lines.product_id,
                    (order_lines.quantity)::bigint AS quantity
                UNION ALL
                 SELECT ((modifier.value ->> 'productId'::text))::uuid AS uuid,
                    (order_lines.quantity * ((modifier.value ->> 'quantity'::text))::bigint)
                   FROM jsonb_array_elements(order_lines.modifiers) modifier(value)
                  WHERE ((modifier.value ->> 'productId'::text) IS NOT NULL)) needed(product_id, quantity))
          WHERE ((orders.status = ANY (ARRAY['PENDING'::text, 'CONFIRMED'::text, 'PREPARING'::text, 'READY'::text])) AND (orders.source = 'api'::text))
          GROUP BY needed.product_id
        )
 SELECT (COALESCE(stock.product_id, held.product_id))::text AS id,
    format('reserved %s, open orders hold %s'::text, stock.reserved, COALESCE(held.quantity, (0)::bigint)) AS detail
   FROM (stock
     FULL JOIN held ON ((held.product_id = stock.product_id)))
  WHERE (stock.reserved IS DISTINCT FROM COALESCE(held.quantity, (0)::bigint));

create view inv_stock_consumed as
 SELECT id,
    detail
   FROM check_stock_consumed(NULL::uuid[]) check_stock_consumed(subject, id, detail);

create view inv_stock_events as
 SELECT id,
    detail
   FROM check_stock_events(NULL::uuid[]) check_stock_events(subject, id, detail);

create view inv_order_totals as
 SELECT id,
    detail
   FROM check_order_totals(NULL::uuid[]) check_order_totals(subject, id, detail);

create view inv_order_prices as
 SELECT id,
    detail
   FROM check_order_prices(NULL::uuid[]) check_order_prices(subject, id, detail);

create view inv_order_currency as
 SELECT id,
    detail
   FROM check_order_currency(NULL::uuid[]) check_order_currency(subject, id, detail);

create view inv_order_log as
 SELECT id,
    detail
   FROM check_order_log(NULL::uuid[]) check_order_log(subject, id, detail);

create view inv_order_history as
 SELECT id,
    detail
   FROM check_order_history(NULL::uuid[]) check_order_history(subject, id, detail);

create view inv_order_steps as
 SELECT id,
    detail
   FROM check_order_steps(NULL::uuid[]) check_order_steps(subject, id, detail);

create view inv_idempotency_effects as
 SELECT id,
    detail
   FROM check_idempotency_effects(NULL::bytea[]) check_idempotency_effects(subject, id, detail);

create view inv_client_tokens as
 SELECT id,
    detail
   FROM check_client_tokens(NULL::uuid[]) check_client_tokens(subject, id, detail);

create view inv_order_deadlines as
 SELECT (id)::text AS id,
    format('was to expire at %s'::text, expires_at) AS detail
   FROM orders
  WHERE ((status = 'PENDING'::text) AND (expires_at < (now() - '00:01:00'::interval)));

create view inv_sessions as
 SELECT id,
    detail
   FROM check_sessions(NULL::uuid[]) check_sessions(subject, id, detail);

create view inv_secrets as
 SELECT check_passwords.id,
    check_passwords.detail
   FROM check_passwords(NULL::uuid[]) check_passwords(subject, id, detail)
UNION ALL
 SELECT check_session_secrets.id,
    check_session_secrets.detail
   FROM check_session_secrets(NULL::uuid[]) check_session_secrets(subject, id, detail)
UNION ALL
 SELECT check_few_secrets.id,
    check_few_secrets.detail
   FROM check_few_secrets() check_few_secrets(id, detail);

create view inv_log_delivered as
 SELECT (waiting."position")::text AS id,
    format('%s of %s waits behind %s for the reader %s'::text, waiting.type, waiting.at, reader."position", reader.name) AS detail
   FROM (log_readers reader
     CROSS JOIN LATERAL ( SELECT events."position",
            events.type,
            events.at
           FROM events
          WHERE (events."position" > reader."position")
          ORDER BY events."position"
         LIMIT 100) waiting)
  WHERE ((reader.leased_until > now()) AND (GREATEST(waiting.at, reader.held_since) < (now() - '00:01:00'::interval)));

create view inv_payment_sums as
 SELECT id,
    detail
   FROM check_payment_sums(NULL::uuid[]) check_payment_sums(subject, id, detail);

create view inv_payment_refunds as
 SELECT id,
    detail
   FROM check_payment_refunds(NULL::uuid[]) check_payment_refunds(subject, id, detail);

create view inv_payment_orders as
 SELECT id,
    detail
   FROM check_payment_orders(NULL::uuid[]) check_payment_orders(subject, id, detail);

create view inv_payment_captures as
 SELECT check_paid_once.id,
    check_paid_once.detail
   FROM check_paid_once(NULL::uuid[]) check_paid_once(subject, id, detail)
UNION ALL
 SELECT check_charged_once.id,
    check_charged_once.detail
   FROM check_charged_once(NULL::uuid[]) check_charged_once(subject, id, detail);

create view inv_provider_events as
 SELECT id,
    detail
   FROM check_provider_events(NULL::uuid[]) check_provider_events(subject, id, detail);

create view inv_payment_returns as
 SELECT id,
    detail
   FROM check_payment_returns(NULL::uuid[]) check_payment_returns(subject, id, detail);

create view inv_job_leases as
 SELECT (id)::text AS id,
    format('%s: the lease of its worker ended at %s'::text, name, leased_until) AS detail
   FROM jobs
  WHERE ((state = 'running'::text) AND (leased_until < (now() - '00:01:00'::interval)) AND (EXISTS ( SELECT
           FROM schedules
          WHERE ((schedules.name = 'jobs.rescue'::text) AND (schedules.ended_at > (now() - '00:01:00'::interval))))));

create view inv_job_sendings as
 SELECT (id)::text AS id,
    format('%s: due since %s and sent last at %s'::text, name, due_at, sent_at) AS detail
   FROM jobs
  WHERE ((state = 'waiting'::text) AND (due_at < (now() - '00:01:30'::interval)) AND (sent_at < ((now() - ((LEAST(((30)::numeric * (2.0 ^ (LEAST(rescues, 20))::numeric)), (300)::numeric))::double precision * '00:00:01'::interval)) - '00:01:00'::interval)) AND (EXISTS ( SELECT
           FROM schedules
          WHERE ((schedules.name = 'jobs.rescue'::text) AND (schedules.ended_at > (now() - '00:01:00'::interval)) AND (schedules.last_error IS NULL)))));

create view inv_webhook_deliveries as
 SELECT (deliveries.id)::text AS id,
        CASE
            WHEN (turn.id IS NULL) THEN 'waits in a line in which it is nobody''s turn'::text
            WHEN (turn.status <> 'PENDING'::text) THEN format('waits for %s, which is %s'::text, turn.id, turn.status)
            WHEN (jobs.id IS NULL) THEN format('waits for %s, which has no job'::text, turn.id)
            WHEN (jobs.state <> ALL (ARRAY['waiting'::text, 'running'::text])) THEN format('waits for %s, whose job is %s'::text, turn.id, jobs.state)
            ELSE format('comes before %s, whose turn it is'::text, turn.id)
        END AS detail
   FROM (((webhook_deliveries deliveries
     LEFT JOIN webhook_lines lines ON (((lines.endpoint_id = deliveries.endpoint_id) AND (lines.line_id = deliveries.line_id))))
     LEFT JOIN webhook_deliveries turn ON ((turn.id = lines.delivery_id)))
     LEFT JOIN jobs ON ((jobs.id = turn.job_id)))
  WHERE ((deliveries.status = 'PENDING'::text) AND ((turn.id IS NULL) OR (turn.status <> 'PENDING'::text) OR (jobs.id IS NULL) OR (jobs.state <> ALL (ARRAY['waiting'::text, 'running'::text])) OR (deliveries.event_position < turn.event_position)));

create view inv_order_queue as
 SELECT (COALESCE(orders.id, queued_orders.order_id))::text AS id,
    format('the order is %s and %s'::text, COALESCE(orders.status, 'not QUEUED'::text),
        CASE
            WHEN (queued_orders.order_id IS NULL) THEN 'not in the queue'::text
            ELSE 'in the queue'::text
        END) AS detail
   FROM (( SELECT orders_1.id,
            orders_1.status
           FROM orders orders_1
          WHERE (orders_1.status = 'QUEUED'::text)) orders
     FULL JOIN queued_orders ON ((queued_orders.order_id = orders.id)))
  WHERE ((orders.id IS NULL) OR (queued_orders.order_id IS NULL));

create view inv_order_queue_jobs as
 SELECT (queued_orders.order_id)::text AS id,
    'it waits, and no job will have it placed'::text AS detail
   FROM ((queued_orders
     JOIN events ON (((events.order_id = queued_orders.order_id) AND (events.type = 'order.queued'::text))))
     JOIN log_readers ON (((log_readers.name = 'relay'::text) AND (log_readers."position" >= events."position"))))
  WHERE (NOT (EXISTS ( SELECT
           FROM jobs
          WHERE ((jobs.event_id = events.id) AND (jobs.name = 'orders.place-queued'::text)))));

create view inv_payment_charges as
 SELECT check_told_charges.id,
    check_told_charges.detail
   FROM check_told_charges(NULL::uuid[]) check_told_charges(subject, id, detail)
UNION ALL
 SELECT check_untold_charges.id,
    check_untold_charges.detail
   FROM check_untold_charges(NULL::uuid[]) check_untold_charges(subject, id, detail);

create view inv_mail_events as
 SELECT id,
    detail
   FROM check_mail_events(NULL::uuid[]) check_mail_events(subject, id, detail);

create view inv_order_keys as
 SELECT check_order_keys.id,
    check_order_keys.detail
   FROM check_order_keys(NULL::uuid[]) check_order_keys(subject, id, detail)
UNION ALL
 SELECT check_order_responses.id,
    check_order_responses.detail
   FROM check_order_responses(NULL::bigint[]) check_order_responses(subject, id, detail);

create view inv_order_bills as
 SELECT id,
    detail
   FROM check_order_bills(NULL::uuid[]) check_order_bills(subject, id, detail);

create view inv_discount_uses as
 SELECT check_order_uses.id,
    check_order_uses.detail
   FROM check_order_uses(NULL::uuid[]) check_order_uses(subject, id, detail)
UNION ALL
 SELECT check_customer_uses.id,
    check_customer_uses.detail
   FROM check_customer_uses(NULL::uuid[]) check_customer_uses(subject, id, detail)
UNION ALL
 SELECT check_discount_counters.id,
    check_discount_counters.detail
   FROM check_discount_counters(NULL::uuid[]) check_discount_counters(subject, id, detail);

create view inv_slot_places as
 SELECT check_order_slots.id,
    check_order_slots.detail
   FROM check_order_slots(NULL::uuid[]) check_order_slots(subject, id, detail)
UNION ALL
 SELECT check_slot_counts.id,
    check_slot_counts.detail
   FROM check_slot_counts(NULL::timestamp with time zone[]) check_slot_counts(subject, id, detail);
