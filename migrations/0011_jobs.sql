-- Work that is to be done once, whatever carries it: written with its cause, marked done with its effect. The queue
-- driver (PostgreSQL, Redis, SQS) only brings the ids to workers; what it loses is sent again from here (decision 0008).
create table jobs (
  -- Derived from the event and the name, so that an event that is read twice makes one job.
  id           uuid        not null,
  name         text        not null,
  queue        text        not null,
  lane         text        not null default 'normal',
  data         jsonb       not null,
  -- The event that asked for it; null for other causes.
  event_id     uuid,
  -- The trace that it goes on with. Source: W3C Trace Context §3.2.
  traceparent  text,
  state        text        not null default 'waiting',
  attempts     integer     not null default 0,
  due_at       timestamptz(3) not null default now(),
  -- How often it was handed to the queue driver, and when last.
  sendings     integer     not null default 1,
  sent_at      timestamptz(3) not null default now(),
  -- How often the rescue sent it again since a worker last had it: each time it waits twice as long.
  rescues      integer     not null default 0,
  -- Who works on it. A worker that outlives its lease finishes nothing.
  lease_token  uuid,
  leased_until timestamptz(3),
  last_error   text,
  created_at   timestamptz(3) not null default now(),
  ended_at     timestamptz(3),
  constraint jobs_id_pkey primary key (id),
  constraint jobs_lane_check check (lane in ('high', 'normal')),
  constraint jobs_state_check check (state in ('waiting', 'running', 'done', 'dead')),
  constraint jobs_lease_check check ((state = 'running') = (lease_token is not null)
                                     and (state = 'running') = (leased_until is not null)),
  constraint jobs_ended_at_check check ((state in ('done', 'dead')) = (ended_at is not null)),
  constraint jobs_attempts_check check (attempts >= 0 and sendings >= 1 and rescues >= 0)
) with (fillfactor = 70);

create index jobs_due_at_idx on jobs (due_at) where state = 'waiting';
create index jobs_leased_until_idx on jobs (leased_until) where state = 'running';
create index jobs_ended_at_id_dead_idx on jobs (ended_at desc, id desc) where state = 'dead';
create index jobs_ended_at_done_idx on jobs (ended_at) where state = 'done';

-- What is done at intervals, by one server each time.
create table schedules (
  name        text        not null,
  started_at  timestamptz(3) not null default '-infinity',
  ended_at    timestamptz(3),
  last_error  text,
  -- What its work found when it was done last, for whoever asks any server.
  report      jsonb,
  constraint schedules_name_pkey primary key (name)
);

-- The rescue is itself a schedule, and notes the end of each turn: while it works, what it looks after is in order. It
-- fails while the queue driver is away; that is told by the health of the driver, and not as a broken promise.
create view inv_job_leases as
select id::text as id,
       format('%s: the lease of its worker ended at %s', name, leased_until) as detail
  from jobs
 where state = 'running'
   and leased_until < now() - interval '1 minute'
   and exists (select from schedules where name = 'jobs.rescue' and ended_at > now() - interval '1 minute');
comment on view inv_job_leases is 'No job stays lost by its worker for more than a minute.';

create view inv_job_sendings as
select id::text as id,
       format('%s: due since %s and sent last at %s', name, due_at, sent_at) as detail
  from jobs
 where state = 'waiting'
   and due_at < now() - interval '90 seconds'
   and sent_at < now() - least(30 * 2.0 ^ least(rescues, 20), 300) * interval '1 second' - interval '1 minute'
   and exists (select from schedules where name = 'jobs.rescue' and ended_at > now() - interval '1 minute'
                  and last_error is null);
comment on view inv_job_sendings is 'A job that is due and not taken is sent to workers again.';
