import type { Database } from '../database/database.ts';
import { type PurgeSlice, purgeInSlices } from '../database/purge-in-slices.ts';
import type { Schedule } from './schedules.ts';

/** Creates a schedule that removes expired rows, one purge after the other. */
export function createPurgeSchedule(
  database: Database,
  options: Pick<Schedule, 'name' | 'everyMs'> & { readonly purges: readonly PurgeSlice[] },
): Schedule {
  const { name, everyMs, purges } = options;
  return {
    name,
    everyMs,
    async run(signal) {
      for (const purge of purges) await purgeInSlices(database, purge, signal);
    },
  };
}
