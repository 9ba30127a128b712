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
