import { randomBytes } from 'node:crypto';
import type { Database } from '../../../database/database.ts';
import { migrate } from '../../../database/migrate.ts';
import { type Catalog, createCatalog } from '../../../modules/catalog/index.ts';
import { openStock } from '../../../modules/inventory/index.ts';
import { createCursors } from '../../../shared/pagination.ts';
import type { Config } from '../../config/config.ts';
import { loadConfig } from '../../config/read-config.ts';
import { createCommandLogger } from '../../start/logger.ts';
import { openDatabase } from '../../start/open-database.ts';

export interface CommandParts {
  readonly config: Config;
  readonly database: Database;
  readonly catalog: Catalog;
}

export interface NewDatabaseOption {
  /** Make an embedded database when there is none. */
  readonly new?: boolean | undefined;
}

export interface CommandNeeds extends NewDatabaseOption {
  /** Bring the schema to this version first, so that a command can come before the first start. */
  readonly migrated: boolean;
}

/** Runs a command's work on the configured database and closes it afterwards. */
export async function withDatabase<T>(
  needs: CommandNeeds,
  work: (parts: CommandParts) => Promise<T>,
): Promise<T> {
  const config = loadConfig();
  const log = createCommandLogger();
  const mayMake = needs.new ?? false;
  await using opened = await openDatabase(config, log, { mayMake });
  const { database, isNew } = opened;
  if (needs.migrated || isNew) await migrate(database, { log });
  // A command hands out no cursors, so their secret need not be anybody else's.
  const cursors = createCursors(randomBytes(32).toString('base64'));
  const { api: catalog } = createCatalog({
    database,
    cursors,
    currency: config.currency,
    openStock,
  });
  // Awaited here, so that the database is closed after the work and not during it.
  return await work({ config, database, catalog });
}
