import { loadConfig } from '../../config/read-config.ts';
import { createCommandLogger } from '../../start/logger.ts';
import { migrateSchema, openSchema } from '../../start/migrate-schema.ts';
import { openDatabase } from '../../start/open-database.ts';
import { print } from '../../terminal.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';

/**
 * Migrates the database to the current schema, as its owner, and grants the user of DATABASE_URL its privileges. Servers
 * do the same when they start.
 */
export async function migrateCommand(): Promise<ExitCode> {
  const config = loadConfig();
  const log = createCommandLogger();
  await using opened = await openDatabase(config, log, { ifMissing: 'create' });
  await using schema = await openSchema(config, opened.database, opened.migrationUrl, log);
  const applied = await migrateSchema(config, schema, { info() {}, warn: log.warn.bind(log) });
  for (const { number, name } of applied) print(`Applied ${number} ${name}.`);
  if (applied.length === 0) print('Nothing to do: the database is up to date.');
  return exitCodes.ok;
}
