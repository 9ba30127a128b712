import { createRecurringTask, type RecurringTask } from '../../shared/background/recurring-task.ts';
import type { DetailedLog } from '../../shared/log.ts';
import type { Queryable } from '../statement.ts';
import { followKeys } from './registry.ts';

const INTERVAL_MS = 60_000;

export interface KeyFollowingOptions {
  readonly database: Queryable;
  readonly log: Pick<DetailedLog, 'error'>;
  readonly onError: (error: unknown) => void;
}

/** Creates the task by which a process learns which key encrypts now, and says once which it lacks. */
export function createKeyFollowing({ database, log, onError }: KeyFollowingOptions): RecurringTask {
  let reported = '';
  return createRecurringTask({
    async work() {
      const { missingIds } = await followKeys(database);
      const missing = missingIds.join(', ');
      if (missing !== '' && missing !== reported) {
        log.error(
          { keys: missingIds },
          'ENCRYPTION_KEY lacks keys under which other servers encrypt secrets, or soon will: this server cannot read them then',
        );
      }
      reported = missing;
      return INTERVAL_MS;
    },
    firstWaitMs: INTERVAL_MS,
    retryMs: INTERVAL_MS,
    onError,
  });
}
