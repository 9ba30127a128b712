-- A wish to pay an order at a provider. Its page is opened once, under the payment's id as key.
create table payments (
  id                 uuid    not null,
  -- Null only for money that came in for a payment that is not known.
  order_id           uuid,
  provider           text    not null,
  status             text    not null,
  amount_minor       bigint  not null,
  currency           text    not null,
  -- Of the capture that matched; surplus and flagged money stands in payment_captures alone.
  captured_minor     bigint  not null default 0,
  -- Refunds of that capture, counted from their creation until they fail.
  refunded_minor     bigint  not null default 0,
  -- The charge that was captured or flagged.
  provider_reference text,
  -- What is asked of the provider. Kept, since a repeat under one key has to be the same request.
  session_request    jsonb,
  session_id         text,
  checkout_url       text,
  -- When nobody could pay at the provider any more.
  closed_at          timestamptz(3),
  -- Set while the provider's session is to be closed: when to try (again). It is the lease of the server that tries. Here
  -- and below in microseconds: rounded to milliseconds, what is due at once may be due only half a millisecond later.
  next_attempt_at    timestamptz,
  attempts           integer not null default 0,
  created_at         timestamptz(3) not null default now(),
  updated_at         timestamptz(3) not null default now(),
  constraint payments_id_pkey primary key (id),
  constraint payments_order_id_fkey foreign key (order_id) references orders (id),
  constraint payments_status_check check (status in
    ('OPEN', 'CAPTURED', 'FAILED', 'EXPIRED', 'FLAGGED', 'PARTIALLY_REFUNDED', 'REFUNDED')),
  constraint payments_without_order_check check (order_id is not null or status = 'FLAGGED'),
  constraint payments_sums_check check (
    0 <= refunded_minor and refunded_minor <= captured_minor and captured_minor <= amount_minor),
  constraint payments_captured_check check (
    (captured_minor > 0) = (status in ('CAPTURED', 'PARTIALLY_REFUNDED', 'REFUNDED'))),
  constraint payments_currency_check check (order_id is null or currency ~ '^[A-Z]{3}$'),
  constraint payments_attempts_check check (attempts >= 0)
) with (fillfactor = 80);

create unique index payments_order_id_open_key on payments (order_id) where status = 'OPEN';
create index payments_order_id_idx on payments (order_id);
create index payments_created_at_id_idx on payments (created_at desc, id desc);
create index payments_updated_at_idx on payments (updated_at);
create index payments_next_attempt_at_idx on payments (next_attempt_at) where next_attempt_at is not null;
-- Pages on which somebody may still pay, looked at until their orders end.
create index payments_id_payable_idx on payments (id)
  where closed_at is null and next_attempt_at is null;

-- The ledger of money in: a row for each charge at the provider, whatever it was for.
create table payment_captures (
  id                 uuid    not null,
  provider           text    not null,
  -- Names the charge: the same reference again is the same money.
  provider_reference text    not null,
  payment_id         uuid    not null,
  order_id           uuid,
  -- matched: pays its order. surplus: the order was paid already. flagged: wrong amount or currency, or nobody's.
  kind               text    not null,
  amount_minor       bigint  not null,
  currency           text    not null,
  -- Refunds of it, counted from their creation until they fail.
  taken_minor        bigint  not null default 0,
  -- Why it goes back by itself, whatever becomes of the order.
  return_cause       text,
  reason             text,
  created_at         timestamptz(3) not null default now(),
  constraint payment_captures_id_pkey primary key (id),
  constraint payment_captures_provider_provider_reference_key unique (provider, provider_reference),
  constraint payment_captures_payment_id_fkey foreign key (payment_id) references payments (id),
  constraint payment_captures_order_id_fkey foreign key (order_id) references orders (id),
  constraint payment_captures_kind_check check (kind in ('matched', 'surplus', 'flagged')),
  constraint payment_captures_return_cause_check check (
    case kind
      when 'matched' then coalesce(return_cause, 'late') = 'late'
      when 'surplus' then return_cause is not distinct from 'surplus'
      else return_cause is null
    end),
  constraint payment_captures_taken_minor_check check (0 <= taken_minor and taken_minor <= amount_minor)
);

-- One order is paid by one capture.
create unique index payment_captures_payment_id_matched_key on payment_captures (payment_id) where kind = 'matched';
create unique index payment_captures_order_id_matched_key on payment_captures (order_id) where kind = 'matched';
create index payment_captures_payment_id_idx on payment_captures (payment_id);
create index payment_captures_created_at_returning_idx on payment_captures (created_at)
  where (return_cause is not null or kind = 'flagged') and taken_minor < amount_minor;

-- Of money that came in, only what goes back of it changes.
create function guard_capture() returns trigger
language plpgsql as $$
begin
  raise exception 'a capture is a fact: only what is taken of it changes'
    using errcode = 'restrict_violation', constraint = 'payment_captures_append_only_check';
