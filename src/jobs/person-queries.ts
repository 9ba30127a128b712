import { statement } from '../database/statement.ts';

export interface JobOfPersonRow {
  id: string;
  name: string;
  queue: string;
  state: string;
  data: Record<string, unknown>;
  attempts: number;
  dueAt: Date;
  createdAt: Date;
  endedAt: Date | null;
}

/** Returns jobs about these orders, or about what else has one of these ids, after a job. Jobs have no data but ids. */
export const findJobsAbout = statement<
  [orderIds: readonly string[], otherIds: readonly string[], after: string | null, limit: number],
  JobOfPersonRow
>(
  'jobs.find_about',
  `select id, name, queue, state, data, attempts, due_at as "dueAt", created_at as "createdAt",
          ended_at as "endedAt"
     from jobs
    where (data ->> 'orderId' = any($1::text[])
           or coalesce(data ->> 'id', data ->> 'resetId') = any($2::text[]))
      and ($3::uuid is null or id > $3::uuid)
    order by id
    limit $4::int`,
);
