import { statement } from '../database/statement.ts';
import type { Priority } from '../drivers/queue/queue.ts';

/**
 * Inserts jobs, and returns those that did not exist yet. `rows` is a JSON array of objects with the columns as members,
 * `delay_ms` until the job is due, and `lease_ms`: null for a job that waits, otherwise its first attempt is leased under
 * the token. The time is truncated to the column's milliseconds: rounded, a job due at once could be fetched before it
 * is due.
 */
export const insertJobs = statement<[rows: string, token: string], { id: string }>(
  'jobs.insert',
  `insert into jobs (id, name, queue, lane, data, event_id, traceparent, due_at,
                     state, attempts, lease_token, leased_until)
   select id, name, queue, lane, data, event_id, traceparent,
          date_trunc('milliseconds', now() + delay_ms * interval '1 millisecond'),
          case when lease_ms is null then 'waiting' else 'running' end,
          case when lease_ms is null then 0 else 1 end,
          case when lease_ms is not null then $2::uuid end,
          clock_timestamp() + lease_ms * interval '1 millisecond'
     from jsonb_to_recordset($1::jsonb) as new_job
       (id uuid, name text, queue text, lane text, data jsonb, event_id uuid, traceparent text,
        delay_ms double precision, lease_ms double precision)
    order by id
   on conflict (id) do nothing
   returning id`,
);

/** Returns which of these jobs are waiting or running, with the time until the next attempt (0 if due or running). */
export const findUnfinishedJobs = statement<
  [ids: readonly string[]],
  { id: string; dueInMs: number }
>(
  'jobs.find_unfinished',
  `select id, greatest(extract(epoch from due_at - now()) * 1000, 0)::double precision as "dueInMs"
     from jobs
    where id = any($1::uuid[])
      and state in ('waiting', 'running')`,
);

export interface ClaimedRow {
  id: string;
  name: string;
  data: Record<string, unknown>;
  eventId: string | null;
  traceparent: string | null;
  /** Includes this one. */
  attempts: number;
}

/**
 * Claims jobs that are due, or whose worker's lease has expired. `leases` is a JSON object from names to milliseconds.
 * Jobs with other names, from a newer program, are left alone, and those locked by another worker are skipped. Rows are
 * found by id and only then filtered: without statistics for a new table, the planner would read all waiting jobs.
 */
export const claimJobs = statement<[ids: string[], token: string, leases: string], ClaimedRow>(
  'jobs.claim',
  `with brought as (
     select id, state, due_at, leased_until, ($3::jsonb ->> name)::double precision as lease_ms
       from jobs
      where id = any($1::uuid[])
      order by id
        for update skip locked)
   update jobs
      set state = 'running',
          attempts = attempts + 1,
          rescues = 0,
          lease_token = $2::uuid,
          leased_until = now() + brought.lease_ms * interval '1 millisecond'
     from brought
    where jobs.id = brought.id
      and (brought.state = 'waiting' and brought.due_at <= now()
           or brought.state = 'running' and brought.leased_until <= now())
      and brought.lease_ms is not null
   returning jobs.id, name, data, event_id as "eventId", traceparent, attempts`,
);

/** A job to pass to the queue driver. */
export interface SendableRow {
  id: string;
  name: string;
  queue: string;
  lane: Priority;
  sendings: number;
  delayMs: number;
}

/**
 * Postpones jobs that a driver delivered too early, because its delays are limited, or to a program without their kind.
 */
export const postponeJobs = statement<
  [ids: string[], knownNames: string[], unknownDelayMs: number],
  SendableRow
>(
  'jobs.postpone',
  `update jobs
      set sendings = sendings + 1,
          sent_at = now(),
          due_at = case when name = any($2::text[]) then due_at
                        else greatest(due_at, now() + $3::double precision * interval '1 millisecond') end
    where id = any($1::uuid[])
      and state = 'waiting'
      and (due_at > now() or name <> all($2::text[]))
   returning id, name, queue, lane, sendings,
             extract(epoch from due_at - now())::double precision * 1000 as "delayMs"`,
);

/**
 * Deletes finished jobs whose lease is still valid, and returns these. `ids` and `tokens` are pairs. The order does not
 * matter, because no other transaction waits for rows that this worker has leased.
 */
