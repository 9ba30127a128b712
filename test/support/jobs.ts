import type { Database } from '../../src/database/database.ts';
import { createPostgresQueue } from '../../src/drivers/queue/postgres/postgres-queue.ts';
import { createJobs, type Jobs } from '../../src/jobs/index.ts';

/** Creates jobs of these names without doing them, for a module that requests work done by others. */
export function createTestJobs(database: Database, ...names: readonly string[]): Jobs {
  const onError = (error: unknown) => {
    throw error;
  };
  // Never started, so this address is never used.
  const driver = createPostgresQueue({ url: 'postgres://nobody@127.0.0.1:1/none', onError });
  const jobs = createJobs({ database, driver, onError });
  jobs.define(
    names.map((name) => ({
      name,
      queue: 'test',
      attemptsMax: 1,
      retryDelayMs: () => 0,
      deadlineMs: 1_000,
      run: () => Promise.reject(new Error('jobs are not done here')),
    })),
  );
  return jobs;
}
