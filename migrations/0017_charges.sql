-- Each charge is accounted for by itself: flagged money goes back also when another charge pays its order. What is there
-- already needs no change: its charges stand in payment_captures, and from now on they are found.

-- Since the moment from which the money had to go back: a minute to begin, ten to end. Flagged money has to when its order
-- ends or is paid, whichever comes first.
create or replace view inv_payment_returns as
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
                     (select max(at)
                        from events
                       where events.order_id = orders.id
                         and events.to_status = orders.status))
               end,
               case
                 when captures.kind = 'flagged'
                   then (select created_at
                           from payment_captures as paying
                          where paying.order_id = captures.order_id
                            and paying.kind = 'matched')
               end))
         end as since,
         (select coalesce(sum(amount_minor), 0)
            from payment_refunds
           where capture_id = captures.id
             and status = 'SUCCEEDED') as returned
    from payment_captures as captures
    left join orders on orders.id = captures.order_id
   where captures.return_cause is not null
      or orders.status in ('CANCELLED', 'FAILED')
      or (captures.kind = 'flagged'
          and (orders.status = 'COMPLETED'
               or orders.payment_status in ('PAID', 'PARTIALLY_REFUNDED', 'REFUNDED'))))
select id::text as id,
       format('%s of %s of payment %s is to go back since %s: %s asked for, %s returned', kind, amount_minor, payment_id,
              since, taken_minor, returned) as detail
  from due
 where (taken_minor < amount_minor and since < now() - interval '1 minute')
    or (returned < amount_minor and since < now() - interval '10 minutes');
comment on view inv_payment_returns is 'Money that pays no order, or one that was cancelled, is asked back within a minute and settled within ten.';

-- An event that waits in the inbox, or lies among the dead letters, may speak of a charge that is not there yet.
create view inv_payment_charges as
with told as (
  select provider, payload #>> '{capture,providerReference}' as provider_reference, min(id::text) as id,
         bool_or(status in ('APPLIED', 'IGNORED')) as is_done
    from provider_events
   where payload ->> 'kind' = 'captured'
   group by provider, payload #>> '{capture,providerReference}')
select coalesce(payment_captures.id::text, told.id) as id,
       case
         when told.id is null
           then format('the charge %s of %s was told by no event', payment_captures.provider_reference, payment_captures.provider)
         else format('the charge %s of %s was told and stands in no row', told.provider_reference, told.provider)
       end as detail
  from told
  full join payment_captures
    on payment_captures.provider = told.provider
   and payment_captures.provider_reference = told.provider_reference
 where told.id is null
    or (payment_captures.id is null and told.is_done);
comment on view inv_payment_charges is 'Each charge that a provider told of stands in the ledger of money in, and no other does.';

-- What is written once. Changes and removals were refused before; these refuse what comes in afterwards, and a truncate.

-- An order's lines are written by one statement, numbered from 1. Who adds to them later leaves line 1 out, or meets its
-- key. It looks at nothing but the new lines, since placement is where time is short.
create function guard_new_order_lines() returns trigger
language plpgsql as $$
begin
  if exists (select from new_lines group by order_id having min(line_number) > 1) then
    raise exception 'the lines of an order are written at once, with the order'
      using errcode = 'restrict_violation', constraint = 'order_lines_append_only_check';
  end if;
  return null;
end
$$;

create trigger order_lines_written_once
  after insert on order_lines
  referencing new table as new_lines
  for each statement execute function guard_new_order_lines();

-- Nor does a line move to another order, from one that is QUEUED.
create or replace function guard_order_line() returns trigger
language plpgsql as $$
begin
  if (select status from orders where id = old.order_id) is distinct from 'QUEUED' then
    raise exception 'the lines of a placed order never change'
      using errcode = 'restrict_violation', constraint = 'order_lines_append_only_check';
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  if new.order_id <> old.order_id or new.line_number <> old.line_number then
    raise exception 'a line stays where it is in its order'
      using errcode = 'restrict_violation', constraint = 'order_lines_append_only_check';
  end if;
  return new;
end
$$;

-- An event follows the change that it tells, which has moved the order's last_sequence: up to there every place is taken.
-- Without the setting, a plan that was made while the shop was new may read all orders.
create function guard_new_events() returns trigger
language plpgsql
set enable_seqscan = off
as $$
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
$$;

create trigger events_with_their_change
  after insert on events
  referencing new table as new_events
  for each statement execute function guard_new_events();

-- The legal steps are changed by a migration, which drops this trigger while it does.
create function refuse_step_change() returns trigger
language plpgsql as $$
begin
  raise exception 'the legal steps of an order are fixed: % is refused', lower(tg_op)
    using errcode = 'restrict_violation', constraint = 'order_status_steps_fixed_check';
end
$$;

create trigger order_status_steps_fixed
  before insert or update or delete or truncate on order_status_steps
  for each statement execute function refuse_step_change();

create trigger payments_no_delete
  before delete on payments
  for each row execute function refuse_change();

create trigger payments_no_truncate
  before truncate on payments
  for each statement execute function refuse_change();

create trigger payment_captures_no_truncate
  before truncate on payment_captures
  for each statement execute function refuse_change();

create trigger payment_refunds_no_truncate
  before truncate on payment_refunds
  for each statement execute function refuse_change();

create trigger provider_events_no_truncate
  before truncate on provider_events
  for each statement execute function refuse_change();

-- Of a refund, what was asked for stays; how far it is may change.
create function guard_refund() returns trigger
language plpgsql as $$
begin
  raise exception 'a refund is for what it was asked for: only how far it is changes'
    using errcode = 'restrict_violation', constraint = 'payment_refunds_append_only_check';
end
$$;

create trigger payment_refunds_fixed
  before update on payment_refunds
  for each row
  when (to_jsonb(old) - '{status,provider_refund_id,next_attempt_at,attempts,last_error,updated_at}'::text[]
        is distinct from
        to_jsonb(new) - '{status,provider_refund_id,next_attempt_at,attempts,last_error,updated_at}'::text[])
  execute function guard_refund();
