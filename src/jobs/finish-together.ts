import type { Transaction } from '../database/database.ts';
import type { RunningJob } from './job.ts';
import { finishJobs } from './queries.ts';

/** The last transaction in which the handler of an attempt marked its job done. */
const finishedIn = new WeakMap<object, Transaction>();

/**
 * Marks several jobs done in the transaction of their common effect. Returns the ids of those whose lease is still
 * valid. Call it before writing: effects of the others must not be written, because another worker has taken them over.
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

/** Returns whether the handler of an attempt marked its job done in a committed transaction. */
export function hasFinishedItself(job: Pick<RunningJob, 'id' | 'leaseToken'>): boolean {
  return finishedIn.get(job)?.isCommitted === true;
}
