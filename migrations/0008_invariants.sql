-- What must always hold. Each view is empty when it does; otherwise it names what breaks it: `id` of the row, `detail`
-- for a person. The comment says the invariant. They read whole tables set-wise, so that a check of a large shop takes
-- seconds.

create view inv_stock_bounds as
select product_id::text as id,
       format('on hand %s, reserved %s', on_hand, reserved) as detail
  from stock
 where not reserved between 0 and on_hand;
comment on view inv_stock_bounds is 'No product has more promised than lies on the shelf, or less than nothing.';

create view inv_stock_ledger as
with ledger as (
  select product_id, sum(delta)::bigint as on_hand
    from stock_movements
   group by product_id)
select coalesce(stock.product_id, ledger.product_id)::text as id,
       format('on hand %s, the ledger adds up to %s', stock.on_hand, coalesce(ledger.on_hand, 0)) as detail
  from stock
  full join ledger on ledger.product_id = stock.product_id
 where stock.on_hand is distinct from coalesce(ledger.on_hand, 0);
comment on view inv_stock_ledger is 'What lies on the shelf is the sum of the stock ledger.';

-- Orders that were imported never touched the stock.
create view inv_stock_reserved as
with held as (
  select order_lines.product_id, sum(order_lines.quantity)::bigint as quantity
    from orders
    join order_lines on order_lines.order_id = orders.id
   where orders.status in ('PENDING', 'CONFIRMED', 'PREPARING', 'READY')
     and orders.source = 'api'
   group by order_lines.product_id)
select coalesce(stock.product_id, held.product_id)::text as id,
       format('reserved %s, open orders hold %s', stock.reserved, coalesce(held.quantity, 0)) as detail
  from stock
  full join held on held.product_id = stock.product_id
 where stock.reserved is distinct from coalesce(held.quantity, 0);
comment on view inv_stock_reserved is 'What is reserved is the sum of the lines of the orders that hold stock.';

create view inv_stock_consumed as
with due as (
  select order_lines.order_id, order_lines.product_id, sum(order_lines.quantity)::bigint as quantity
    from orders
    join order_lines on order_lines.order_id = orders.id
   where orders.status = 'COMPLETED'
     and orders.source = 'api'
   group by order_lines.order_id, order_lines.product_id),
taken as (
  select order_id, product_id, -sum(delta)::bigint as quantity
    from stock_movements
   where order_id is not null
   group by order_id, product_id)
select coalesce(due.order_id, taken.order_id)::text as id,
       format('took %s of product %s, should have taken %s', coalesce(taken.quantity, 0),
              coalesce(due.product_id, taken.product_id), coalesce(due.quantity, 0)) as detail
  from due
  full join taken
    on taken.order_id = due.order_id
   and taken.product_id = due.product_id
 where coalesce(taken.quantity, 0) <> coalesce(due.quantity, 0);
comment on view inv_stock_consumed is 'A completed order has taken exactly its lines from the shelf, any other order nothing.';

create view inv_stock_events as
with told as (
  select data ->> 'movementId' as movement_id, count(*) as count, min((data ->> 'delta')::bigint) as delta
    from events
   where type = 'stock.adjusted'
   group by data ->> 'movementId')
select stock_movements.id::text as id,
       format('a correction of %s is told %s times', stock_movements.delta, coalesce(told.count, 0)) as detail
  from stock_movements
  left join told on told.movement_id = stock_movements.id::text
 where stock_movements.kind = 'adjustment'
   and (told.count, told.delta) is distinct from (1::bigint, stock_movements.delta);
comment on view inv_stock_events is 'Every correction of the stock stands once in the log.';

create view inv_order_totals as
with lines as (
  select order_id,
         count(*) as count,
         max(line_number) as last_number,
         sum(total_minor)::bigint as total_minor,
         bool_and(total_minor = quantity * unit_price_minor) as priced,
         min(created_at) as first_at,
         max(created_at) as last_at
    from order_lines
   group by order_id)
