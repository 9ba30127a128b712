-- The invariants for a part of the rows. Each function below is the former view with a set of ids: null means all rows,
-- and the view is the function for null, so each rule is written once. The functions are inlined into the statement that
-- calls them. There `ids is null` is a constant, so a check of everything is planned as before, set-wise over whole
-- tables, and a check of some ids reads these by their indexes. Every table is restricted by itself, with an array where
-- the ids come from another table: the planner does not pass a restriction through a join to the other side, and would
-- read whole indexes instead.
--
-- `subject` is the id by which the function finds the row again.
--
-- The `screen_…` functions look at single rows and their neighbours, and return the subjects that may break a rule whose
-- check has to read more: the ledger of a product, say. They may return too many, never too few.

create function check_stock_ledger(product_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  with ledger as (
    select stock_movements.product_id, sum(stock_movements.delta)::bigint as on_hand
      from stock_movements
     where (product_ids is null or stock_movements.product_id = any(product_ids))
     group by stock_movements.product_id)
  select coalesce(stock.product_id, ledger.product_id),
         coalesce(stock.product_id, ledger.product_id)::text,
         format('on hand %s, the ledger adds up to %s', stock.on_hand, coalesce(ledger.on_hand, 0))
    from (select stock.product_id, stock.on_hand
            from stock
           where (product_ids is null or stock.product_id = any(product_ids))) as stock
    full join ledger on ledger.product_id = stock.product_id
   where stock.on_hand is distinct from coalesce(ledger.on_hand, 0);
end;

-- A movement carries the units on hand after it. If each continues where the one before it ended, and the stock is where
-- the last one ended, the ledger adds up. Movements that two servers recorded in the same millisecond, or with clocks that
-- differ, may be out of order; the sum decides.
create function screen_stock_movements(movement_ids uuid[])
returns table (subject uuid)
language sql stable
begin atomic
  select distinct movement.product_id
    from stock_movements as movement
   where movement.id = any(movement_ids)
     and movement.on_hand - movement.delta <> coalesce(
           (select earlier.on_hand
              from stock_movements as earlier
             where earlier.product_id = movement.product_id
               and (earlier.at, earlier.id) < (movement.at, movement.id)
             order by earlier.at desc, earlier.id desc
             limit 1), 0);
end;

create function screen_stock_levels(product_ids uuid[])
returns table (subject uuid)
language sql stable
begin atomic
  select products.id
    from products
    left join (select stock.product_id, stock.on_hand
                 from stock
                where stock.product_id = any(product_ids)) as stock
      on stock.product_id = products.id
   where products.id = any(product_ids)
     and stock.on_hand is distinct from coalesce(
           (select movement.on_hand
              from stock_movements as movement
             where movement.product_id = products.id
             order by movement.at desc, movement.id desc
             limit 1), 0);
end;

create function check_stock_consumed(order_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  with due as (
    select order_lines.order_id, order_lines.product_id, sum(order_lines.quantity)::bigint as quantity
      from orders
      join order_lines on order_lines.order_id = orders.id
     where orders.status = 'COMPLETED'
       and orders.source = 'api'
       and (order_ids is null or orders.id = any(order_ids))
       and (order_ids is null or order_lines.order_id = any(order_ids))
     group by order_lines.order_id, order_lines.product_id),
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

-- The event of a correction is written with it, so it is searched for in the time of the movements.
create function check_stock_events(movement_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  with told as (
    select events.data ->> 'movementId' as movement_id, count(*) as count,
           min((events.data ->> 'delta')::bigint) as delta
      from events
     where events.type = 'stock.adjusted'
       and (movement_ids is null
            or events.at between (select min(stock_movements.at) - interval '1 minute'
                                    from stock_movements
                                   where stock_movements.id = any(movement_ids)
                                     and stock_movements.kind = 'adjustment')
                             and (select max(stock_movements.at) + interval '1 minute'
                                    from stock_movements
                                   where stock_movements.id = any(movement_ids)
                                     and stock_movements.kind = 'adjustment'))
     group by events.data ->> 'movementId')
  select stock_movements.id,
         stock_movements.id::text,
         format('a correction of %s is told %s times', stock_movements.delta, coalesce(told.count, 0))
    from stock_movements
    left join told on told.movement_id = stock_movements.id::text
   where stock_movements.kind = 'adjustment'
     and (movement_ids is null or stock_movements.id = any(movement_ids))
     and (told.count, told.delta) is distinct from (1::bigint, stock_movements.delta);
end;

create function check_order_totals(order_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  with lines as (
    select order_lines.order_id,
           count(*) as count,
           max(order_lines.line_number) as last_number,
           sum(order_lines.total_minor)::bigint as total_minor,
           bool_and(order_lines.total_minor = order_lines.quantity * order_lines.unit_price_minor) as priced,
           min(order_lines.created_at) as first_at,
           max(order_lines.created_at) as last_at
      from order_lines
     where (order_ids is null or order_lines.order_id = any(order_ids))
     group by order_lines.order_id)
  select orders.id,
         orders.id::text,
         case
           when lines.first_at <> orders.created_at or lines.last_at <> orders.created_at
             then format('of %s, its lines are of %s to %s', orders.created_at, lines.first_at, lines.last_at)
           else format('total %s, its %s lines add up to %s', orders.total_minor, coalesce(lines.count, 0),
                       coalesce(lines.total_minor, 0))
         end
    from orders
    left join lines on lines.order_id = orders.id
   where (order_ids is null or orders.id = any(order_ids))
     and (lines.order_id is null
          or lines.total_minor <> orders.total_minor
          or lines.last_number <> lines.count
          or not lines.priced
          or lines.first_at <> orders.created_at
          or lines.last_at <> orders.created_at);
end;

create function check_order_prices(order_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  select orders.id,
         orders.id::text,
         format('placed for %s %s, is now %s %s', events.data #>> '{total,amount}',
                events.data #>> '{total,currency}', orders.total_minor, orders.currency)
    from events
    join orders on orders.id = events.order_id
   where events.type = 'order.placed'
     and events.data ? 'total'
     and (order_ids is null or events.order_id = any(order_ids))
     and (order_ids is null or orders.id = any(order_ids))
     and ((events.data #>> '{total,amount}')::bigint, events.data #>> '{total,currency}')
         is distinct from (orders.total_minor, orders.currency);
end;

create function check_order_currency(order_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  select distinct orders.id,
         orders.id::text,
         format('the order is in %s, product %s in %s', orders.currency, products.sku, products.currency)
    from orders
    join order_lines on order_lines.order_id = orders.id
    join products on products.id = order_lines.product_id
   where products.currency <> orders.currency
     and (order_ids is null or orders.id = any(order_ids))
     and (order_ids is null or order_lines.order_id = any(order_ids));
end;

create function check_order_log(order_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  with log as (
    select events.order_id, count(*)::integer as count, min(events.sequence) as first_sequence,
           max(events.sequence) as last_sequence
      from events
     where events.order_id is not null
       and (order_ids is null or events.order_id = any(order_ids))
     group by events.order_id)
  select coalesce(orders.id, log.order_id),
         coalesce(orders.id, log.order_id)::text,
         case
           when orders.id is null then format('%s events of an order that does not exist', log.count)
           when log.order_id is null then 'no events'
           else format('%s events from %s to %s, the order says %s', log.count, log.first_sequence,
                       log.last_sequence, orders.last_sequence)
         end
    from (select orders.id, orders.last_sequence
            from orders
           where (order_ids is null or orders.id = any(order_ids))) as orders
    full join log on log.order_id = orders.id
   where orders.id is null
      or log.order_id is null
      or log.first_sequence <> 1
      or log.last_sequence <> log.count
      or log.last_sequence <> orders.last_sequence;
end;

create function check_order_history(order_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  with steps as (
    select events.order_id, events.sequence, events.type, events.from_status, events.to_status,
           lag(events.to_status) over each_order as status_before,
           row_number() over each_order = 1 as is_first,
           lead(events.sequence) over each_order is null as is_last
      from events
     where events.order_id is not null
       and (events.from_status is not null or events.to_status is not null)
       and (order_ids is null or events.order_id = any(order_ids))
    window each_order as (partition by events.order_id order by events.sequence))
  select steps.order_id,
         steps.order_id::text,
         format('event %s (%s) goes from %s to %s, before it the order was %s', steps.sequence, steps.type,
                coalesce(steps.from_status, 'nothing'), coalesce(steps.to_status, 'nothing'),
                coalesce(steps.status_before, 'nothing'))
    from steps
   where steps.from_status is distinct from steps.status_before
      or steps.to_status is null
      or (steps.is_first and concat_ws(' ', steps.type, steps.to_status) not in (
            'order.placed PENDING', 'order.queued QUEUED',
            'order.imported COMPLETED', 'order.imported CANCELLED'))
  union all
  select orders.id,
         orders.id::text,
         format('the log ends with %s, the order is %s', coalesce(steps.to_status, 'nothing'), orders.status)
    from orders
    left join steps
      on steps.order_id = orders.id
     and steps.is_last
   where (order_ids is null or orders.id = any(order_ids))
     and steps.to_status is distinct from orders.status;
end;

create function check_order_steps(order_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  select events.order_id,
         events.order_id::text,
         format('event %s goes from %s to %s, which is %s', events.sequence, events.from_status, events.to_status,
                case when steps.from_status is null then 'no step' else 'an override without its reason' end)
    from events
    left join order_status_steps as steps
      on steps.from_status = events.from_status
     and steps.to_status = events.to_status
   where events.order_id is not null
     and events.from_status is not null
     and (order_ids is null or events.order_id = any(order_ids))
     and (steps.from_status is null
          or (steps.override_only
              and (events.data ->> 'override' is distinct from 'true' or coalesce(events.reason, '') !~ '\S')));
end;

-- The key is looked for under the hash that a repeated request has.
create function check_client_tokens(order_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  select orders.id,
         orders.id::text,
         'its clientToken stands for no order, or for another one' as detail
    from orders
    left join order_keys as keys
      on keys.scope_hash = encode(
           substring(
             sha256(convert_to(
               format('12:client-token36:%s%s:%s', orders.customer_id, length(orders.client_token), orders.client_token),
               'UTF8'))
             from 1 for 16),
           'hex')::uuid
    left join order_responses as responses
      on responses.id = keys.responses_id
     and responses.expires_at = 'infinity'
   where orders.client_token is not null
     and (check_client_tokens.order_ids is null or orders.id = any(check_client_tokens.order_ids))
     and responses.order_ids[array_position(responses.scope_hashes, keys.scope_hash)] is distinct from orders.id
  union all
  select min(orders.id::text)::uuid,
         min(orders.id::text),
         format('customer %s has %s orders under one clientToken', orders.customer_id, count(*))
    from orders
   where orders.client_token is not null
     and (order_ids is null
          or (orders.customer_id, orders.client_token) in (
               select chosen.customer_id, chosen.client_token
                 from orders as chosen
                where chosen.id = any(order_ids)))
   group by orders.customer_id, orders.client_token
  having count(*) > 1;
end;

create function check_order_keys(scope_hashes uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  select keys.scope_hash,
         keys.scope_hash::text,
         'the key has no stored response' as detail
    from order_keys as keys
    left join (select responses.id, responses.scope_hashes
                 from order_responses as responses
                where (check_order_keys.scope_hashes is null
                       or responses.id = any(array(select chosen.responses_id
                                                     from order_keys as chosen
                                                    where chosen.scope_hash = any(check_order_keys.scope_hashes)))))
           as responses
      on responses.id = keys.responses_id
   where (check_order_keys.scope_hashes is null or keys.scope_hash = any(check_order_keys.scope_hashes))
     and array_position(responses.scope_hashes, keys.scope_hash) is null;
end;

create function check_order_responses(responses_ids bigint[])
returns table (subject bigint, id text, detail text)
language sql stable
begin atomic
  select stored.id,
         stored.scope_hash::text,
         case
           when orders.id is null then format('the key belongs to the order %s, which does not exist', stored.order_id)
           else format('the key of order %s is lost', stored.order_id)
         end
    from (select responses.id, unnest(responses.scope_hashes) as scope_hash, unnest(responses.order_ids) as order_id
            from order_responses as responses
           where responses.expires_at > now()
             and (responses_ids is null or responses.id = any(responses_ids))) as stored
    left join (select orders.id
                 from orders
                where (responses_ids is null
                       or orders.id = any(array(select unnest(chosen.order_ids)
                                                  from order_responses as chosen
                                                 where chosen.id = any(responses_ids))))) as orders
      on orders.id = stored.order_id
    left join (select keys.scope_hash, keys.responses_id
                 from order_keys as keys
                where (responses_ids is null
                       or keys.scope_hash = any(array(select unnest(chosen.scope_hashes)
                                                        from order_responses as chosen
                                                       where chosen.id = any(responses_ids))))) as keys
      on keys.scope_hash = stored.scope_hash
     and keys.responses_id = stored.id
   where orders.id is null
      or keys.scope_hash is null;
end;

create function check_idempotency_effects(scope_hashes bytea[])
returns table (subject bytea, id text, detail text)
language sql stable
begin atomic
  select keys.scope_hash,
         encode(keys.scope_hash, 'hex'),
         format('the key of %s has no stored reply', keys.operation)
    from idempotency_keys as keys
   where keys.result is null
     and (scope_hashes is null or keys.scope_hash = any(scope_hashes));
end;

create function check_payment_sums(payment_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  with matched as (
    select payment_captures.payment_id, count(*) as count, sum(payment_captures.amount_minor)::bigint as captured,
           sum(payment_captures.taken_minor)::bigint as taken
      from payment_captures
     where payment_captures.kind = 'matched'
       and (payment_ids is null or payment_captures.payment_id = any(payment_ids))
     group by payment_captures.payment_id)
  select payments.id,
         payments.id::text,
         format('captured %s and refunded %s of %s, its %s captures that matched say %s and %s',
                payments.captured_minor, payments.refunded_minor, payments.amount_minor, coalesce(matched.count, 0),
                coalesce(matched.captured, 0), coalesce(matched.taken, 0))
    from payments
    left join matched on matched.payment_id = payments.id
   where (payment_ids is null or payments.id = any(payment_ids))
     and (payments.captured_minor <> coalesce(matched.captured, 0)
          or payments.refunded_minor <> coalesce(matched.taken, 0)
          or coalesce(matched.count, 0) > 1
          or not (0 <= payments.refunded_minor
                  and payments.refunded_minor <= payments.captured_minor
                  and payments.captured_minor <= payments.amount_minor));
end;

create function check_payment_refunds(payment_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  with captures as (
    select payment_captures.id, payment_captures.payment_id, payment_captures.order_id, payment_captures.currency,
           payment_captures.taken_minor, payment_captures.amount_minor
      from payment_captures
     where (payment_ids is null or payment_captures.payment_id = any(payment_ids))),
  refunds as (
    select payment_refunds.capture_id,
           sum(payment_refunds.amount_minor) filter (where payment_refunds.status <> 'FAILED')::bigint as taken,
           count(*) filter (where payment_refunds.currency <> captures.currency
                               or payment_refunds.payment_id <> captures.payment_id
                               or payment_refunds.order_id is distinct from captures.order_id) as foreign_count
      from payment_refunds
      join captures on captures.id = payment_refunds.capture_id
     where (payment_ids is null
            or payment_refunds.capture_id = any(array(select chosen.id
                                                        from payment_captures as chosen
                                                       where chosen.payment_id = any(payment_ids))))
     group by payment_refunds.capture_id)
  select captures.payment_id,
         captures.id::text,
         format('%s of %s taken, its refunds add up to %s, %s of them of other money', captures.taken_minor,
                captures.amount_minor, coalesce(refunds.taken, 0), coalesce(refunds.foreign_count, 0))
    from captures
    left join refunds on refunds.capture_id = captures.id
   where captures.taken_minor <> coalesce(refunds.taken, 0)
      or captures.taken_minor > captures.amount_minor
      or coalesce(refunds.foreign_count, 0) > 0;
end;

create function check_payment_orders(order_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  with settled as (
    select payments.order_id, payments.id, payments.status, payments.captured_minor, payments.currency,
           coalesce((select sum(payment_refunds.amount_minor)
                       from payment_captures
                       join payment_refunds on payment_refunds.capture_id = payment_captures.id
                      where payment_captures.payment_id = payments.id
                        and payment_captures.kind = 'matched'
                        and payment_refunds.status = 'SUCCEEDED'), 0) as returned
      from payments
     where payments.captured_minor > 0
       and (order_ids is null or payments.order_id = any(order_ids)))
  select coalesce(orders.id, settled.order_id),
         coalesce(orders.id, settled.order_id)::text,
         format('%s of %s %s, its payment %s captured %s and gave %s back', orders.payment_status, orders.total_minor,
                orders.currency, coalesce(settled.id::text, '(none)'), coalesce(settled.captured_minor, 0),
                coalesce(settled.returned, 0))
    from (select orders.id, orders.payment_status, orders.total_minor, orders.currency
            from orders
           where orders.source = 'api'
             and orders.total_minor > 0
             and (order_ids is null or orders.id = any(order_ids))) as orders
    full join settled on settled.order_id = orders.id
   where (settled.id is null and orders.payment_status in ('PAID', 'PARTIALLY_REFUNDED', 'REFUNDED'))
      or (settled.id is not null
          and (settled.captured_minor is distinct from orders.total_minor
               or settled.currency is distinct from orders.currency
               or orders.payment_status is distinct from
                  case settled.returned
                    when 0 then 'PAID'
                    when settled.captured_minor then 'REFUNDED'
                    else 'PARTIALLY_REFUNDED'
                  end
               or settled.status is distinct from
                  case orders.payment_status when 'PAID' then 'CAPTURED' else orders.payment_status end));
end;

create function check_paid_once(order_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  select payment_captures.order_id,
         min(payment_captures.id::text),
         format('order %s was paid %s times', payment_captures.order_id, count(*))
    from payment_captures
   where payment_captures.kind = 'matched'
     and (order_ids is null or payment_captures.order_id = any(order_ids))
   group by payment_captures.order_id
  having count(*) > 1;
end;

create function check_charged_once(capture_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  select min(payment_captures.id::text)::uuid,
         min(payment_captures.id::text),
         format('the charge %s stands in %s rows', payment_captures.provider_reference, count(*))
    from payment_captures
   where (capture_ids is null
          or (payment_captures.provider = any(array(select distinct chosen.provider
                                                      from payment_captures as chosen
                                                     where chosen.id = any(capture_ids)))
              and payment_captures.provider_reference = any(array(select chosen.provider_reference
                                                                    from payment_captures as chosen
                                                                   where chosen.id = any(capture_ids)))))
   group by payment_captures.provider, payment_captures.provider_reference
  having count(*) > 1;
end;

create function check_provider_events(event_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  select min(provider_events.id::text)::uuid,
         min(provider_events.id::text),
         format('event %s of %s stands in %s rows', provider_events.event_id, provider_events.provider, count(*))
    from provider_events
   where (event_ids is null
          or (provider_events.provider = any(array(select distinct chosen.provider
                                                     from provider_events as chosen
                                                    where chosen.id = any(event_ids)))
              and provider_events.event_id = any(array(select chosen.event_id
                                                         from provider_events as chosen
                                                        where chosen.id = any(event_ids)))))
   group by provider_events.provider, provider_events.event_id
  having count(*) > 1;
end;

-- A charge that an event told of, and that has no row.
create function check_told_charges(event_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  with told as (
    select provider_events.provider,
           provider_events.payload #>> '{capture,providerReference}' as provider_reference,
           min(provider_events.id::text) as id
      from provider_events
     where provider_events.payload ->> 'kind' = 'captured'
       and provider_events.status in ('APPLIED', 'IGNORED')
       and (event_ids is null or provider_events.id = any(event_ids))
     group by provider_events.provider, provider_events.payload #>> '{capture,providerReference}')
  select told.id::uuid,
         told.id,
         format('the charge %s of %s was told and stands in no row', told.provider_reference, told.provider)
    from told
    left join (select payment_captures.id, payment_captures.provider, payment_captures.provider_reference
                 from payment_captures
                where (event_ids is null
                       or (payment_captures.provider = any(array(select distinct chosen.provider
                                                                   from provider_events as chosen
                                                                  where chosen.id = any(event_ids)))
                           and payment_captures.provider_reference = any(array(
                                 select chosen.payload #>> '{capture,providerReference}'
                                   from provider_events as chosen
                                  where chosen.id = any(event_ids)))))) as captures
      on captures.provider = told.provider
     and captures.provider_reference = told.provider_reference
   where captures.id is null;
end;

-- A charge that no event told of. For this, all events are read.
create function check_untold_charges(capture_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  select payment_captures.id,
         payment_captures.id::text,
         format('the charge %s of %s was told by no event', payment_captures.provider_reference, payment_captures.provider)
    from payment_captures
    left join (select distinct provider_events.provider,
                      provider_events.payload #>> '{capture,providerReference}' as provider_reference
                 from provider_events
                where provider_events.payload ->> 'kind' = 'captured') as told
      on told.provider = payment_captures.provider
     and told.provider_reference = payment_captures.provider_reference
   where (capture_ids is null or payment_captures.id = any(capture_ids))
     and told.provider is null;
end;

-- The smallest id that a program may give at that time. Source: RFC 9562, section 5.7.
create function first_id_at(at timestamptz)
returns uuid
language sql immutable
return (overlay(lpad(to_hex(greatest(floor(extract(epoch from at) * 1000), 0)::bigint), 12, '0') placing '-' from 9 for 0)
        || '-0000-0000-000000000000')::uuid;

-- An event is stored before its charge, nearly always at once, and its id contains the time.
create function screen_untold_charges(capture_ids uuid[])
returns table (subject uuid)
language sql stable
begin atomic
  select payment_captures.id
    from payment_captures
    left join (select distinct provider_events.provider,
                      provider_events.payload #>> '{capture,providerReference}' as provider_reference
                 from provider_events
                where provider_events.payload ->> 'kind' = 'captured'
                  and provider_events.id between
                        (select first_id_at(min(payment_captures.created_at) - interval '1 hour')
                           from payment_captures
                          where payment_captures.id = any(capture_ids))
                    and (select first_id_at(max(payment_captures.created_at) + interval '1 hour')
                           from payment_captures
                          where payment_captures.id = any(capture_ids))) as told
      on told.provider = payment_captures.provider
     and told.provider_reference = payment_captures.provider_reference
   where payment_captures.id = any(capture_ids)
     and told.provider is null;
end;

create function check_payment_returns(payment_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  with due as (
    select captures.id, captures.payment_id, captures.kind, captures.amount_minor, captures.taken_minor,
           case
             when captures.return_cause is not null then captures.created_at
             else greatest(
               captures.created_at,
               least(
                 case
                   when orders.status in ('CANCELLED', 'FAILED', 'COMPLETED')
                     then coalesce(
                       orders.cancelled_at,
                       (select max(events.at)
                          from events
                         where events.order_id = orders.id
                           and events.to_status = orders.status))
                 end,
                 case
                   when captures.kind = 'flagged'
                     then (select paying.created_at
                             from payment_captures as paying
                            where paying.order_id = captures.order_id
                              and paying.kind = 'matched')
                 end))
           end as since,
           (select coalesce(sum(payment_refunds.amount_minor), 0)
              from payment_refunds
             where payment_refunds.capture_id = captures.id
               and payment_refunds.status = 'SUCCEEDED') as returned
      from payment_captures as captures
      left join (select orders.id, orders.status, orders.payment_status, orders.cancelled_at
                   from orders
                  where (payment_ids is null
                         or orders.id = any(array(select chosen.order_id
                                                    from payment_captures as chosen
                                                   where chosen.payment_id = any(payment_ids))))) as orders
        on orders.id = captures.order_id
     where (payment_ids is null or captures.payment_id = any(payment_ids))
       and (captures.return_cause is not null
            or orders.status in ('CANCELLED', 'FAILED')
            or (captures.kind = 'flagged'
                and (orders.status = 'COMPLETED'
                     or orders.payment_status in ('PAID', 'PARTIALLY_REFUNDED', 'REFUNDED')))))
  select due.payment_id,
         due.id::text,
         format('%s of %s of payment %s is to go back since %s: %s asked for, %s returned', due.kind, due.amount_minor,
                due.payment_id, due.since, due.taken_minor, due.returned)
    from due
   where (due.taken_minor < due.amount_minor and due.since < now() - interval '1 minute')
      or (due.returned < due.amount_minor and due.since < now() - interval '10 minutes');
end;

create function check_mail_events(mail_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  select mail_messages.id,
         mail_messages.id::text,
         format('it tells of event %s, which is no %s of the order %s', mail_messages.sequence, mail_messages.kind,
                mail_messages.order_id)
    from mail_messages
   where mail_messages.order_id is not null
     and (mail_ids is null or mail_messages.id = any(mail_ids))
     and not exists (
       select
         from events
        where events.order_id = mail_messages.order_id
          and events.sequence = mail_messages.sequence
          and events.type = case mail_messages.kind when 'payment.refunded' then 'refund.succeeded'
                                                    else mail_messages.kind end
          and (mail_ids is null
               or events.order_id = any(array(select chosen.order_id
                                                from mail_messages as chosen
                                               where chosen.id = any(mail_ids)))))
  union all
  -- The id of a mail begins with the time of its event, so mails of one event are neighbours.
  select min(mail_messages.id::text)::uuid,
         min(mail_messages.id::text),
         format('one of %s that tell of event %s of the order %s', count(*), mail_messages.sequence,
                mail_messages.order_id)
    from mail_messages
   where mail_messages.order_id is not null
     and (mail_ids is null or mail_messages.id = any(mail_ids))
   group by mail_messages.order_id, mail_messages.sequence
  having count(*) > 1;
end;

create function check_sessions(family_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  with live as (
    select refresh_tokens.family_id, count(*) as count
      from refresh_tokens
     where refresh_tokens.spent_at is null
       and (family_ids is null or refresh_tokens.family_id = any(family_ids))
     group by refresh_tokens.family_id)
  select families.id,
         families.id::text,
         format('%s live refresh tokens', coalesce(live.count, 0))
    from refresh_families as families
    left join live on live.family_id = families.id
   where (family_ids is null or families.id = any(family_ids))
     and (coalesce(live.count, 0) > 1
          or (families.ended_at is null and families.expires_at > now() and coalesce(live.count, 0) = 0));
end;

-- A text shorter than the shortest password marks an account that nobody can sign in to.
create function check_passwords(user_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  select users.id, users.id::text, 'the password of this user is no argon2id hash' as detail
    from users
   where users.password_hash !~ '^\$argon2id\$'
     and length(users.password_hash) >= 8
     and (user_ids is null or users.id = any(user_ids));
end;

create function check_session_secrets(family_ids uuid[])
returns table (subject uuid, id text, detail text)
language sql stable
begin atomic
  select refresh_tokens.family_id, refresh_tokens.family_id::text,
         'a refresh token of this session is no SHA-256 hash' as detail
    from refresh_tokens
   where octet_length(refresh_tokens.token_hash) <> 32
     and (family_ids is null or refresh_tokens.family_id = any(family_ids));
end;

-- There are few of these rows in any shop: resets are removed when they expire.
create function check_few_secrets()
returns table (id text, detail text)
language sql stable
begin atomic
  select password_resets.user_id::text, 'a reset token of this user is no SHA-256 hash' as detail
    from password_resets
   where octet_length(password_resets.token_hash) <> 32
  union all
  select api_keys.id::text, 'the secret of this API key is no SHA-256 hash' as detail
    from api_keys
   where octet_length(api_keys.secret_hash) <> 32;
end;

create or replace view inv_stock_ledger as select id, detail from check_stock_ledger(null);
create or replace view inv_stock_consumed as select id, detail from check_stock_consumed(null);
create or replace view inv_stock_events as select id, detail from check_stock_events(null);
create or replace view inv_order_totals as select id, detail from check_order_totals(null);
create or replace view inv_order_prices as select id, detail from check_order_prices(null);
create or replace view inv_order_currency as select id, detail from check_order_currency(null);
create or replace view inv_order_log as select id, detail from check_order_log(null);
create or replace view inv_order_history as select id, detail from check_order_history(null);
create or replace view inv_order_steps as select id, detail from check_order_steps(null);
create or replace view inv_order_keys as
select id, detail from check_order_keys(null)
union all
select id, detail from check_order_responses(null);
create or replace view inv_client_tokens as select id, detail from check_client_tokens(null);
create or replace view inv_idempotency_effects as select id, detail from check_idempotency_effects(null);
create or replace view inv_payment_sums as select id, detail from check_payment_sums(null);
create or replace view inv_payment_refunds as select id, detail from check_payment_refunds(null);
create or replace view inv_payment_orders as select id, detail from check_payment_orders(null);
create or replace view inv_payment_captures as
select id, detail from check_paid_once(null)
union all
select id, detail from check_charged_once(null);
create or replace view inv_provider_events as select id, detail from check_provider_events(null);
create or replace view inv_payment_charges as
select id, detail from check_told_charges(null)
union all
select id, detail from check_untold_charges(null);
create or replace view inv_payment_returns as select id, detail from check_payment_returns(null);
create or replace view inv_mail_events as select id, detail from check_mail_events(null);
create or replace view inv_sessions as select id, detail from check_sessions(null);
create or replace view inv_secrets as
select id, detail from check_passwords(null)
union all
select id, detail from check_session_secrets(null)
union all
select id, detail from check_few_secrets();
