import { randomBytes } from 'node:crypto';
import type { Database } from '../../../database/database.ts';
import { adoptKeys } from '../../../database/encryption/registry.ts';
import { type Catalog, createCatalog } from '../../../modules/catalog/index.ts';
import { openStock } from '../../../modules/inventory/index.ts';
import type { Log } from '../../../shared/log.ts';
import { createCursors } from '../../../shared/pagination.ts';
import type { Config } from '../../config/config.ts';
import { loadConfig } from '../../config/read-config.ts';
import { createCommandLogger } from '../../start/logger.ts';
import { grantRuntime, migrateSchema, openSchema } from '../../start/migrate-schema.ts';
import { type OpenDatabase, openDatabase } from '../../start/open-database.ts';
import { encryptedTables } from '../../tables/encrypted-tables.ts';

export interface CommandParts {
  readonly config: Config;
  readonly database: Database;
  readonly catalog: Catalog;
}

export interface NewDatabaseOption {
  /** Create an embedded database if there is none. */
  readonly new?: boolean | undefined;
}

export interface CommandNeeds extends NewDatabaseOption {
  /** The command has no option --new: of a new database there is nothing to tell. */
  readonly existing?: boolean;
  /** Migrate first, so that the command also works before the first start. */
  readonly migrated: boolean;
  /** Read or write secrets, or what is stored of people: not without the keys under which that is encrypted. */
  readonly secrets?: boolean;
}

/** Runs a command's work on the configured database and closes it afterwards. */
export async function withDatabase<T>(
  needs: CommandNeeds,
  work: (parts: CommandParts) => Promise<T>,
): Promise<T> {
  const config = loadConfig();
  const log = createCommandLogger();
  const ifMissing = needs.existing ? 'refuse' : 'suggest --new';
  await using opened = await openDatabase(config, log, {
    ifMissing: needs.new ? 'create' : ifMissing,
  });
  const { database } = opened;
  if (needs.migrated || opened.isNew) await migrateOnce(config, opened, log);
  else if (config.database.kind === 'embedded') await grantOnce(config, opened, log);
  if (needs.secrets) await adoptKeys(database, encryptedTables);
  // A command gives no cursors to clients, so their secret need not be shared.
  const cursors = createCursors(randomBytes(32).toString('base64'));
  const { api: catalog } = createCatalog({
    database,
    cursors,
    currency: config.currency,
    openStock,
  });
  // Awaited, so that the database is closed after the work and not during it.
  return await work({ config, database, catalog });
}

async function migrateOnce(config: Config, opened: OpenDatabase, log: Log): Promise<void> {
  await using schema = await openSchema(config, opened.database, opened.migrationUrl, log);
  await migrateSchema(config, schema, log);
}

/** A data folder of an earlier version has no runtime role until now, so its tables grant it nothing yet. */
async function grantOnce(config: Config, opened: OpenDatabase, log: Log): Promise<void> {
  await using schema = await openSchema(config, opened.database, opened.migrationUrl, log);
  await grantRuntime(schema);
}
