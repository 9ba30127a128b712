-- Keys have a holder, the admin whose access they need, and end within a year unless somebody decided otherwise.

alter table api_keys add column held_by uuid;

update api_keys set held_by = created_by;

alter table api_keys
  alter column held_by set not null,
  add constraint api_keys_held_by_fkey foreign key (held_by) references users (id);

-- What a user holds is looked up when they lose access.
create index api_keys_held_by_idx on api_keys (held_by) where revoked_at is null;

-- Null means that a key never ends, which has to be asked for from now on.
do $$
declare
  changed bigint;
begin
  update api_keys
     set expires_at = now() + interval '1 year'
   where expires_at is null
     and revoked_at is null;
  get diagnostics changed = row_count;
  if changed > 0 then
    raise warning 'API keys without an expiry now end in a year: %. GET /api/api-keys lists them.', changed;
  end if;
end;
$$;

-- From where a customer with an account ordered, only while the order is unpaid: their goods count together with those
-- of the others at this address. Null if the address says nothing about the customer.
alter table orders add column buyer_network text;

create index orders_buyer_network_idx on orders (buyer_network)
 where buyer_network is not null
   and status in ('QUEUED', 'PENDING');

create function forget_buyer_network() returns trigger
language plpgsql as $$
begin
  new.buyer_network := null;
  return new;
end
$$;

create trigger orders_forget_buyer_network
  before update of status on orders
  for each row
  when (old.buyer_network is not null and new.status not in ('QUEUED', 'PENDING'))
  execute function forget_buyer_network();
