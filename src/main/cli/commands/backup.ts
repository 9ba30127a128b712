import { stat } from 'node:fs/promises';
import { recordAudit } from '../../../audit/index.ts';
import { type BackupManifest, writeBackup } from '../../../database/backup/index.ts';
import type { Database } from '../../../database/database.ts';
import { readMigrations } from '../../../database/migrate.ts';
import { createSealKeys } from '../../../seals/index.ts';
import { operatorAuthor } from '../../../shared/caller.ts';
import { fileArgument, loadConfig } from '../../config/read-config.ts';
import { version } from '../../program.ts';
import { findGeneratedSecrets } from '../../start/generated-secrets.ts';
import { createCommandLogger } from '../../start/logger.ts';
import { openDatabase } from '../../start/open-database.ts';
import { findSealKeys } from '../../start/own-secrets.ts';
import { print } from '../../terminal.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { createMegabyteProgress, formatSize } from '../restore/megabytes.ts';
import { untilInterrupted } from '../restore/until-interrupted.ts';

export interface BackupCommandOptions {
  readonly withSecrets?: boolean;
}

/** Writes a backup into a new file. */
export async function backupCommand(
  file: string,
  { withSecrets = false }: BackupCommandOptions,
): Promise<ExitCode> {
  const path = fileArgument(file);
  const config = loadConfig();
  const sealTexts = await findSealKeys(config);
  const secrets = withSecrets ? await findGeneratedSecrets(config) : {};
  await using opened = await openDatabase(config, createCommandLogger(), { ifMissing: 'refuse' });
  const { database } = opened;
  const progress = createMegabyteProgress('Backing up');
  const manifest = await untilInterrupted((signal) =>
    writeBackup(path, {
      database,
      product: version,
      secrets,
      seal: sealTexts === null ? null : createSealKeys(sealTexts),
      onProgress: progress.update,
      signal,
    }),
  ).finally(progress.end);
  await audit(database, manifest, withSecrets);
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  const { size } = await stat(path);
  print(
    `Backed up ${manifest.tables.length} tables with ${rows} rows as of ${manifest.snapshotAt} into ${path} (${formatSize(size)}).`,
  );
  print(
    withSecrets
      ? `It contains ${Object.keys(secrets).join(', ') || 'no secrets, because none were generated'}: anyone who has it can read everything.`
      : 'It contains no keys. A restore needs ENCRYPTION_KEY, FACTOR_KEY and SEAL_KEY: keep them elsewhere.',
  );
  return exitCodes.ok;
}

/** A database that waits for its migrations has another audit, or none: it is backed up before an upgrade. */
async function audit(
  database: Database,
  { migrations, snapshotAt }: BackupManifest,
  withSecrets: boolean,
): Promise<void> {
  if (migrations.length < (await readMigrations()).length) return;
  await database.transaction((tx) =>
    recordAudit(tx, operatorAuthor('backup'), [
      {
        type: 'database.backed_up',
        subjectId: null,
        before: null,
        after: { snapshotAt, withSecrets },
      },
    ]),
  );
}
