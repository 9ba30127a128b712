import type { Transaction } from '../database.ts';
import type { Queryable } from '../statement.ts';
import type { EncryptedTable } from './encrypted-table.ts';
import { listRegisteredKeys, retireKey } from './queries.ts';

/** In how many rows secrets are encrypted under a key, by what they are. */
export type KeyUse = Readonly<Record<string, number>>;

/** Returns what is encrypted under a key; null if there is no such key. */
export async function countKeyUse(
  db: Queryable,
  tables: readonly EncryptedTable[],
  keyId: string,
): Promise<KeyUse | null> {
  const use: Record<string, number> = {};
  for (const table of tables) use[table.what] = await table.countUnder(db, keyId);
  const isRegistered = (await listRegisteredKeys(db)).some(({ id }) => id === keyId);
  const isUsed = Object.values(use).some((count) => count > 0);
  return isRegistered || isUsed ? use : null;
}

/** Gives up what is encrypted under a key that is lost, so that servers start without it. Returns what that was. */
export async function forgetKey(
  tx: Transaction,
  tables: readonly EncryptedTable[],
  keyId: string,
): Promise<KeyUse> {
  const use: Record<string, number> = {};
  for (const table of tables) use[table.what] = await table.forget(tx, keyId);
  await retireKey(tx, keyId);
  return use;
}
