-- Outgoing webhooks: where the shop's own systems are told, and what was told them (decision 0009).
create table webhook_endpoints (
  id                   uuid        not null,
  url                  text        not null,
  -- Types of events, or '*' alone for all of them.
  event_types          text[]      not null,
  active               boolean     not null default true,
  -- Readable, since messages are signed with it: whsec_… .
  secret               text        not null,
  -- Signs too until then, while the receiver takes over the new one.
  previous_secret      text,
  previous_valid_until timestamptz(3),
  created_at           timestamptz(3) not null default now(),
  updated_at           timestamptz(3) not null default now(),
  -- The row stays until its deliveries have been purged.
  deleted_at           timestamptz(3),
  constraint webhook_endpoints_id_pkey primary key (id),
  constraint webhook_endpoints_event_types_check check (cardinality(event_types) > 0),
  constraint webhook_endpoints_previous_secret_check
    check ((previous_secret is null) = (previous_valid_until is null)),
  constraint webhook_endpoints_deleted_at_check check (deleted_at is null or not active)
);

-- One event for one endpoint. What is sent is read from the log at each try, so it is the same each time.
create table webhook_deliveries (
  id             uuid        not null,
  endpoint_id    uuid        not null,
  event_id       uuid        not null,
  event_type     text        not null,
  -- Where the event stands in the log; null for a test, which stands in none.
  event_position bigint,
  order_id       uuid,
  -- Deliveries of one line go one after the other: that of the order, or one of its own for an event of none.
  line_id        uuid        not null,
  status         text        not null default 'PENDING',
  -- Of all its jobs together.
  attempts       integer     not null default 0,
  last_status    integer,
  last_error     text,
  -- The job that it was last given; none while it has only been held back.
  job_id         uuid,
  created_at     timestamptz(3) not null default now(),
  ended_at       timestamptz(3),
  constraint webhook_deliveries_id_pkey primary key (id),
  constraint webhook_deliveries_endpoint_id_event_id_key unique (endpoint_id, event_id),
  constraint webhook_deliveries_endpoint_id_fkey foreign key (endpoint_id) references webhook_endpoints (id),
  constraint webhook_deliveries_status_check check (status in ('PENDING', 'DELIVERED', 'FAILED')),
  constraint webhook_deliveries_ended_at_check check ((status = 'PENDING') = (ended_at is null)),
  constraint webhook_deliveries_delivered_check check (status <> 'DELIVERED' or last_status between 200 and 299),
  constraint webhook_deliveries_attempts_check check (attempts >= 0),
  constraint webhook_deliveries_line_id_check check (line_id = coalesce(order_id, event_id))
) with (fillfactor = 80);

create index webhook_deliveries_endpoint_id_line_id_pending_idx
  on webhook_deliveries (endpoint_id, line_id, event_position) where status = 'PENDING';
create index webhook_deliveries_endpoint_id_created_at_idx on webhook_deliveries (endpoint_id, created_at desc, id desc);
create index webhook_deliveries_ended_at_idx on webhook_deliveries (ended_at) where status <> 'PENDING';

-- The lines that have something to deliver, and which delivery's turn it is. Whoever adds to a line or ends its turn
-- locks its row first, so that nothing is left behind without a turn. The row goes when the line is empty.
create table webhook_lines (
  endpoint_id uuid not null,
  line_id     uuid not null,
  -- Null only inside the transaction that makes the row.
  delivery_id uuid,
  constraint webhook_lines_endpoint_id_line_id_pkey primary key (endpoint_id, line_id),
  constraint webhook_lines_delivery_id_fkey foreign key (delivery_id) references webhook_deliveries (id)
) with (fillfactor = 50);

-- For a replay of what happened between two moments. Events come in the order of time, or nearly.
create index events_at_idx on events using brin (at);

create view inv_webhook_deliveries as
select deliveries.id::text as id,
       case
         when turn.id is null then 'waits in a line in which it is nobody''s turn'
         when turn.status <> 'PENDING' then format('waits for %s, which is %s', turn.id, turn.status)
         when jobs.id is null then format('waits for %s, which has no job', turn.id)
         when jobs.state not in ('waiting', 'running') then format('waits for %s, whose job is %s', turn.id, jobs.state)
         else format('comes before %s, whose turn it is', turn.id)
       end as detail
  from webhook_deliveries as deliveries
  left join webhook_lines as lines
    on lines.endpoint_id = deliveries.endpoint_id
   and lines.line_id = deliveries.line_id
  left join webhook_deliveries as turn on turn.id = lines.delivery_id
  left join jobs on jobs.id = turn.job_id
 where deliveries.status = 'PENDING'
   and (turn.id is null
        or turn.status <> 'PENDING'
        or jobs.id is null
        or jobs.state not in ('waiting', 'running')
        or deliveries.event_position < turn.event_position);
comment on view inv_webhook_deliveries is 'A webhook that was not delivered yet waits for its turn, in the order of the log, and the one whose turn it is has a job.';
