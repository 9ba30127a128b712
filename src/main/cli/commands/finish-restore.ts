import { fileArgument, loadConfig } from '../../config/read-config.ts';
import { createCommandLogger } from '../../start/logger.ts';
import { migrateSchema, openSchema } from '../../start/migrate-schema.ts';
import { openDatabase } from '../../start/open-database.ts';
import { findEncryptionKeys } from '../../start/own-secrets.ts';
import { print } from '../../terminal.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { describeFinished } from '../restore/describe-finished.ts';
import { finishRestore } from '../restore/finish.ts';
import { readErasures } from '../restore/read-erasures.ts';

export interface FinishRestoreOptions {
  readonly at: string;
  readonly erasures?: string;
}

/** Does what ends a restore for a database that was restored by other means. */
export async function finishRestoreCommand({
  at,
  erasures,
}: FinishRestoreOptions): Promise<ExitCode> {
  const config = loadConfig();
  const logger = createCommandLogger();
  const changes = erasures === undefined ? [] : readErasures(fileArgument(erasures));
  const encryptionKeys = await findEncryptionKeys(config);
  await using opened = await openDatabase(config, logger, { ifMissing: 'refuse' });
  await using schema = await openSchema(config, opened.database, opened.migrationUrl, logger);
  await migrateSchema(config, schema, { info() {}, warn: logger.warn.bind(logger) });
  const finished = await finishRestore(config, {
    databaseUrl: opened.url,
    snapshotAt: at,
    encryptionKeys,
    lacksKeys: false,
    changes,
    logger,
  });
  print(describeFinished(finished, { changes, snapshotAt: at }));
  return exitCodes.ok;
}
