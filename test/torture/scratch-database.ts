import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, type Database } from '../../src/database/database.ts';
import {
  type EmbeddedPostgres,
  RUNTIME_ROLE,
  startEmbeddedPostgres,
} from '../../src/database/embedded/index.ts';
import { migrate } from '../../src/database/migrate.ts';

export interface ScratchDatabase {
  /** For everything else that belongs to the run. */
  readonly folder: string;
  readonly postgres: EmbeddedPostgres;
  readonly database: Database;
}

/** Starts a migrated PostgreSQL for this run with the settings of the product. It ends with the stack. */
export async function startScratchDatabase(stack: AsyncDisposableStack): Promise<ScratchDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-torture-'));
  // Under root the database runs as another account, which must be able to traverse this directory.
  await chmod(folder, 0o711);
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const postgres = await startEmbeddedPostgres({
    dataDir: join(folder, 'database'),
    log: { info() {}, warn() {} },
  });
  stack.defer(() => postgres.stop());
  const database = createDatabase({ url: postgres.url, poolMax: 4, constraints: {} });
  stack.defer(() => database.close());
  const owner = createDatabase({ url: postgres.ownerUrl, poolMax: 1, constraints: {} });
  stack.defer(() => owner.close());
  await migrate(owner, { grantTo: RUNTIME_ROLE });
  return { folder, postgres, database };
}
