/** Where each part of an entry starts: position (64 bits, big-endian), id, leaf. */
const ID_AT = 8;
const LEAF_AT = 24;
const ENTRY_BYTES = 56;

/**
 * The rows of a range of a log as one sequence of bytes: for each row, by position, its position, its id and its leaf. Equal rows
 * have equal lists.
 */
export type LeafList = Buffer;

/** One row of a list. */
export interface ListedRow {
  readonly position: number;
  readonly id: string;
  /** SHA-256 of the row, in hexadecimal. */
  readonly leaf: string;
}

export function countRows(list: LeafList): number {
  return list.length / ENTRY_BYTES;
}

/** Returns the position of a row, by its index from 0. */
export function getPosition(list: LeafList, index: number): number {
  return Number(list.readBigInt64BE(index * ENTRY_BYTES));
}

/** Returns a view of the leaf of a row, by its index from 0. */
export function getLeaf(list: LeafList, index: number): Buffer {
  return list.subarray(index * ENTRY_BYTES + LEAF_AT, (index + 1) * ENTRY_BYTES);
}

/** Returns the rows of a list. Throws RangeError if it is none. */
export function unpackRows(list: LeafList): ListedRow[] {
  if (list.length % ENTRY_BYTES !== 0) throw new RangeError('not a list of leaves');
  return Array.from({ length: countRows(list) }, (_, index) => {
    const id = list.toString('hex', index * ENTRY_BYTES + ID_AT, index * ENTRY_BYTES + LEAF_AT);
    return {
      position: getPosition(list, index),
      id: id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
      leaf: getLeaf(list, index).toString('hex'),
    };
  });
}

/** Returns a view of the rows from one index up to another one, which is excluded. */
export function sliceRows(list: LeafList, from: number, to: number = countRows(list)): LeafList {
  return list.subarray(from * ENTRY_BYTES, to * ENTRY_BYTES);
}

/** Returns how many rows are at a position or before it. */
export function countRowsUpTo(list: LeafList, position: number): number {
  let [low, high] = [0, countRows(list)];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (getPosition(list, middle) <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}
