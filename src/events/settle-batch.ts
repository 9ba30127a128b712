/**
 * The rows with which a reader may go on: those up to the first gap that can still fill. `rows` are what the log showed
 * after the position `after`, in their order; no gap at or below `settledUpTo` will ever fill.
 */
export function settleBatch<Row extends { readonly position: number }>(
  after: number,
  rows: readonly Row[],
  settledUpTo: number,
): readonly Row[] {
  let last = after;
  let count = 0;
  for (const { position } of rows) {
    // The gap before this row ends one below it.
    if (position !== last + 1 && position - 1 > settledUpTo) break;
    last = position;
    count += 1;
  }
  return count === rows.length ? rows : rows.slice(0, count);
}

/** A place in the log below which some positions are missing, and who was writing when it was seen. */
export interface Watch {
  /** Positions are given in order, so all below it had been given to one of `writers`, or to somebody who had ended. */
  readonly upTo: number;
  readonly writers: ReadonlySet<string>;
}

/** Whether all that were writing have ended: what is missing from a snapshot taken from now on was rolled back. */
export function hasEnded(watch: Watch, writingNow: readonly string[]): boolean {
  return !writingNow.some((writer) => watch.writers.has(writer));
}
