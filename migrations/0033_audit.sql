-- Who changed what lasts and belongs to no order: one row per change, written in its transaction.
create table audit (
  position     bigint         generated always as identity,
  id           uuid           not null,
  type         text           not null,
  subject_type text           not null,
  -- Null for what exists once, such as the settings of the shop.
  subject_id   uuid,
  actor_type   text           not null,
  actor_id     uuid,
  actor_role   text,
  -- The fields that differ; null before a creation and after a deletion.
  before       jsonb,
  after        jsonb,
  reason       text,
  request_id   text,
  trace_id     text,
  -- The command or the task, for changes without a request.
  job          text,
  -- Where the request came from.
  address      text,
  user_agent   text,
  at           timestamptz(3) not null default now(),
  constraint audit_position_pkey primary key (position),
  constraint audit_id_key unique (id),
  constraint audit_actor_type_check
    check (actor_type in ('user', 'api_key', 'system', 'operator')),
  constraint audit_type_check check (type like subject_type || '.%')
);

-- Pages of the audit, newest first: all of it, of one subject, of some types, of one actor. Who has no id, such as the
-- system, is found by the kind of actor.
create index audit_at_position_idx on audit (at, position);
create index audit_subject_id_at_position_idx on audit (subject_id, at, position);
create index audit_type_at_position_idx on audit (type, at, position);
create index audit_actor_type_at_position_idx
  on audit (coalesce(actor_id::text, actor_type), type, at, position);

create trigger audit_append_only
  before update or delete on audit
  for each row execute function refuse_change();

create trigger audit_no_truncate
  before truncate on audit
  for each statement execute function refuse_change();

-- What an operator does on the command line.
alter table events
  drop constraint events_actor_type_check,
  add constraint events_actor_type_check
    check (actor_type in ('user', 'api_key', 'system', 'provider', 'operator'));

alter table stock_movements
  drop constraint stock_movements_actor_type_check,
  add constraint stock_movements_actor_type_check
    check (actor_type in ('user', 'api_key', 'system', 'provider', 'operator'));
