import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { createDatabase, type Database } from '../../src/database/database.ts';
import { migrate, migrationsDirectory } from '../../src/database/migrate.ts';
import { emptyDatabase } from './database.ts';
import { PATIENT_MS } from './patience.ts';

/** Opens a database of the version before a migration, with its owner. `migrate(database)` then upgrades it. */
export async function openOldDatabase(
  migration: number,
): Promise<{ readonly database: Database; readonly url: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  after(() => rm(folder, { recursive: true }));
  for (const name of await readdir(migrationsDirectory)) {
    if (Number(name.slice(0, 4)) < migration) {
      await copyFile(join(migrationsDirectory, name), join(folder, name));
    }
  }
  const { ownerUrl: url } = await emptyDatabase();
  const database = createDatabase({
    url,
    poolMax: 10,
    connectTimeoutMs: PATIENT_MS,
    statementTimeoutMs: PATIENT_MS,
    constraints: {},
  });
  after(() => database.close());
  await migrate(database, { directory: folder });
  return { database, url };
}
