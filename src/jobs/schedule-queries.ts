import { statement } from '../database/statement.ts';

export interface ScheduleRunRow {
  isClaimed: boolean;
  /** The time until the next run is due. */
  waitMs: number;
}

/**
 * Claims the next run of a schedule if it is due by the database's clock. One server succeeds. A new schedule runs at
 * once or after one interval.
 */
export const claimScheduleRun = statement<
  [name: string, everyMs: number, runsAtStart: boolean],
  ScheduleRunRow
>(
  'jobs.take_turn',
  `with known as (
     select started_at from schedules where name = $1::text),
   taken as (
     insert into schedules as schedule (name, started_at)
     values ($1::text, now())
     on conflict (name) do update
       set started_at = now(),
           ended_at = null
       where schedule.started_at <= now() - $2::double precision * interval '1 millisecond'
     returning name)
   select exists (select from taken) and ($3::boolean or exists (select from known)) as "isClaimed",
          case when exists (select from taken) then $2::double precision
               else extract(epoch from (select started_at from known) - now())::double precision * 1000
                    + $2::double precision end as "waitMs"`,
);

export const endScheduleRun = statement<[name: string, error: string | null], never>(
  'jobs.end_turn',
  `update schedules
      set ended_at = now(),
          last_error = $2::text
    where name = $1::text`,
);

/** Stores the result of a schedule's last run: small JSON, the same on every server. */
export const storeReport = statement<[name: string, report: string], never>(
  'jobs.keep_report',
  `insert into schedules (name, report)
   values ($1::text, $2::jsonb)
   on conflict (name) do update
     set report = excluded.report`,
);

export const findReport = statement<[name: string], { report: unknown }>(
  'jobs.find_report',
  `select report
     from schedules
    where name = $1::text
      and report is not null`,
);
