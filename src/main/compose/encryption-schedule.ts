import type { Database } from '../../database/database.ts';
import { encryptAnew } from '../../database/encryption/encrypt-anew.ts';
import type { Schedule } from '../../jobs/index.ts';
import type { DetailedLog } from '../../shared/log.ts';
import { encryptedTables } from '../tables/encrypted-tables.ts';

/** It looks into indexes only, unless there is something to do. */
const INTERVAL_MS = 5 * 60_000;

/** Returns the schedule that brings all secrets under the key that encrypts now. */
export function createEncryptionSchedule(
  database: Database,
  log: Pick<DetailedLog, 'info' | 'warn'>,
): Schedule {
  return {
    name: 'database.encrypt-anew',
    everyMs: INTERVAL_MS,
    async run(signal) {
      const { rows, retiredIds, isWhole } = await encryptAnew(database, encryptedTables, signal);
      if (Object.keys(rows).length > 0) log.info({ rows }, 'secrets were encrypted anew');
      else if (!isWhole && !signal.aborted) {
        log.warn(
          {},
          'some secrets are in clear or under a former key, and cannot be encrypted anew: they were altered, or ENCRYPTION_KEY lacks their key',
        );
      }
      if (retiredIds.length > 0) {
        log.info(
          { keys: retiredIds },
          'nothing is encrypted under former keys any more: remove them from ENCRYPTION_KEY',
        );
      }
    },
  };
}
