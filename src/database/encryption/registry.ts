import type { Database } from '../database.ts';
import { type KeyRing, MissingEncryptionKeyError } from '../key-ring.ts';
import type { Queryable } from '../statement.ts';
import type { EncryptedTable } from './encrypted-table.ts';
import { listRegisteredKeys, lockRegistry, type RegisteredKeyRow, registerKey } from './queries.ts';

/** How long there is to start all servers with a new key before anything is encrypted under it. */
export const WAIT_MINUTES = 60;

/** What the registry says to a process. */
export interface KeyState {
  /** Keys that are in force, or will be, and that the process lacks. */
  readonly missingIds: readonly string[];
  /** The key that comes into force next. */
  readonly next: { readonly id: string; readonly encryptsFrom: Date } | null;
}

/**
 * Registers the first key of the ring if it is new, and lets the ring encrypt under the newest one that is in force. A new key
 * comes into force an hour later, when all servers should have it; at once if nothing is stored yet. Throws
 * `MissingEncryptionKeyError` if the ring lacks a key that is needed.
 */
export async function registerKeys(
  database: Database,
  tables: readonly EncryptedTable[],
): Promise<KeyState> {
  const { keyRing } = database;
  await database.transaction(async (tx) => {
    const [, registered] = await Promise.all([lockRegistry(tx), listRegisteredKeys(tx)]);
    const inUse = await listKeyIds(tx, tables);
    requireKeys(keyRing, registered, inUse);
    const [first] = keyRing.ids;
    if (first === undefined) return;
    const isFresh = registered.length === 0 && inUse.size === 0;
    await registerKey(tx, first, isFresh ? 0 : WAIT_MINUTES);
  });
  return followKeys(database);
}

/** Lets the ring encrypt under the newest key that is in force and that it has. */
export async function followKeys(db: Queryable): Promise<KeyState> {
  const { keyRing } = db;
  const keys = (await listRegisteredKeys(db)).filter(isNeeded);
  const has = ({ id }: RegisteredKeyRow) => keyRing.ids.includes(id);
  keyRing.use(keys.find((key) => key.inForce && has(key))?.id ?? null);
  return {
    missingIds: keys.filter((key) => !has(key)).map(({ id }) => id),
    next: keys.findLast((key) => !key.inForce) ?? null,
  };
}

/** As `followKeys`, for a process that registers none. Throws `MissingEncryptionKeyError` if the ring lacks a key that is needed. */
export async function adoptKeys(db: Queryable, tables: readonly EncryptedTable[]): Promise<void> {
  requireKeys(db.keyRing, await listRegisteredKeys(db), await listKeyIds(db, tables));
  await followKeys(db);
}

function requireKeys(
  { ids }: KeyRing,
  registered: readonly RegisteredKeyRow[],
  inUse: ReadonlySet<string | null>,
): void {
  const inForce = registered.filter((key) => key.inForce && isNeeded(key));
  const needed = new Set([...inForce.map(({ id }) => id), ...inUse]);
  const missingIds = [...needed].filter((id) => id !== null && !ids.includes(id)) as string[];
  if (missingIds.length > 0) throw new MissingEncryptionKeyError(missingIds);
}

function isNeeded({ retiredAt }: RegisteredKeyRow): boolean {
  return retiredAt === null;
}

/** Returns the ids of the keys under which secrets of these tables are encrypted; null stands for secrets in clear. */
export async function listKeyIds(
  db: Queryable,
  tables: readonly EncryptedTable[],
): Promise<ReadonlySet<string | null>> {
  const ids = [];
  for (const table of tables) ids.push(...(await table.listKeyIds(db)));
  return new Set(ids);
}
