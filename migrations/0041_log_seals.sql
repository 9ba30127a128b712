-- Seals over the rows of `events` and `audit`, in the order of their positions: one chain over both. What was sealed cannot be
-- altered without a trace, not even by an administrator of the database, who does not have the key of the signatures.

create table log_seals (
  -- 1…n without a gap.
  number    bigint         not null,
  -- Names the columns that the leaves are made of.
  format    smallint       not null,
  log       text           not null,
  -- The hash of the seal before, zeros for the first.
  previous  bytea          not null,
  rows      integer        not null,
  -- The positions of the first and the last row. The seal answers for all positions after the last one of the seal of this log
  -- before it, so that a row which was put there later is one too many.
  first     bigint         not null,
  last      bigint         not null,
  -- Of the Merkle tree over the leaves.
  root      bytea          not null,
  -- Of all the columns above and `at`.
  hash      bytea          not null,
  -- Ed25519 of the hash.
  signature bytea          not null,
  at        timestamptz(3) not null,
  -- Position (8 bytes), id (16) and leaf (32) of each row, so that one which was altered can be named. The root proves them.
  leaves    bytea          not null,
  constraint log_seals_number_pkey primary key (number),
  constraint log_seals_log_last_key unique (log, last),
  constraint log_seals_log_check check (log in ('events', 'audit')),
  constraint log_seals_range_check check (first <= last),
  constraint log_seals_previous_check check (octet_length(previous) = 32),
  constraint log_seals_root_check check (octet_length(root) = 32),
  constraint log_seals_hash_check check (octet_length(hash) = 32),
  constraint log_seals_signature_check check (octet_length(signature) = 64),
  constraint log_seals_leaves_check check (rows > 0 and octet_length(leaves) = rows * 56)
);

-- Hashes cannot be compressed, and trying costs more than storing them.
alter table log_seals alter column leaves set storage external;

-- A seal that does not continue the chain would end it for good, since no seal is ever removed. So would one for positions that are
-- still to come: what is written there would count as sealed.
create function guard_seal() returns trigger
language plpgsql as $$
declare
  chain record;
begin
  -- In one statement, or another server could seal between two of them.
  select coalesce(max(number), 0) as number,
         coalesce((select hash from public.log_seals order by number desc limit 1), decode(repeat('00', 32), 'hex')) as hash,
         coalesce((select max(last) from public.log_seals where log = new.log), 0) as last
    into chain
    from public.log_seals;
  -- Another server has sealed: the key of the number refuses this one.
  if new.number <= chain.number then
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

create trigger log_seals_chain
  before insert on log_seals
  for each row execute function guard_seal();

create trigger log_seals_append_only
  before update or delete on log_seals
  for each row execute function refuse_change();

create trigger log_seals_no_truncate
  before truncate on log_seals
  for each statement execute function refuse_change();

-- As in 0040, but what was sealed stays as it is.
create or replace function bring_events_into_personal_form(positions bigint[], ciphertexts bytea[]) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
  with brought as (
    update events
       set reason = null,
           personal = given.ciphertext,
           personal_of = coalesce(orders.customer_id, old.actor_id)
      from unnest(positions, ciphertexts) as given (place, ciphertext)
      join events as old on old.position = given.place
      left join orders on orders.id = old.order_id
     where events.position = given.place
       and is_old_event(events.reason, events.personal_of, events.order_id, events.actor_id)
       and coalesce(orders.customer_id, old.actor_id) is not null
       and events.position > (select coalesce(max(last), 0) from log_seals where log = 'events')
    returning 1)
  select count(*) from brought;
end;

create or replace function bring_audit_into_personal_form(positions bigint[], of_subjects bytea[], of_actors bytea[])
returns bigint
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
  with brought as (
    update audit
       set before = case when subject_type = 'user' then without_names(before) else before end,
           after = case when subject_type = 'user' then without_names(after) else after end,
           address = case when actor_id is null then address end,
           user_agent = case when actor_id is null then user_agent end,
           subject_personal = coalesce(subject_personal, given.of_subject),
           actor_personal = coalesce(actor_personal, given.of_actor)
      from unnest(positions, of_subjects, of_actors) as given (place, of_subject, of_actor)
     where audit.position = given.place
       and is_old_audit(subject_type, subject_id, before, after, actor_id, address, user_agent)
       and audit.position > (select coalesce(max(last), 0) from log_seals where log = 'audit')
    returning 1)
  select count(*) from brought;
end;

-- The seal that a delivery sends, for those of the type log.sealed. They have no place in the log.
alter table webhook_deliveries
  add column seal_number bigint,
  add constraint webhook_deliveries_seal_number_check check (seal_number is null or event_position is null);
