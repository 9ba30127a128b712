/**
 * Returns the rows that a reader may process: those up to the first gap that can still be filled. `rows` are the
 * visible events after the position `after`, in order. No gap at or below `settledUpTo` will ever be filled.
 */
export function settleBatch<Row extends { readonly position: number }>(
  after: number,
  rows: readonly Row[],
  settledUpTo: number,
): readonly Row[] {
  let last = after;
  let count = 0;
  for (const { position } of rows) {
    // A gap before this row ends one position below it.
    if (position !== last + 1 && position - 1 > settledUpTo) break;
    last = position;
    count += 1;
  }
  return count === rows.length ? rows : rows.slice(0, count);
}

/** A position in the log with gaps before it, and the transactions that were writing when it was read. */
export interface Watch {
  /** Positions are assigned in order, so each one below was assigned to one of `writers` or to an ended transaction. */
  readonly upTo: number;
  readonly writers: ReadonlySet<string>;
}

/**
 * Returns whether all these writers have ended: positions missing from a snapshot taken from now on were rolled back.
 */
export function hasEnded(watch: Pick<Watch, 'writers'>, writingNow: readonly string[]): boolean {
  return !writingNow.some((writer) => watch.writers.has(writer));
}
