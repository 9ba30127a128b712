-- What identifies a person, or was written by or about one, is in the log and in the audit only as ciphertext under a key of that
-- person. Destroying the key erases it, and the rows stay as they are.

-- One row per person of whom there is such data, made when the first is stored.
create table personal_keys (
  -- The id of a user or guest; of an API key, for those who use it. No foreign key: a guest is inserted after their key.
  person_id    uuid           not null,
  -- Of AES-256. Null: it was destroyed.
  key          bytea,
  created_at   timestamptz(3) not null default now(),
  destroyed_at timestamptz(3),
  constraint personal_keys_person_id_pkey primary key (person_id),
  constraint personal_keys_key_check check (octet_length(key) = 32),
  constraint personal_keys_destroyed_at_check check ((key is null) = (destroyed_at is not null))
);

-- Another key would leave what the first one encrypted unreadable, and a person who was erased would have one again.
create function guard_personal_key() returns trigger
language plpgsql as $$
begin
  if new.person_id = old.person_id and new.created_at = old.created_at
     and (new.key is null or new.key = old.key) then
    return new;
  end if;
  raise exception 'the key of a person can only be destroyed'
    using errcode = 'restrict_violation', constraint = 'personal_keys_kept_check';
end
$$;

create trigger personal_keys_kept
  before update on personal_keys
  for each row execute function guard_personal_key();

create trigger personal_keys_no_delete
  before delete on personal_keys
  for each row execute function refuse_change();

create trigger personal_keys_no_truncate
  before truncate on personal_keys
  for each statement execute function refuse_change();

alter table events
  -- The reason, if it is not a text of the program. Null with `personal_of`: their key was destroyed before.
  add column personal    bytea,
  -- Whose key it is: the customer of the order; without an order, the actor.
  add column personal_of uuid,
  add constraint events_personal_check check (personal is null or personal_of is not null);

alter table audit
  -- The fields of `before` and `after` that tell who a user is, under the key of the subject. They are null there.
  add column subject_personal bytea,
  -- The address and user agent, under the key of the actor.
  add column actor_personal   bytea;

-- The reasons that the program gives itself, as in src/events/fixed-reasons.ts. A test compares the two.
create function is_fixed_reason(reason text) returns boolean
language sql immutable
return reason in (
  'Initial stock.',
  'It was paid.',
  'There is nothing to pay.',
  'It was not paid in time.',
  'No such payment is known.',
  'An admin refunded it.',
  'The order was cancelled.',
  'It arrived after the order had ended.',
  'The order was already paid.',
  'It did not match, and no money is due for the order any more.',
  'It was refunded at the provider.');

-- Rows that were written by servers of the version before have personal data as text. They are found by these indexes, which are
-- empty once all are in the new form. What belongs to nobody known, such as what a provider says about unknown money, stays.
create function is_old_event(reason text, personal_of uuid, order_id uuid, actor_id uuid) returns boolean
language sql immutable
return personal_of is null
       and not is_fixed_reason(reason)
       and (order_id is not null or actor_id is not null);

create function has_names(fields jsonb) returns boolean
language sql immutable
return coalesce(fields ->> 'name', fields ->> 'email') is not null;

create function is_old_audit(
  subject_type text, subject_id uuid, before jsonb, after jsonb, actor_id uuid, address text, user_agent text)
returns boolean
language sql immutable
return (subject_type = 'user' and subject_id is not null and (has_names(before) or has_names(after)))
       or (actor_id is not null and (address is not null or user_agent is not null));

create index events_position_old_idx on events (position)
 where is_old_event(reason, personal_of, order_id, actor_id);

create index audit_position_old_idx on audit (position)
 where is_old_audit(subject_type, subject_id, before, after, actor_id, address, user_agent);

-- The only change of a row that remains possible: what is text becomes ciphertext. Nobody needs the right to update the tables for it:
-- they call the functions below.
create function guard_event() returns trigger
language plpgsql as $$
declare
  form constant text[] := '{reason,personal,personal_of}';
begin
  if old.reason is not null and new.reason is null
     and old.personal_of is null and new.personal_of is not null
     and to_jsonb(new) - form = to_jsonb(old) - form then
    return new;
  end if;
  raise exception 'events is append-only: update is refused'
    using errcode = 'restrict_violation', constraint = 'events_append_only_check';
end
$$;

drop trigger events_append_only on events;

create trigger events_append_only
  before delete on events
  for each row execute function refuse_change();

create trigger events_form
  before update on events
  for each row execute function guard_event();

create function without_names(fields jsonb) returns jsonb
language sql immutable
return fields || case when fields ->> 'name' is null then '{}'::jsonb else '{"name": null}' end
              || case when fields ->> 'email' is null then '{}'::jsonb else '{"email": null}' end;

create function guard_audit() returns trigger
language plpgsql as $$
declare
  form constant text[] := '{before,after,address,user_agent,subject_personal,actor_personal}';
begin
  if (new.before is not distinct from old.before
      or (old.subject_type = 'user' and new.before = public.without_names(old.before)))
     and (new.after is not distinct from old.after
      or (old.subject_type = 'user' and new.after = public.without_names(old.after)))
     and (new.address is null or new.address = old.address)
     and (new.user_agent is null or new.user_agent = old.user_agent)
     and (old.subject_personal is null or new.subject_personal = old.subject_personal)
     and (old.actor_personal is null or new.actor_personal = old.actor_personal)
     and to_jsonb(new) - form = to_jsonb(old) - form
     and public.is_old_audit(old.subject_type, old.subject_id, old.before, old.after, old.actor_id, old.address,
                             old.user_agent)
     and not public.is_old_audit(new.subject_type, new.subject_id, new.before, new.after, new.actor_id, new.address,
                                 new.user_agent) then
    return new;
  end if;
  raise exception 'audit is append-only: update is refused'
    using errcode = 'restrict_violation', constraint = 'audit_append_only_check';
end
$$;

drop trigger audit_append_only on audit;

create trigger audit_append_only
  before delete on audit
  for each row execute function refuse_change();

create trigger audit_form
  before update on audit
  for each row execute function guard_audit();

-- Puts the ciphertexts of these events in the place of their reasons. Leaves out those that are in the new form already.
create function bring_events_into_personal_form(positions bigint[], ciphertexts bytea[]) returns bigint
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
    returning 1)
  select count(*) from brought;
end;

-- The same for rows of the audit: ciphertexts of the names and addresses of their subjects, and of where their actors were.
create function bring_audit_into_personal_form(positions bigint[], of_subjects bytea[], of_actors bytea[])
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
    returning 1)
  select count(*) from brought;
end;

revoke execute on function bring_events_into_personal_form(bigint[], bytea[]) from public;
revoke execute on function bring_audit_into_personal_form(bigint[], bytea[], bytea[]) from public;

-- As in 0023, but a reason may be a ciphertext.
create or replace function check_order_steps(order_ids uuid[])
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
              and (events.data ->> 'override' is distinct from 'true'
                   or (coalesce(events.reason, '') !~ '\S' and events.personal_of is null))));
end;
