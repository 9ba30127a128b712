import { randomBytes } from 'node:crypto';
import { type KeyRing, type SecretPlace, unlessAltered } from '../database/key-ring.ts';
import type { Queryable } from '../database/statement.ts';
import { destroyKeys, findPersonalKeys, insertPersonalKeys } from './queries.ts';

const KEY_BYTES = 32;

/** Keys by the id of their person. Null: it was destroyed. */
export type PersonalKeys = ReadonlyMap<string, Buffer | null>;

export const noKeys: PersonalKeys = new Map();

/** The key of a person as another statement reads it, by `selectPersonalKey`. */
export interface StoredPersonalKey {
  readonly personId: string;
  /** In hexadecimal. */
  readonly key: string;
  readonly keyId: string | null;
}

/**
 * Returns an expression of the key of one person, which is null if there is none, or it was destroyed. `condition`: on the columns
 * of `personal_keys`.
 */
export function selectPersonalKey(condition: string): string {
  return `(select json_build_object('personId', person_id, 'key', encode(key, 'hex'), 'keyId', key_id)
             from personal_keys
            where key is not null
              and ${condition})`;
}

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
  const made = missing.map((id) => db.keyRing.encrypt(toKeyPlace(id), randomBytes(KEY_BYTES)));
  await insertPersonalKeys(
    db,
    missing,
    made.map(({ value }) => toBytea(value)),
    made.map(({ keyId }) => keyId),
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
  return new Map(
    rows.map(({ personId, key, keyId }) => [
      personId,
      key && db.keyRing.decrypt(toKeyPlace(personId), { value: key, keyId }),
    ]),
  );
}

/**
 * Returns a key for reading; null if there is none, it was destroyed, or the row was altered. Throws
 * `MissingEncryptionKeyError`: what cannot be read now must not look as if it had been erased.
 */
export function openPersonalKey(keyRing: KeyRing, stored: StoredPersonalKey | null): Buffer | null {
  if (stored === null) return null;
  const { personId, key, keyId } = stored;
  const value = Buffer.from(key, 'hex');
  return unlessAltered(() => keyRing.decrypt(toKeyPlace(personId), { value, keyId }));
}

/** Returns where the key of a person is stored. */
export function toKeyPlace(personId: string): SecretPlace {
  return { table: 'personal_keys', id: personId };
}

/** Returns the text form of a `bytea`. Source: PostgreSQL, "bytea Hex Format". */
export function toBytea(bytes: Buffer): string {
  return `\\x${bytes.toString('hex')}`;
}
