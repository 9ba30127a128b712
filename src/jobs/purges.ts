import type { Database } from '../database/database.ts';
import { type PurgeSlice, purgeInSlices } from '../database/purge-in-slices.ts';
import type { DetailedLog } from '../shared/log.ts';
import { createLabelledTally, type Tally } from '../shared/tally.ts';
import type { Schedule } from './schedules.ts';

/** What goes when its time is over, together. */
export interface Purge extends Pick<Schedule, 'name' | 'everyMs'> {
  /** By what it removes, as metrics and the log name it, in this order. No two purges have a name in common. */
  readonly slices: Readonly<Record<string, PurgeSlice>>;
}

export interface PurgesOptions {
  readonly database: Database;
  readonly purges: readonly Purge[];
  /** Receives what each run removed, unless it removed nothing. */
  readonly log: Pick<DetailedLog, 'info'>;
}

/** Creates the schedules of all purges, and the metric that counts what they remove. */
export function createPurges({ database, purges, log }: PurgesOptions): {
  readonly schedules: readonly Schedule[];
  readonly tally: Tally;
} {
  const tally = createLabelledTally({
    name: 'purged_rows_total',
    help: 'Rows whose time was over, and which were deleted or cleared of personal data.',
    label: 'rows',
    values: purges.flatMap(({ slices }) => Object.keys(slices)),
  });
  const schedules = purges.map(
    ({ name, everyMs, slices }): Schedule => ({
      name,
      everyMs,
      async run(signal) {
        const removed: Record<string, number> = {};
        try {
          for (const [rows, slice] of Object.entries(slices)) {
            const count = await purgeInSlices(database, slice, signal);
            if (count === 0) continue;
            removed[rows] = count;
            tally.counts[rows]! += count;
          }
        } finally {
          if (Object.keys(removed).length > 0) {
            log.info({ schedule: name, removed }, 'rows whose time was over were removed');
          }
        }
      },
    }),
  );
  return { schedules, tally };
}
