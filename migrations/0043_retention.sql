-- What is personal goes when its time is over.

-- The orders that have ended, by when, and are not forgotten: never, or not since they were opened again. Those that ended
-- before there was a column for it ended no later than they were changed. Imported ones have nothing personal.
create index orders_ended_at_kept_idx on orders (coalesce(ended_at, updated_at))
 where status in ('COMPLETED', 'CANCELLED', 'FAILED')
   and source = 'api'
   and (forgotten_at is null or forgotten_at < ended_at);

-- From where an order came is counted only while it is unpaid. The empty text remains of a guest's network, because it
-- tells them from guests whom staff entered.
create function forget_networks() returns trigger
language plpgsql as $$
begin
  new.buyer_network := null;
  new.guest_network := case when new.guest_network is not null then '' end;
  return new;
end
$$;

drop trigger orders_forget_buyer_network on orders;
drop function forget_buyer_network();

create trigger orders_forget_networks
  before update of status on orders
  for each row
  when ((old.buyer_network is not null or old.guest_network <> '') and new.status not in ('QUEUED', 'PENDING'))
  execute function forget_networks();

update orders
   set guest_network = ''
 where guest_network <> ''
   and status not in ('QUEUED', 'PENDING');

-- Of a session that is over, only its times are kept, by which a refresh token that is used again is recognized.
create function forget_session_origin() returns trigger
language plpgsql as $$
begin
  new.address := null;
  new.user_agent := null;
  return new;
end
$$;

create trigger refresh_families_forget_origin
  before update of ended_at on refresh_families
  for each row
  when (new.ended_at is not null)
  execute function forget_session_origin();

-- What a provider said in words about a payment or a refund, until it is cleared.
create index provider_events_received_at_words_idx on provider_events (received_at)
 where status in ('APPLIED', 'IGNORED')
   and coalesce(payload ->> 'reason', payload ->> 'failure', last_error) is not null;