export const finishJobs = statement<[ids: string[], tokens: string[]], { id: string }>(
  'jobs.finish',
  `delete from jobs
    using unnest($1::uuid[], $2::uuid[]) as mine (id, token)
    where jobs.id = mine.id
      and jobs.lease_token = mine.token
   returning jobs.id`,
);

/** Returns leased jobs to the queue whose attempt never started. `ids` and `tokens` are pairs. */
export const returnUnstarted = statement<[ids: string[], tokens: string[]], SendableRow>(
  'jobs.return_unstarted',
  `update jobs
      set state = 'waiting',
          attempts = attempts - 1,
          sendings = sendings + 1,
          sent_at = now(),
          lease_token = null,
          leased_until = null
     from unnest($1::uuid[], $2::uuid[]) as mine (id, token)
    where jobs.id = mine.id
      and jobs.lease_token = mine.token
   returning jobs.id, name, queue, lane, sendings, 0::double precision as "delayMs"`,
);

/**
 * Returns a leased job to the queue, due after a delay. `countsAsAttempt`: the attempt counts. A null error keeps the last one.
 */
export const rescheduleJob = statement<
  [id: string, token: string, delayMs: number, countsAsAttempt: boolean, error: string | null],
  SendableRow
>(
  'jobs.return',
  `update jobs
      set state = 'waiting',
          attempts = attempts - case when $4::boolean then 0 else 1 end,
          due_at = now() + $3::double precision * interval '1 millisecond',
          sendings = sendings + 1,
          sent_at = now(),
          lease_token = null,
          leased_until = null,
          last_error = coalesce($5::text, last_error)
    where id = $1::uuid
      and lease_token = $2::uuid
   returning id, name, queue, lane, sendings, $3::double precision as "delayMs"`,
);

/** Moves a leased job to the dead letters. */
export const moveJobToDeadLetters = statement<
  [id: string, token: string, attemptsMax: number, error: string],
  { id: string; data: Record<string, unknown> }
>(
  'jobs.bury',
  `update jobs
      set state = 'dead',
          attempts = least(attempts, $3::integer),
          ended_at = now(),
          lease_token = null,
          leased_until = null,
          last_error = $4::text
    where id = $1::uuid
      and lease_token = $2::uuid
   returning id, data`,
);

/** Sends waiting jobs to other workers, because this one received their messages and stops. */
export const resendJobs = statement<[ids: string[]], SendableRow>(
  'jobs.resend',
  `update jobs
      set sendings = sendings + 1,
          sent_at = now()
    where id = any($1::uuid[])
      and state = 'waiting'
   returning id, name, queue, lane, sendings,
             greatest(extract(epoch from due_at - now())::double precision * 1000, 0) as "delayMs"`,
);

/**
 * Rescues jobs that are due and not claimed: after 30 s, then after twice as long each time, at most five minutes. The
 * first time keeps the number of the last sending, so that a driver can ignore a duplicate of a message still queued.
 */
export const rescueUnclaimed = statement<[limit: number], SendableRow>(
  'jobs.rescue_untaken',
  `with untaken as (
     select id
       from jobs
      where state = 'waiting'
        and due_at <= now() - interval '30 seconds'
        and sent_at <= now() - least(30 * 2.0 ^ least(rescues, 20), 300) * interval '1 second'
      order by due_at
      limit $1::integer
        for update skip locked)
   update jobs
      set sendings = sendings + case when rescues = 0 then 0 else 1 end,
          rescues = rescues + 1,
          sent_at = now()
     from untaken
    where jobs.id = untaken.id
   returning jobs.id, name, queue, lane, sendings, 0::double precision as "delayMs"`,
);

/** Rescues jobs whose worker died or overslept: its lease has expired, and any late write is refused. */
export const rescueAbandoned = statement<[limit: number], SendableRow>(
  'jobs.rescue_abandoned',
  `with abandoned as (
     select id
       from jobs
      where state = 'running'
        and leased_until <= now()
      order by leased_until
      limit $1::integer
        for update skip locked)
   update jobs
      set state = 'waiting',
          lease_token = null,
          leased_until = null,
          due_at = now(),
          sendings = sendings + 1,
          sent_at = now(),
          last_error = 'its worker did not end it in time'
     from abandoned
    where jobs.id = abandoned.id
   returning jobs.id, name, queue, lane, sendings, 0::double precision as "delayMs"`,
);
