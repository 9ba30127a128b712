import { randomBytes } from 'node:crypto';
import type { Database } from '../../../src/database/database.ts';
import { registerKeys } from '../../../src/database/encryption/registry.ts';
import { createKeyRing } from '../../../src/database/key-ring.ts';
import { encryptedTables } from '../../../src/main/tables/encrypted-tables.ts';
import { openWithKeys } from '../../support/encryption-key.ts';
import { query } from '../../support/until.ts';

export const [KEY_A, KEY_B, KEY_C] = Array.from({ length: 3 }, () =>
  randomBytes(48).toString('base64'),
) as [string, string, string];
export const [ID_A, ID_B, ID_C] = createKeyRing([KEY_A, KEY_B, KEY_C]).ids as [
  string,
  string,
  string,
];

/** Opens a database as a server with these keys, before its start. */
export const openWith = (url: string, ...keys: readonly string[]) => openWithKeys(url, keys);

/** Opens a database as a server with these keys that has started. */
export async function startWith(url: string, ...keys: readonly string[]): Promise<Database> {
  const database = openWith(url, ...keys);
  await registerKeys(database, encryptedTables);
  return database;
}

/** Lets an hour and a minute pass for the registry. */
export async function passAnHour(url: string): Promise<void> {
  await query(
    url,
    `update encryption_keys set encrypts_from = encrypts_from - interval '61 minutes'`,
  );
}

export interface RegisteredKey {
  readonly id: string;
  readonly waits: number;
  readonly retired: boolean;
}

/** Returns the keys by the time from which on they encrypt, with the minutes until then. */
export async function listKeys(url: string): Promise<RegisteredKey[]> {
  const rows = await query(
    url,
    `select id, greatest(0, round(extract(epoch from encrypts_from - now()) / 60))::int as waits,
            retired_at is not null as retired
       from encryption_keys
      order by encrypts_from`,
  );
  return rows as unknown as RegisteredKey[];
}
