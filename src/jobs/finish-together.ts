import type { Transaction } from '../database/database.ts';
import type { RunningJob } from './job.ts';
import { finishJobs } from './queries.ts';

/** The tries whose handlers have marked their jobs done themselves. */
const finishedTries = new WeakSet<object>();

/**
 * Marks several jobs done in the transaction of their common effect. Gives the ids of those that are still held: what
 * belongs to any other must not be written, since another worker has taken it over. Ask before writing.
 */
export async function finishTogether(
  tx: Transaction,
  jobs: readonly Pick<RunningJob, 'id' | 'leaseToken'>[],
): Promise<ReadonlySet<string>> {
  const finished = await finishJobs(
    tx,
    jobs.map(({ id }) => id),
    jobs.map(({ leaseToken }) => leaseToken),
  );
  const ids = new Set(finished.map(({ id }) => id));
  for (const job of jobs) if (ids.has(job.id)) finishedTries.add(job);
  return ids;
}

/**
 * Whether a handler that has ended without a throw has marked its job done. Should its transaction have been rolled back
 * all the same, the lease ends and the job comes again.
 */
export function finishedItself(job: Pick<RunningJob, 'id' | 'leaseToken'>): boolean {
  return finishedTries.has(job);
}
