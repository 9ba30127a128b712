import type { Queryable, Statement } from './statement.ts';

const SLICE_MAX = 1_000;

/** Removes at most `limit` rows, and gives a row for each that it removed. */
export type PurgeSlice = Statement<[limit: number], unknown>;

/**
 * Removes what a purging statement finds, slice after slice, so that none runs long, until a slice is not full or the
 * signal fires.
 */
export async function purgeInSlices(
  db: Queryable,
  purge: PurgeSlice,
  signal: AbortSignal,
): Promise<void> {
  for (let more = true; more && !signal.aborted; ) {
    more = (await purge(db, SLICE_MAX)).length === SLICE_MAX;
  }
}
