import { newId } from '../shared/ids.ts';
import { buildJobRow, type Jobs } from './jobs.ts';
import { insertJobs } from './queries.ts';

/**
 * Creates what stores jobs of one queue in a process without workers and queue driver, such as a command. The rescue of a
 * server starts them within a minute.
 */
export function createStoredJobs(queue: string): Jobs {
  return {
    async add(tx, jobs) {
      if (jobs.length === 0) return;
      const rows = jobs.map((job) => buildJobRow(job, queue, null));
      await insertJobs(tx, JSON.stringify(rows), newId());
    },
    async send() {},
  };
}
