import { statement } from '../../../database/statement.ts';

/** The wrong proofs of an account in the last day. */
export interface FailuresRow {
  inHour: number;
  inDay: number;
  /** Until a minute has passed since the latest one; null without any. */
  minuteLeftMs: number | null;
  /** Until the oldest one is a day old; null without any. */
  dayLeftMs: number | null;
}

/** Called under the lock of the user. */
export const countFailures = statement<[userId: string], FailuresRow>(
  'accounts.count_factor_failures',
  `select count(*) filter (where failed_at > clock_timestamp() - interval '1 hour')::int as "inHour",
          count(*)::int as "inDay",
          extract(epoch from max(failed_at) + interval '1 minute' - clock_timestamp())::double precision
            * 1000 as "minuteLeftMs",
          extract(epoch from min(failed_at) + interval '1 day' - clock_timestamp())::double precision
            * 1000 as "dayLeftMs"
     from factor_failures
    where user_id = $1::uuid
      and failed_at > clock_timestamp() - interval '1 day'`,
);

/** Stores a failure, and no more than `max` of the last day; called under the lock of the user. */
export const insertFailure = statement<[id: string, userId: string, max: number], { id: string }>(
  'accounts.insert_factor_failure',
  `insert into factor_failures (id, user_id)
   select $1::uuid, $2::uuid
    where (select count(*)
             from factor_failures
            where user_id = $2::uuid
              and failed_at > clock_timestamp() - interval '1 day') < $3::int
   returning id`,
);

export const deleteFailures = statement<[userId: string], never>(
  'accounts.delete_factor_failures',
  `delete from factor_failures
    where user_id = $1::uuid`,
);

/** Deletes failures that no longer count. */
export const purgeFailures = statement<[limit: number], { id: string }>(
  'accounts.purge_factor_failures',
  `delete from factor_failures
    where id in (
      select id
        from factor_failures
       where failed_at < now() - interval '1 day'
       limit $1::int)
   returning id`,
);
