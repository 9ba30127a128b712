import { statement } from '../../database/statement.ts';

/** The sentence that each invariant's view bears as its comment. */
export const findDescriptions = statement<[], { name: string; description: string | null }>(
  'operations.find_descriptions',
  `select relname as name, obj_description(oid, 'pg_class') as description
     from pg_class
    where relkind = 'v'
      and relnamespace = current_schema()::regnamespace
      and relname like 'inv\\_%'
    order by relname`,
);

export const ping = statement<[], { answer: number }>('operations.ping', 'select 1 as answer');

export interface DeadLetterRow {
  id: string;
  queue: string;
  job: string;
  eventId: string | null;
  error: string | null;
  attempts: number;
  failedAt: Date;
}

/**
 * Newest first, before (failedAt, id) when given: dead jobs, and events of payment providers that could not be applied.
 * Each part reads no more of its index than the page has.
 */
export const findDeadLetters = statement<
  [beforeAt: string | null, beforeId: string | null, limit: number],
  DeadLetterRow
>(
  'operations.find_dead_letters',
  `(select id, queue, name as job, event_id as "eventId", last_error as error, attempts, ended_at as "failedAt"
      from jobs
     where state = 'dead'
       and ($1::timestamptz is null or (ended_at, id) < ($1::timestamptz, $2::uuid))
     order by ended_at desc, id desc
     limit $3::int)
    union all
   (select id, 'payments', 'payments.apply-event', null, last_error, attempts, failed_at
      from provider_events
     where status = 'DEAD'
       and ($1::timestamptz is null or (failed_at, id) < ($1::timestamptz, $2::uuid))
     order by failed_at desc, id desc
     limit $3::int)
    order by "failedAt" desc, id desc
    limit $3::int`,
);