end
$$;

create trigger payment_captures_fixed
  before update on payment_captures
  for each row
  when (to_jsonb(old) - 'taken_minor' is distinct from to_jsonb(new) - 'taken_minor')
  execute function guard_capture();

create trigger payment_captures_no_delete
  before delete on payment_captures
  for each row execute function refuse_change();

-- The ledger of money out.
create table payment_refunds (
  id                 uuid    not null,
  capture_id         uuid    not null,
  payment_id         uuid    not null,
  order_id           uuid,
  -- provider: made at the provider, past us.
  cause              text    not null,
  amount_minor       bigint  not null,
  currency           text    not null,
  reason             text    not null,
  status             text    not null default 'PENDING',
  provider_refund_id text,
  -- When to ask the provider (again). It is the lease of the server that asks.
  next_attempt_at    timestamptz,
  attempts           integer not null default 0,
  last_error         text,
  created_at         timestamptz(3) not null default now(),
  updated_at         timestamptz(3) not null default now(),
  constraint payment_refunds_id_pkey primary key (id),
  constraint payment_refunds_capture_id_fkey foreign key (capture_id) references payment_captures (id),
  constraint payment_refunds_payment_id_fkey foreign key (payment_id) references payments (id),
  constraint payment_refunds_order_id_fkey foreign key (order_id) references orders (id),
  constraint payment_refunds_cause_check check (cause in
    ('admin', 'cancelled', 'late', 'surplus', 'flagged', 'provider')),
  constraint payment_refunds_amount_minor_check check (amount_minor > 0),
  constraint payment_refunds_status_check check (status in ('PENDING', 'SUCCEEDED', 'FAILED')),
  constraint payment_refunds_next_attempt_at_check check ((next_attempt_at is not null) = (status = 'PENDING'))
);

create index payment_refunds_capture_id_idx on payment_refunds (capture_id);
create index payment_refunds_provider_refund_id_idx on payment_refunds (provider_refund_id)
  where provider_refund_id is not null;
create index payment_refunds_next_attempt_at_idx on payment_refunds (next_attempt_at)
  where next_attempt_at is not null;

-- A refund that failed may have been repeated by another one, so it stays failed.
create function guard_refund_step() returns trigger
language plpgsql as $$
begin
  raise exception 'a refund cannot go from % to %', old.status, new.status
    using errcode = 'check_violation', constraint = 'payment_refunds_status_step_check';
end
$$;

create trigger payment_refunds_status_step
  before update of status on payment_refunds
  for each row
  when (old.status <> new.status and (old.status = 'FAILED' or new.status = 'PENDING'))
  execute function guard_refund_step();

create trigger payment_refunds_no_delete
  before delete on payment_refunds
  for each row execute function refuse_change();

-- The inbox: what providers told, stored before it is acknowledged.
create table provider_events (
  id              uuid    not null,
  provider        text    not null,
  -- The provider's own id of it.
  event_id        text    not null,
  type            text    not null,
  -- In our words: a ProviderEvent.
  payload         jsonb   not null,
  cause           jsonb   not null,
  status          text    not null,
  -- What came of it, in a word.
  outcome         text,
  attempts        integer not null default 0,
  next_attempt_at timestamptz,
  last_error      text,
  -- When its last try failed.
  failed_at       timestamptz(3),
  received_at     timestamptz(3) not null default now(),
  constraint provider_events_id_pkey primary key (id),
  constraint provider_events_provider_event_id_key unique (provider, event_id),
  constraint provider_events_status_check check (status in ('RECEIVED', 'APPLIED', 'IGNORED', 'DEAD')),
  constraint provider_events_next_attempt_at_check check ((next_attempt_at is not null) = (status = 'RECEIVED')),
  constraint provider_events_failed_at_check check ((failed_at is not null) = (status = 'DEAD'))
);

create index provider_events_next_attempt_at_idx on provider_events (next_attempt_at, id)
  where next_attempt_at is not null;

-- Beside the dead jobs in the list of dead letters.
create index provider_events_failed_at_id_idx on provider_events (failed_at desc, id desc)
  where status = 'DEAD';

create trigger provider_events_no_delete
  before delete on provider_events
  for each row execute function refuse_change();

-- Ended orders whose money is still here: a handful, until it has gone back.
create index orders_updated_at_paid_idx on orders (updated_at)
  where status in ('CANCELLED', 'FAILED') and payment_status in ('PAID', 'PARTIALLY_REFUNDED');

-- Money: invariants. A view is empty when its invariant holds; see 0008_invariants.sql.

create view inv_payment_sums as
with matched as (
  select payment_id, count(*) as count, sum(amount_minor)::bigint as captured, sum(taken_minor)::bigint as taken
    from payment_captures
   where kind = 'matched'
   group by payment_id)
