import type { JobDefinition } from '../../src/jobs/index.ts';
import { exponentialBackoff } from '../../src/shared/background/backoff.ts';

/** Returns a definition of jobs that time out fast and are retried soon. */
export function buildDefinition(
  changes: Partial<JobDefinition> & Pick<JobDefinition, 'run'>,
): JobDefinition {
  return {
    name: 'test.work',
    queue: 'test',
    attemptsMax: 5,
    retryDelayMs: exponentialBackoff({ baseMs: 10 }),
    deadlineMs: 20_000,
    ...changes,
  };
}
