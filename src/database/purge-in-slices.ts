import type { Queryable, Statement } from './statement.ts';

const SLICE_MAX = 1_000;

/** A statement that removes at most `limit` rows and returns a row for each. */
export type PurgeSlice = Statement<[limit: number], unknown>;

/** Runs a purging statement slice by slice, so that none takes long, until a slice is not full or the signal fires. */
export async function purgeInSlices(
  db: Queryable,
  purge: PurgeSlice,
  signal: AbortSignal,
): Promise<void> {
  for (let more = true; more && !signal.aborted; ) {
    more = (await purge(db, SLICE_MAX)).length === SLICE_MAX;
  }
}