select orders.id::text as id,
       case
         when lines.first_at <> orders.created_at or lines.last_at <> orders.created_at
           then format('of %s, its lines are of %s to %s', orders.created_at, lines.first_at, lines.last_at)
         else format('total %s, its %s lines add up to %s', orders.total_minor, coalesce(lines.count, 0),
                     coalesce(lines.total_minor, 0))
       end as detail
  from orders
  left join lines on lines.order_id = orders.id
 where lines.order_id is null
    or lines.total_minor <> orders.total_minor
    or lines.last_number <> lines.count
    or not lines.priced
    or lines.first_at <> orders.created_at
    or lines.last_at <> orders.created_at;
comment on view inv_order_totals is 'A line is quantity times price and as old as its order, and an order the sum of its lines, numbered 1 to n.';

create view inv_order_prices as
select orders.id::text as id,
       format('placed for %s %s, is now %s %s', events.data #>> '{total,amount}',
              events.data #>> '{total,currency}', orders.total_minor, orders.currency) as detail
  from events
  join orders on orders.id = events.order_id
 where events.type = 'order.placed'
   and events.data ? 'total'
   and ((events.data #>> '{total,amount}')::bigint, events.data #>> '{total,currency}')
       is distinct from (orders.total_minor, orders.currency);
comment on view inv_order_prices is 'An order costs what the log says it was placed for.';

create view inv_order_currency as
select distinct orders.id::text as id,
       format('the order is in %s, product %s in %s', orders.currency, products.sku, products.currency) as detail
  from orders
  join order_lines on order_lines.order_id = orders.id
  join products on products.id = order_lines.product_id
 where products.currency <> orders.currency;
comment on view inv_order_currency is 'An order and its products have one currency.';

create view inv_order_log as
with log as (
  select order_id, count(*)::integer as count, min(sequence) as first_sequence, max(sequence) as last_sequence
    from events
   where order_id is not null
   group by order_id)
select coalesce(orders.id, log.order_id)::text as id,
       case
         when orders.id is null then format('%s events of an order that does not exist', log.count)
         when log.order_id is null then 'no events'
         else format('%s events from %s to %s, the order says %s', log.count, log.first_sequence,
                     log.last_sequence, orders.last_sequence)
       end as detail
  from orders
  full join log on log.order_id = orders.id
 where orders.id is null
    or log.order_id is null
    or log.first_sequence <> 1
    or log.last_sequence <> log.count
    or log.last_sequence <> orders.last_sequence;
comment on view inv_order_log is 'The events of an order are numbered 1 to n without a gap, up to the number that the order bears.';

create view inv_order_history as
with steps as (
  select order_id, sequence, type, from_status, to_status,
         lag(to_status) over each_order as status_before,
         row_number() over each_order = 1 as is_first,
         lead(sequence) over each_order is null as is_last
    from events
   where order_id is not null
     and (from_status is not null or to_status is not null)
  window each_order as (partition by order_id order by sequence))
select order_id::text as id,
       format('event %s (%s) goes from %s to %s, before it the order was %s', sequence, type,
              coalesce(from_status, 'nothing'), coalesce(to_status, 'nothing'),
              coalesce(status_before, 'nothing')) as detail
  from steps
 where from_status is distinct from status_before
    or to_status is null
    or (is_first and (type, to_status) not in (
          ('order.placed', 'PENDING'), ('order.queued', 'QUEUED'),
          ('order.imported', 'COMPLETED'), ('order.imported', 'CANCELLED')))
union all
select orders.id::text,
       format('the log ends with %s, the order is %s', coalesce(steps.to_status, 'nothing'), orders.status)
  from orders
  left join steps
    on steps.order_id = orders.id
   and steps.is_last
 where steps.to_status is distinct from orders.status;
comment on view inv_order_history is 'Each step in the log starts where the one before it ended, and the last one ends at the order''s status.';

create view inv_order_steps as
select events.order_id::text as id,
       format('event %s goes from %s to %s, which is %s', events.sequence, events.from_status, events.to_status,
              case when steps.from_status is null then 'no step' else 'an override without its reason' end) as detail
  from events
  left join order_status_steps as steps
    on steps.from_status = events.from_status
   and steps.to_status = events.to_status
 where events.order_id is not null
   and events.from_status is not null
   and (steps.from_status is null
        or (steps.override_only
            and (events.data ->> 'override' is distinct from 'true' or coalesce(events.reason, '') !~ '\S')));
comment on view inv_order_steps is 'Each step in the log is legal, or an override with a reason.';

create view inv_idempotency_effects as
select encode(keys.scope_hash, 'hex') as id,
       format('the key of %s stands for %s', keys.operation, coalesce(keys.effect_id::text, 'nothing')) as detail
  from idempotency_keys as keys
  left join orders on orders.id = keys.effect_id
 where keys.result is null
    or case
         when keys.operation in ('placeOrder', 'checkOut')
           then orders.id is null or (keys.result::json ->> 'id') is distinct from orders.id::text
         else false
       end;
comment on view inv_idempotency_effects is 'A stored reply belongs to an effect that exists.';

create view inv_client_tokens as
select orders.id::text as id,
       'its clientToken stands for no order, or for another one' as detail
  from orders
  left join idempotency_keys as keys
    on keys.effect_id = orders.id
   and keys.expires_at = 'infinity'
 where orders.client_token is not null
   and keys.scope_hash is null
union all
select min(id::text),
       format('customer %s has %s orders under one clientToken', customer_id, count(*))
  from orders
 where client_token is not null
 group by customer_id, client_token
having count(*) > 1;
comment on view inv_client_tokens is 'A clientToken stands for one order of its customer.';

create view inv_order_deadlines as
select id::text as id,
       format('was to expire at %s', expires_at) as detail
  from orders
 where status = 'PENDING'
   and expires_at < now() - interval '1 minute';
comment on view inv_order_deadlines is 'No unpaid order is past its time by more than a minute.';

create view inv_sessions as
with live as (
  select family_id, count(*) as count
    from refresh_tokens
   where spent_at is null
   group by family_id)
select families.id::text as id,
       format('%s live refresh tokens', coalesce(live.count, 0)) as detail
  from refresh_families as families
  left join live on live.family_id = families.id
 where coalesce(live.count, 0) > 1
    or (families.ended_at is null and families.expires_at > now() and coalesce(live.count, 0) = 0);
comment on view inv_sessions is 'An open session has one live refresh token.';

-- A text shorter than the shortest password marks an account that nobody can sign in to.
create view inv_secrets as
select id::text as id,
       'the password of this user is no argon2id hash' as detail
  from users
 where password_hash !~ '^\$argon2id\$'
   and length(password_hash) >= 8
union all
select user_id::text, 'a reset token of this user is no SHA-256 hash'
  from password_resets
 where octet_length(token_hash) <> 32
union all
select family_id::text, 'a refresh token of this session is no SHA-256 hash'
  from refresh_tokens
 where octet_length(token_hash) <> 32
union all
select id::text, 'the secret of this API key is no SHA-256 hash'
  from api_keys
 where octet_length(secret_hash) <> 32;
comment on view inv_secrets is 'Passwords, tokens and keys are stored as hashes only.';

-- A relay that has only just begun may find a day's work of events.
create view inv_log_delivered as
select waiting.position::text as id,
       format('%s of %s waits behind %s for the reader %s', waiting.type, waiting.at, reader.position, reader.name) as detail
  from log_readers as reader
 cross join lateral (
         select position, type, at
           from events
          where position > reader.position
          order by position
          limit 100) as waiting
 where reader.leased_until > now()
   and greatest(waiting.at, reader.held_since) < now() - interval '1 minute';
comment on view inv_log_delivered is 'No event has waited for more than a minute for a reader that runs.';
