import type { Database } from '../database.ts';
import { purgeInSlices } from '../purge-in-slices.ts';
import type { EncryptedTable } from './encrypted-table.ts';
import { retireUnusedKeys } from './queries.ts';
import { followKeys, listKeyIds, WAIT_MINUTES } from './registry.ts';

export interface EncryptedAnew {
  /** In how many rows, by what is encrypted. */
  readonly rows: Readonly<Record<string, number>>;
  /** Keys under which nothing is encrypted any more. They can be removed from ENCRYPTION_KEY. */
  readonly retiredIds: readonly string[];
  /** Whether all secrets are encrypted under the key that encrypts now. */
  readonly isWhole: boolean;
}

/**
 * Encrypts the secrets that are in clear or under a former key under the one that encrypts now, and retires former keys under
 * which there are none. Does nothing while no key is in force.
 */
export async function encryptAnew(
  database: Database,
  tables: readonly EncryptedTable[],
  signal: AbortSignal,
): Promise<EncryptedAnew> {
  await followKeys(database);
  const { currentId } = database.keyRing;
  if (currentId === null) return { rows: {}, retiredIds: [], isWhole: true };
  const rows: Record<string, number> = {};
  for (const { what, encryptAnew: encryptSlice } of tables) {
    const count = await purgeInSlices(database, encryptSlice, signal, 'empty');
    if (count > 0) rows[what] = count;
  }
  const inUse = [...(await listKeyIds(database, tables))];
  // Servers learn within a minute which key is in force, so by then none encrypts under a former one.
  const retired = await retireUnusedKeys(
    database,
    inUse.filter((id) => id !== null),
    WAIT_MINUTES,
  );
  return {
    rows,
    retiredIds: retired.map(({ id }) => id),
    isWhole: inUse.every((id) => id === currentId),
  };
}
