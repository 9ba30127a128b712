import { randomBytes } from 'node:crypto';
import type { Queryable } from '../database/statement.ts';
import { destroyKeys, findPersonalKeys, insertPersonalKeys } from './queries.ts';

const KEY_BYTES = 32;

/** Keys by the id of their person. Null: it was destroyed. */
export type PersonalKeys = ReadonlyMap<string, Buffer | null>;

export const noKeys: PersonalKeys = new Map();

/** Returns the keys of people, and makes those that do not exist yet. A key that was destroyed is not made again. */
export async function ensurePersonalKeys(
  db: Queryable,
  personIds: readonly string[],
): Promise<PersonalKeys> {
  if (personIds.length === 0) return noKeys;
  // Sorted, so that two transactions that make keys of the same people wait for each other in one order.
  const wanted = [...new Set(personIds)].sort();
  const known = await findKeys(db, wanted);
  const missing = wanted.filter((id) => !known.has(id));
  if (missing.length === 0) return known;
  await insertPersonalKeys(
    db,
    missing,
    missing.map(() => toBytea(randomBytes(KEY_BYTES))),
  );
  // Read again: another transaction may have made one of them first.
  return new Map([...known, ...(await findKeys(db, missing))]);
}

/**
 * Destroys the keys of people, so that nobody can read any more what is stored under them. What is said of these people
 * later is not kept either.
 */
export async function destroyPersonalKeys(
  db: Queryable,
  personIds: readonly string[],
): Promise<void> {
  await destroyKeys(db, personIds);
}

async function findKeys(db: Queryable, personIds: readonly string[]) {
  const rows = await findPersonalKeys(db, personIds);
  return new Map(rows.map(({ personId, key }) => [personId, key]));
}

/** Returns the text form of a `bytea`. Source: PostgreSQL, "bytea Hex Format". */
export function toBytea(bytes: Buffer): string {
  return `\\x${bytes.toString('hex')}`;
}
