import type { Transaction } from '../database/database.ts';
import type { RunningJob } from './job.ts';
import { finishJobs } from './queries.ts';

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
  return new Set(finished.map(({ id }) => id));
}
