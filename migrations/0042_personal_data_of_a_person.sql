-- What is given out to people about themselves, and erased.

-- The people who asked to be erased, or were. Ids and times only: an erased person leaves nothing else here.
create table erasures (
  user_id      uuid           not null,
  -- When they asked for it. Null: they did not, and an admin erased them.
  requested_at timestamptz(3),
  -- Until when it has to be done: a month after they asked.
  due_at       timestamptz(3),
  -- Null: not yet.
  erased_at    timestamptz(3),
  constraint erasures_user_id_pkey primary key (user_id),
  constraint erasures_user_id_fkey foreign key (user_id) references users (id),
  constraint erasures_due_at_check check ((due_at is null) = (requested_at is null) and due_at > requested_at),
  constraint erasures_erased_at_check check (requested_at is not null or erased_at is not null)
);

create index erasures_due_at_user_id_open_idx on erasures (due_at, user_id)
 where erased_at is null;

-- Whose account a mail is about. Null: it is about an order, which has its customer. The address alone would not tell, because
-- accounts change theirs.
alter table mail_messages
  add column user_id uuid,
  add constraint mail_messages_user_id_check check (user_id is null or order_id is null);

-- Of mails that were sent before, the account that has the address now, unless it is younger: then the mail was about
-- another, which had the address before.
update mail_messages
   set user_id = users.id
  from users
 where mail_messages.order_id is null
   and users.email = mail_messages.recipient
   and users.created_at <= mail_messages.sent_at
   and not users.guest;

-- The mails of a person are found by their orders and by their account.
create index mail_messages_order_id_idx on mail_messages (order_id) where order_id is not null;
create index mail_messages_user_id_idx on mail_messages (user_id) where user_id is not null;

-- The corrections of stock of one of the staff, and their events, which have no order.
create index stock_movements_actor_id_at_id_idx on stock_movements (actor_id, at, id) where actor_id is not null and order_id is null;
create index events_actor_id_position_idx on events (actor_id, position)
 where order_id is null and actor_id is not null;

-- Once what was in flight when they were erased, such as a mail that was being sent, is erased, too.
alter table erasures
  add column swept_at timestamptz(3),
  add constraint erasures_swept_at_check check (swept_at is null or erased_at is not null);

create index erasures_erased_at_unswept_idx on erasures (erased_at)
 where erased_at is not null and swept_at is null;

-- When what is personal in the order was removed. What people said of it is no longer shown from then on either.
alter table orders add column forgotten_at timestamptz(3);

-- The session of an account that was erased.
alter table refresh_families
  drop constraint refresh_families_end_reason_check,
  add constraint refresh_families_end_reason_check check (
    end_reason in ('logout', 'reuse', 'password', 'reset', 'disabled', 'revoked', 'admin', 'role', 'factor', 'email',
                   'limit', 'replaced', 'erased'));

-- What a provider reported besides plain charges is found by the payment that it is about. Plain charges have no payload.
create index provider_events_payment_id_idx on provider_events ((payload ->> 'paymentId'))
 where payload is not null;

-- The rows below keep what they say of goods and money for ever. What people wrote into them can be removed, and nothing else.

-- As in 0021, but a note may be removed.
create or replace function guard_order_line() returns trigger
language plpgsql as $$
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
$$;

-- The trigger calls it for a change of anything but how far a refund is.
create or replace function guard_refund() returns trigger
language plpgsql as $$
declare
  progress constant text[] := '{reason,status,provider_refund_id,next_attempt_at,attempts,last_error,updated_at}';
begin
  if new.reason = '' and to_jsonb(new) - progress = to_jsonb(old) - progress then
    return new;
  end if;
  raise exception 'a refund is for what it was asked for: only how far it is changes'
    using errcode = 'restrict_violation', constraint = 'payment_refunds_append_only_check';
end
$$;

create function guard_movement() returns trigger
language plpgsql as $$
begin
  if new.reason = '' and to_jsonb(new) - 'reason' = to_jsonb(old) - 'reason' then
    return new;
  end if;
  raise exception 'stock_movements is append-only: update is refused'
    using errcode = 'restrict_violation', constraint = 'stock_movements_append_only_check';
end
$$;

drop trigger stock_movements_append_only on stock_movements;

create trigger stock_movements_append_only
  before delete on stock_movements
  for each row execute function refuse_change();

create trigger stock_movements_reason
  before update on stock_movements
  for each row execute function guard_movement();

-- Removes the reasons that these people gave for their corrections. Nobody needs the right to update the table for it.
create function forget_movement_reasons(actor_ids uuid[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
  update stock_movements
     set reason = ''
   where actor_id = any(actor_ids)
     and order_id is null
     and reason <> ''
     and not is_fixed_reason(reason);
end;

revoke execute on function forget_movement_reasons(uuid[]) from public;
