import type { Queryable } from '../database/statement.ts';
import type { LeafList } from './leaf-list.ts';
import { findNewestSeals, findSealLeaves, findSeals, readLeaves, type SealRow } from './queries.ts';
import type { LogName, Seal } from './seal.ts';

/** Returns the stored seals after a number, oldest first. */
export async function listSeals(db: Queryable, after: number, limit: number): Promise<Seal[]> {
  return (await findSeals(db, after, limit)).map(toSeal);
}

/** Returns the stored seals before a number, newest first. Default: the newest. */
export async function listNewestSeals(
  db: Queryable,
  limit: number,
  before = Number.MAX_SAFE_INTEGER,
): Promise<Seal[]> {
  return (await findNewestSeals(db, before, limit)).map(toSeal);
}

/** Returns the list of rows that was stored with a seal, which its root proves; null if there is no such seal. */
export async function findSealedRows(db: Queryable, number: number): Promise<LeafList | null> {
  const [row] = await findSealLeaves(db, number);
  return row?.leaves ?? null;
}

/** Which rows of a log are read. */
export interface RowRange {
  readonly format: number;
  readonly log: LogName;
  /** The position before the first row. */
  readonly after: number;
  readonly upTo: number;
  /** At most so many rows, the first ones. */
  readonly limit: number;
}

/** Returns the list of rows as they are now, empty if there are none. Throws RangeError for a format that this version does not know. */
export async function readRows(
  db: Queryable,
  { format, log, after, upTo, limit }: RowRange,
): Promise<LeafList> {
  const read = readLeaves[format]?.[log];
  if (read === undefined) throw new RangeError(`the format ${format} of seals is unknown`);
  const [found] = await read(db, after, upTo, limit);
  return found!.leaves ?? Buffer.alloc(0);
}

export function toSeal({ at, ...row }: SealRow): Seal {
  return { ...row, at: at.toISOString() };
}
