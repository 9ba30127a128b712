import { countRows, countRowsUpTo, getPosition, type LeafList, sliceRows } from '../leaf-list.ts';

/** Reads the leaves of a format after a position, at most `limit`. */
export type ReadLeaves = (format: number, after: number, limit: number) => Promise<LeafList>;

/** One pass over the rows of a log, in the order of positions. */
export interface RowCursor {
  /** Passes the rows up to a position to `take`, as the leaves of a format, in one list or several. */
  takeUpTo(position: number, format: number, take: (rows: LeafList) => void): Promise<void>;
  /** Leaves out the rows up to a position. */
  skipTo(position: number): void;
}

/** A bigint beneath all positions that the database assigns. */
export const START = -9e18;

/**
 * Creates a cursor that reads the next slice while the rows of one are taken, so that the database and this process
 * work at the same time. It keeps at most two slices in memory.
 */
export function createRowCursor(read: ReadLeaves, sliceMax: number): RowCursor {
  /** What was read and has not been taken. */
  let slice: LeafList = Buffer.alloc(0);
  let readUpTo = START;
  let takenUpTo = START;
  let sliceFormat = 0;
  let next: Promise<LeafList> | null = null;

  function startReading(): Promise<LeafList> {
    const reading = read(sliceFormat, readUpTo, sliceMax);
    // Its error is thrown where it is awaited, which may be never.
    reading.catch(() => {});
    return reading;
  }

  async function advance(): Promise<void> {
    slice = await (next ?? startReading());
    const count = countRows(slice);
    const isLast = count < sliceMax;
    readUpTo = isLast ? Number.POSITIVE_INFINITY : getPosition(slice, count - 1);
    next = isLast ? null : startReading();
  }

  function readAgainAfter(position: number): void {
    slice = sliceRows(slice, 0, 0);
    readUpTo = position;
    next = null;
  }

  function removeUpTo(position: number): LeafList {
    const count = countRowsUpTo(slice, position);
    const removed = sliceRows(slice, 0, count);
    slice = sliceRows(slice, count);
    takenUpTo = Math.max(takenUpTo, position);
    return removed;
  }

  return {
    async takeUpTo(position, format, take) {
      if (format !== sliceFormat) {
        sliceFormat = format;
        readAgainAfter(takenUpTo);
      }
      for (;;) {
        const rows = removeUpTo(position);
        if (rows.length > 0) take(rows);
        if (slice.length > 0 || readUpTo >= position) return;
        await advance();
      }
    },
    skipTo(position) {
      removeUpTo(position);
      if (slice.length === 0 && position > readUpTo) readAgainAfter(position);
    },
  };
}
