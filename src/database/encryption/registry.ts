import type { Database } from '../database.ts';
import type { Queryable } from '../statement.ts';
import type { EncryptedTable } from './encrypted-table.ts';
import { type KeyRing, MissingEncryptionKeyError } from './key-ring.ts';
import { listRegisteredKeys, lockRegistry, type RegisteredKeyRow, registerKey } from './queries.ts';

/** How long the servers have to be started with a new key before anything is encrypted under it. */
const WAIT_MINUTES = 60;

/**
 * Registers the first key of the ring if it is new, and lets the ring encrypt under the newest one that is in force. A new key
 * comes into force an hour later, when all servers should have it; at once if nothing is stored yet. Throws
 * `MissingEncryptionKeyError` if the ring lacks a key that is needed.
 */
export async function registerKeys(
  database: Database,
  tables: readonly EncryptedTable[],
): Promise<void> {
  await database.transaction(async (tx) => {
    const [, rows] = await Promise.all([lockRegistry(tx), listRegisteredKeys(tx)]);
    const inUse = await listKeyIds(tx, tables);
    requireKeys(database.keyRing, rows, inUse);
    const [first] = database.keyRing.ids;
    if (first === undefined) return;
    const isFresh = rows.length === 0 && inUse.size === 0;
    await registerKey(tx, first, isFresh ? 0 : WAIT_MINUTES);
  });
  await followKeys(database);
}

/**
 * Lets the ring encrypt under the newest key that is in force and that it has. Returns the keys that it lacks and that are in
 * force or will be.
 */
export async function followKeys(db: Queryable): Promise<readonly string[]> {
  const keys = (await listRegisteredKeys(db)).filter(({ retiredAt }) => retiredAt === null);
  const { keyRing } = db;
  const has = ({ id }: RegisteredKeyRow) => keyRing.ids.includes(id);
  keyRing.use(keys.find((key) => key.inForce && has(key))?.id ?? null);
  return keys.filter((key) => !has(key)).map(({ id }) => id);
}

/** Throws `MissingEncryptionKeyError` if the ring lacks a key that is needed. */
export async function requireEncryptionKeys(
  db: Queryable,
  tables: readonly EncryptedTable[],
): Promise<void> {
  requireKeys(db.keyRing, await listRegisteredKeys(db), await listKeyIds(db, tables));
}

function requireKeys(
  { ids }: KeyRing,
  registered: readonly RegisteredKeyRow[],
  inUse: ReadonlySet<string | null>,
): void {
  const inForce = registered.filter((key) => key.inForce && key.retiredAt === null);
  const needed = new Set([...inForce.map(({ id }) => id), ...inUse]);
  const missing = [...needed].filter((id) => id !== null && !ids.includes(id));
  if (missing.length > 0) throw new MissingEncryptionKeyError(missing as string[]);
}

/** Returns the ids of the keys that these tables need; null stands for secrets in clear. */
export async function listKeyIds(
  db: Queryable,
  tables: readonly EncryptedTable[],
): Promise<ReadonlySet<string | null>> {
  const ids = await Promise.all(tables.map((table) => table.listKeyIds(db)));
  return new Set(ids.flat());
}
