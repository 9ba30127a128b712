-- The invariants of slots. A rule is a function of ids, as in 0023.

-- A place that was given back is never held again.
create function check_order_slots(order_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  with chosen as (
    select slot_places.order_id, slot_places.start_at, slot_places.held
      from slot_places
     where (order_ids is null or slot_places.order_id = any(order_ids))),
  owners as (
    select orders.id, orders.status, orders.promised_for
      from orders
     where (order_ids is null
            or orders.id = any(array(select slot_places.order_id
                                       from slot_places
                                      where slot_places.order_id = any(order_ids))))),
  counted as (
    select slots.start_at
      from slots
     where (order_ids is null
            or slots.start_at = any(array(select slot_places.start_at
                                            from slot_places
                                           where slot_places.order_id = any(order_ids)))))
  select chosen.order_id,
         chosen.order_id::text,
         case
           when owners.id is null then 'the place of an order that does not exist'
           when owners.promised_for is distinct from chosen.start_at
             then format('promised for %s, has its place in the slot of %s',
                         coalesce(owners.promised_for::text, 'no time'), chosen.start_at)
           when not chosen.held
             then format('%s, does not hold its place in the slot of %s', owners.status, chosen.start_at)
           when owners.status in ('CANCELLED', 'FAILED')
             then format('%s, holds a place in the slot of %s', owners.status, chosen.start_at)
           else format('holds a place in the slot of %s, which is not counted', chosen.start_at)
         end
    from chosen
    left join owners on owners.id = chosen.order_id
    left join counted on counted.start_at = chosen.start_at
   where owners.id is null
      or owners.promised_for is distinct from chosen.start_at
      or chosen.held = (owners.status in ('CANCELLED', 'FAILED'))
      or (chosen.held and counted.start_at is null);
end;

-- A maximum that is lowered makes no earlier order wrong. So what is counted against it are the orders from a minute after
-- the last change of the settings on, since transactions of servers were open meanwhile.
create function check_slot_counts(starts timestamptz[])
returns table (subject timestamptz, id text, detail text)
language sql stable
begin atomic
  select slots.start_at,
         to_char(slots.start_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
         case
           when slots.places <> coalesce(held.count, 0)
             then format('counts %s places, %s orders hold one', slots.places, coalesce(held.count, 0))
           else format('%s orders hold a place, at most %s are allowed', recent.count, recent.orders_max)
         end
    from slots
    left join (select slot_places.start_at, count(*) as count
                 from slot_places
                where slot_places.held
                  and (starts is null or slot_places.start_at = any(starts))
                group by slot_places.start_at) as held
      on held.start_at = slots.start_at
    left join (select slot_places.start_at, count(*) as count, shop_settings.slot_orders_max as orders_max
                 from shop_settings
                cross join slot_places
                 join orders on orders.id = slot_places.order_id
                where shop_settings.slot_orders_max > 0
                  and slot_places.held
                  and slot_places.start_at = any(array(select crowded.start_at
                                                         from slots as crowded
                                                        where crowded.places > shop_settings.slot_orders_max
                                                          and (starts is null or crowded.start_at = any(starts))))
                  and orders.created_at > shop_settings.updated_at + interval '1 minute'
                group by slot_places.start_at, shop_settings.slot_orders_max) as recent
      on recent.start_at = slots.start_at
     and recent.count > recent.orders_max
   where (starts is null or slots.start_at = any(starts))
     and (slots.places <> coalesce(held.count, 0) or recent.start_at is not null);
end;

create view inv_slot_places as
select id, detail from check_order_slots(null)
union all
select id, detail from check_slot_counts(null);
comment on view inv_slot_places is
  'A slot counts the places that orders hold in it, and no more than allowed. An order is promised for its slot, and holds its place unless it is cancelled or has failed.';
