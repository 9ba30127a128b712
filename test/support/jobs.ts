import type { Database } from '../../src/database/database.ts';
import { createPostgresQueue } from '../../src/drivers/queue/postgres/postgres-queue.ts';
import { createJobs, type Jobs } from '../../src/jobs/index.ts';

/** Writes jobs of these names, and does none of them: for a module that asks for work which others do. */
export function createTestJobs(database: Database, ...names: readonly string[]): Jobs {
  const onError = (error: unknown) => {
    throw error;
  };
  // Never started, so nobody is called at this address.
  const driver = createPostgresQueue({ url: 'postgres://nobody@127.0.0.1:1/none', onError });
  const jobs = createJobs({ database, driver, onError });
  jobs.define(
    names.map((name) => ({
      name,
      queue: 'test',
      attemptsMax: 1,
      retryDelayMs: () => 0,
      deadlineMs: 1_000,
      run: () => Promise.reject(new Error('nobody does it here')),
    })),
  );
  return jobs;
}
