import type { Transaction } from '../database/database.ts';
import type { RunningJob } from './job.ts';
import { finishJobs } from './queries.ts';

type FinishableJob = Pick<RunningJob, 'id' | 'leaseToken' | 'finishedIn'>;

/**
 * Finishes several jobs in the transaction of their common effect: their rows are deleted. Returns the ids of those whose
 * lease is still valid. Call it before writing: effects of the others must not be written, because another worker has taken them over.
 */
export async function finishJobsIn(
  tx: Transaction,
  jobs: readonly FinishableJob[],
): Promise<ReadonlySet<string>> {
  const finished = await finishJobs(
    tx,
    jobs.map(({ id }) => id),
    jobs.map(({ leaseToken }) => leaseToken),
  );
  const ids = new Set(finished.map(({ id }) => id));
  for (const job of jobs) if (ids.has(job.id)) job.finishedIn = tx;
  return ids;
}

/** Returns whether the handler of an attempt finished its job in a committed transaction. */
export function hasFinishedItself(job: FinishableJob): boolean {
  return job.finishedIn?.isCommitted === true;
}
