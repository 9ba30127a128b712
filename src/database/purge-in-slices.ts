import { pause } from '../shared/pause.ts';
import type { Database } from './database.ts';

const SLICE_MAX = 1_000;

/**
 * Removes at most `limit` rows, or clears what is personal in them, and returns a row for each. Finds nothing again that
 * it has done, so a run that was interrupted is continued by the next one. Mostly a statement.
 */
export type PurgeSlice = (db: Database, limit: number) => Promise<readonly unknown[]>;

/** After which slice a run is done. `empty`: of a purge that may leave out rows which it finds again, so that few are none. */
export type LastSlice = 'not-full' | 'empty';

/**
 * Purges slice by slice, so that none takes long, until one is the last or the signal fires. Rests after each other
 * slice as long as that took, so a backlog of years leaves the database half of the time. Returns the number of rows.
 */
export async function purgeInSlices(
  database: Database,
  purge: PurgeSlice,
  signal: AbortSignal,
  lastSlice: LastSlice = 'not-full',
): Promise<number> {
  const least = lastSlice === 'empty' ? 1 : SLICE_MAX;
  let count = 0;
  while (!signal.aborted) {
    const startedAt = performance.now();
    const { length } = await purge(database, SLICE_MAX);
    count += length;
    if (length < least) break;
    await pause(performance.now() - startedAt, { signal });
  }
  return count;
}