select payments.id::text as id,
       format('captured %s and refunded %s of %s, its %s captures that matched say %s and %s',
              payments.captured_minor, payments.refunded_minor, payments.amount_minor, coalesce(matched.count, 0),
              coalesce(matched.captured, 0), coalesce(matched.taken, 0)) as detail
  from payments
  left join matched on matched.payment_id = payments.id
 where payments.captured_minor <> coalesce(matched.captured, 0)
    or payments.refunded_minor <> coalesce(matched.taken, 0)
    or coalesce(matched.count, 0) > 1
    or not (0 <= payments.refunded_minor
            and payments.refunded_minor <= payments.captured_minor
            and payments.captured_minor <= payments.amount_minor);
comment on view inv_payment_sums is 'What was captured and refunded of a payment is the sum of its rows, within its amount.';

create view inv_payment_refunds as
with refunds as (
  select capture_id, sum(amount_minor) filter (where status <> 'FAILED')::bigint as taken,
         count(*) filter (where payment_refunds.currency <> capture.currency
                             or payment_refunds.payment_id <> capture.payment_id
                             or payment_refunds.order_id is distinct from capture.order_id) as foreign_count
    from payment_refunds
    join (select id, payment_id, order_id, currency from payment_captures) as capture on capture.id = capture_id
   group by capture_id)
select payment_captures.id::text as id,
       format('%s of %s taken, its refunds add up to %s, %s of them of other money', payment_captures.taken_minor,
              payment_captures.amount_minor, coalesce(refunds.taken, 0), coalesce(refunds.foreign_count, 0)) as detail
  from payment_captures
  left join refunds on refunds.capture_id = payment_captures.id
 where payment_captures.taken_minor <> coalesce(refunds.taken, 0)
    or payment_captures.taken_minor > payment_captures.amount_minor
    or coalesce(refunds.foreign_count, 0) > 0;
comment on view inv_payment_refunds is 'What is taken of a capture is the sum of its refunds, in its currency, and never more than came in.';

create view inv_payment_orders as
with settled as (
  select payments.order_id, payments.id, payments.status, payments.captured_minor, payments.currency,
         coalesce((select sum(payment_refunds.amount_minor)
                     from payment_captures
                     join payment_refunds on payment_refunds.capture_id = payment_captures.id
                    where payment_captures.payment_id = payments.id
                      and payment_captures.kind = 'matched'
                      and payment_refunds.status = 'SUCCEEDED'), 0) as returned
    from payments
   where payments.captured_minor > 0)
select coalesce(orders.id, settled.order_id)::text as id,
       format('%s of %s %s, its payment %s captured %s and gave %s back', orders.payment_status, orders.total_minor,
              orders.currency, coalesce(settled.id::text, '(none)'), coalesce(settled.captured_minor, 0),
              coalesce(settled.returned, 0)) as detail
  from (select id, payment_status, total_minor, currency
          from orders
         where source = 'api'
           and total_minor > 0) as orders
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
comment on view inv_payment_orders is 'A paid order is paid in full by one payment, and says what went back of it.';

create view inv_payment_captures as
select min(id::text) as id,
       format('order %s was paid %s times', order_id, count(*)) as detail
  from payment_captures
 where kind = 'matched'
 group by order_id
having count(*) > 1
union all
select min(id::text),
       format('the charge %s stands in %s rows', provider_reference, count(*))
  from payment_captures
 group by provider, provider_reference
having count(*) > 1;
comment on view inv_payment_captures is 'An order is paid by one capture, and a charge is counted once.';

create view inv_provider_events as
select min(id::text) as id,
       format('event %s of %s stands in %s rows', event_id, provider, count(*)) as detail
  from provider_events
 group by provider, event_id
having count(*) > 1;
comment on view inv_provider_events is 'An event of a provider is stored once.';

-- Since the moment from which the money had to go back: a minute to begin, ten to end.
create view inv_payment_returns as
with due as (
  select captures.id, captures.kind, captures.amount_minor, captures.taken_minor,
         case
           when captures.return_cause is not null then captures.created_at
           else greatest(captures.created_at, coalesce(orders.cancelled_at, orders.updated_at))
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
          and orders.status = 'COMPLETED'
          and orders.payment_status not in ('PAID', 'PARTIALLY_REFUNDED', 'REFUNDED')))
select id::text as id,
       format('%s of %s is to go back since %s: %s asked for, %s returned', kind, amount_minor, since, taken_minor,
              returned) as detail
  from due
 where (taken_minor < amount_minor and since < now() - interval '1 minute')
    or (returned < amount_minor and since < now() - interval '10 minutes');
comment on view inv_payment_returns is 'Money of an order that ended without it, surplus and late money is asked back within a minute and settled within ten.';
