import type { JobDefinition } from '../../src/jobs/index.ts';
import { exponentialBackoff } from '../../src/shared/background/backoff.ts';

/** A kind of job that fails fast and comes again soon. */
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
