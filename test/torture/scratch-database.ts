import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, type Database } from '../../src/database/database.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/database/embedded/index.ts';
import { migrate } from '../../src/database/migrate.ts';

export interface ScratchDatabase {
  /** For whatever else belongs to the run. */
  readonly folder: string;
  readonly postgres: EmbeddedPostgres;
  readonly database: Database;
}

/** A migrated PostgreSQL of the run's own, with the settings of the product; goes with the stack. */
export async function startScratchDatabase(stack: AsyncDisposableStack): Promise<ScratchDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-torture-'));
  // Root's database runs as another account, which has to pass through.
  await chmod(folder, 0o711);
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const postgres = await startEmbeddedPostgres({
    dataDir: join(folder, 'database'),
    log: { info() {}, warn() {} },
  });
  stack.defer(() => postgres.stop());
  const database = createDatabase({ url: postgres.url, poolMax: 4, constraints: {} });
  stack.defer(() => database.close());
  await migrate(database);
  return { folder, postgres, database };
}
