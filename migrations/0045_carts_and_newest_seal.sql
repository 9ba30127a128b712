-- What still stayed although its time was over, and what went without being noticed.

-- What is said of the refunds of an order is not kept after the order was forgotten: neither why somebody refunds, nor why the
-- provider refuses. The log has it under the key of the customer, which is destroyed.
create function forget_refund_words() returns trigger
language plpgsql as $$
begin
  if exists (select from public.orders where id = new.order_id and forgotten_at is not null) then
    new.last_error := null;
    new.reason := case when public.is_fixed_reason(new.reason) then new.reason else '' end;
  end if;
  return new;
end
$$;

create trigger payment_refunds_forget_words
  before insert or update on payment_refunds
  for each row
  when (new.last_error is not null or new.reason <> '')
  execute function forget_refund_words();

update payment_refunds
   set reason = case when is_fixed_reason(reason) then reason else '' end,
       last_error = null
  from orders
 where orders.id = payment_refunds.order_id
   and orders.forgotten_at is not null
   and (last_error is not null or (reason <> '' and not is_fixed_reason(reason)));

-- When a cart was last changed, so that it is emptied some time after that. Those that exist count from now.
alter table carts add column changed_at timestamptz(3) not null default now();

-- A cart that has not been changed since carts have versions.
insert into carts (customer_id, version)
select distinct customer_id, 2
  from cart_items
on conflict (customer_id) do nothing;

-- The newest seal that there ever was. No seal is ever removed, so if it is not in `log_seals`, some were, and those that follow it
-- show the gap.
create table newest_seal (
  id     boolean not null default true,
  -- 0, with a hash of zeros: there was none.
  number bigint  not null,
  hash   bytea   not null,
  -- The last one that was found to be gone when the next was added; null: none was.
  lost   bigint,
  constraint newest_seal_id_pkey primary key (id),
  constraint newest_seal_id_check check (id),
  constraint newest_seal_number_check check (number >= 0),
  constraint newest_seal_hash_check check (octet_length(hash) = 32)
);

insert into newest_seal (number, hash)
select coalesce(max(number), 0),
       coalesce((select hash from log_seals order by number desc limit 1), decode(repeat('00', 32), 'hex'))
  from log_seals;

create function guard_newest_seal() returns trigger
language plpgsql as $$
begin
  if new.number > old.number
     and exists (select from public.log_seals where number = new.number and hash = new.hash)
     and (new.lost is not distinct from old.lost or new.lost = old.number) then
    return new;
  end if;
  raise exception 'the newest seal only gives way to a newer one'
    using errcode = 'restrict_violation', constraint = 'newest_seal_rises_check';
end
$$;

create trigger newest_seal_rises
  before update on newest_seal
  for each row execute function guard_newest_seal();

create trigger newest_seal_append_only
  before insert or delete on newest_seal
  for each row execute function refuse_change();

create trigger newest_seal_no_truncate
  before truncate on newest_seal
  for each statement execute function refuse_change();

-- Nobody needs the right to update the table for it.
create function raise_newest_seal() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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
$$;

create trigger log_seals_newest
  after insert on log_seals
  for each row execute function raise_newest_seal();

-- Where the chain ends: at the newest seal that there ever was. If the record of it was lowered, at the newest that there is.
create function find_chain_end() returns table (number bigint, hash bytea)
language sql stable
begin atomic
  select ends.number, ends.hash
    from (
      select newest_seal.number, newest_seal.hash
        from newest_seal
       union all
      (select log_seals.number, log_seals.hash
         from log_seals
        order by log_seals.number desc
        limit 1)) as ends
   order by ends.number desc
   limit 1;
end;

-- As in 0041, but a chain of which seals were removed goes on behind them.
create or replace function guard_seal() returns trigger
language plpgsql as $$
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
$$;
