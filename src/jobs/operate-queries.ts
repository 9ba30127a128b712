import { statement } from '../database/statement.ts';
import type { DeadLetterRow } from './dead-letters.ts';
import type { SendableRow } from './queries.ts';

export interface QueueRow {
  name: string;
  /** Due and not claimed. */
  waiting: number;
  active: number;
  delayed: number;
  /** Dead letters. */
  failed: number;
}

/** Counts the jobs, by queue. Each part uses one index. */
export const countQueues = statement<[], QueueRow>(
  'jobs.count_queues',
  `select queue as name,
          sum(waiting)::bigint as waiting,
          sum(active)::bigint as active,
          sum(delayed)::bigint as delayed,
          sum(failed)::bigint as failed
     from (select queue,
                  count(*) filter (where due_at <= now()) as waiting,
                  count(*) filter (where due_at > now()) as delayed,
                  0 as active,
                  0 as failed
             from jobs
            where state = 'waiting'
            group by queue
           union all
           select queue, 0, 0, count(*), 0
             from jobs
            where state = 'running'
            group by queue
           union all
           select queue, 0, 0, 0, count(*)
             from jobs
            where state = 'dead'
            group by queue) as parts
    group by queue
    order by queue`,
);

/** Returns dead jobs, newest first, before (failedAt, id) if given. */
export const listDeadJobs = statement<
  [beforeAt: string | null, beforeId: string | null, limit: number],
  DeadLetterRow
>(
  'jobs.list_dead',
  `select id, queue, name as job, event_id as "eventId", last_error as error, attempts,
          ended_at as "failedAt"
     from jobs
    where state = 'dead'
      and ($1::timestamptz is null or (ended_at, id) < ($1::timestamptz, $2::uuid))
    order by ended_at desc, id desc
    limit $3::int`,
);

/**
 * Gives dead letters all their attempts again. Null means all of them. They are marked as sent half a minute ago, so
 * that the rescue sends those that the caller does not.
 */
export const redriveJobs = statement<[ids: string[] | null], SendableRow>(
  'jobs.redrive',
  `update jobs
      set state = 'waiting',
          attempts = 0,
          rescues = 0,
          ended_at = null,
          sendings = sendings + 1,
          due_at = now() - interval '30 seconds',
          sent_at = now() - interval '30 seconds'
    where state = 'dead'
      and ($1::uuid[] is null or id = any($1::uuid[]))
   returning id, name, queue, lane, sendings, 0::double precision as "delayMs"`,
);

/**
 * Removes the errors of unfinished jobs about these orders, or about what else has one of these ids: a mail server repeats the
 * address that it refuses.
 */
export const forgetJobErrors = statement<
  [orderIds: readonly string[], otherIds: readonly string[]],
  never
>(
  'jobs.forget_errors',
  `update jobs
      set last_error = null
    where last_error is not null
      and (data ->> 'orderId' = any($1::text[])
           or coalesce(data ->> 'id', data ->> 'resetId') = any($2::text[]))`,
);

/**
 * Removes why jobs failed that have been dead letters for 90 days: a mail server's answer, for one, repeats the address.
 * The dead letters stay.
 */
export const purgeJobErrors = statement<[limit: number], { id: string }>(
  'jobs.purge_errors',
  `update jobs
      set last_error = null
    where id in (
      select id
        from jobs
       where state = 'dead'
         and ended_at < now() - interval '90 days'
         and last_error is not null
       limit $1::int)
   returning id`,
);
