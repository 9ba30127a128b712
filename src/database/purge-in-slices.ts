import { pause } from '../shared/pause.ts';
import type { Database } from './database.ts';

const SLICE_MAX = 1_000;

/**
 * Removes at most `limit` rows, or clears what is personal in them, and returns a row for each. Finds nothing again that
 * it has done, so a run that was interrupted is continued by the next one. Mostly a statement.
 */
export type PurgeSlice = (db: Database, limit: number) => Promise<readonly unknown[]>;

/**
 * Purges slice by slice, so that none takes long, until a slice is not full or the signal fires. Rests after each full
 * slice as long as that took, so a backlog of years leaves the database half of the time. Returns the number of rows.
 */
export async function purgeInSlices(
  database: Database,
  purge: PurgeSlice,
  signal: AbortSignal,
): Promise<number> {
  let count = 0;
  while (!signal.aborted) {
    const startedAt = performance.now();
    const { length } = await purge(database, SLICE_MAX);
    count += length;
    if (length < SLICE_MAX) break;
    await pause(performance.now() - startedAt, { signal });
  }
  return count;
}
