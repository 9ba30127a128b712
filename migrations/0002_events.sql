-- The log: history, outbox and live stream at once. Written in the transaction of the change, never altered.
create table events (
  -- Given under the lock of the order, so that within an order it rises with the sequence. Between orders it is given
  -- before commit: a reader that must miss nothing waits at a gap until nobody can fill it any more (decision 0008).
  position       bigint      generated always as identity,
  id             uuid        not null,
  type           text        not null,
  -- Null for facts that belong to no order, such as a stock correction.
  order_id       uuid,
  -- 1…n within an order.
  sequence       integer,
  -- Null where the status stayed.
  from_status    text,
  to_status      text,
  actor_type     text        not null,
  actor_id       uuid,
  actor_role     text,
  reason         text,
  cause          jsonb       not null,
  data           jsonb       not null default '{}',
  at             timestamptz(3) not null default now(),
  constraint events_position_pkey primary key (position),
  constraint events_order_id_sequence_key unique (order_id, sequence),
  constraint events_actor_type_check check (actor_type in ('user', 'api_key', 'system', 'provider')),
  constraint events_order_id_with_sequence_check check ((order_id is null) = (sequence is null)),
  constraint events_sequence_check check (sequence >= 1)
);

-- How far each reader that keeps its place has come. One process at a time reads for a name: whoever holds the lease
-- writes under its token, and a holder that was taken over writes nothing any more.
create table log_readers (
  name         text        not null,
  -- The position of the last event that was dealt with.
  position     bigint      not null default 0,
  holder       uuid,
  -- Rises with every new holder.
  fencing      bigint      not null default 0,
  held_since   timestamptz(3),
  leased_until timestamptz(3),
  moved_at     timestamptz(3) not null default now(),
  constraint log_readers_name_pkey primary key (name),
  constraint log_readers_position_check check (position >= 0),
  constraint log_readers_lease_check check ((holder is null) = (leased_until is null)
                                            and (holder is null) = (held_since is null))
);

create function refuse_change() returns trigger
language plpgsql as $$
begin
  raise exception '% is append-only: % is refused', tg_table_name, lower(tg_op)
    using errcode = 'restrict_violation', constraint = tg_table_name || '_append_only_check';
end
$$;

create trigger events_append_only
  before update or delete on events
  for each row execute function refuse_change();

create trigger events_no_truncate
  before truncate on events
  for each statement execute function refuse_change();
