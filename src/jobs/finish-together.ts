import type { Transaction } from '../database/database.ts';
import type { RunningJob } from './job.ts';
import { finishJobs } from './queries.ts';

/** In which transaction a try's handler has marked its job done last. */
const finishedIn = new WeakMap<object, Transaction>();

/**
 * Marks several jobs done in the transaction of their common effect. Gives the ids of those that are still held: what
 * belongs to any other must not be written, since another worker has taken it over. Ask before writing.
 */
export async function finishJobsIn(
  tx: Transaction,
  jobs: readonly Pick<RunningJob, 'id' | 'leaseToken'>[],
): Promise<ReadonlySet<string>> {
  const finished = await finishJobs(
    tx,
    jobs.map(({ id }) => id),
    jobs.map(({ leaseToken }) => leaseToken),
  );
  const ids = new Set(finished.map(({ id }) => id));
  for (const job of jobs) if (ids.has(job.id)) finishedIn.set(job, tx);
  return ids;
}

/** Whether the handler of a try has marked its job done, in a transaction that was committed. */
export function hasFinishedItself(job: Pick<RunningJob, 'id' | 'leaseToken'>): boolean {
  return finishedIn.get(job)?.isCommitted === true;
}
