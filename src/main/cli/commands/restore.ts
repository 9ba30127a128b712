import {
  type BackupContent,
  BackupError,
  type BackupManifest,
  endRestore,
  loadBackup,
  readBackup,
  requireEmpty,
} from '../../../database/backup/index.ts';
import { type Migration, readMigrations } from '../../../database/migrate.ts';
import { checkInvariants } from '../../../modules/operations/index.ts';
import { createSealKeys, verifyLog } from '../../../seals/index.ts';
import type { Config } from '../../config/config.ts';
import { fileArgument, loadConfig } from '../../config/read-config.ts';
import { createCommandLogger } from '../../start/logger.ts';
import { migrateSchema, openSchema, type Schema } from '../../start/migrate-schema.ts';
import { type OpenDatabase, openDatabase } from '../../start/open-database.ts';
import { print, printError } from '../../terminal.ts';
import { UsageError } from '../../usage-error.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { describeFinished } from '../restore/describe-finished.ts';
import { finishRestore } from '../restore/finish.ts';
import { createMegabyteProgress } from '../restore/megabytes.ts';
import { type KeyPlan, planKeys } from '../restore/plan-keys.ts';
import { type ListedChange, readErasures } from '../restore/read-erasures.ts';
import { prepareFolder } from '../restore/target.ts';
import { untilInterrupted } from '../restore/until-interrupted.ts';
import { describeVerification } from '../verify-log/describe-verification.ts';
import { renderReport } from './check.ts';

export interface RestoreOptions {
  readonly erasures?: string;
  readonly withoutKeys?: boolean;
}

/** Restores a backup into an empty database, and checks what it restored. Nothing is changed before the file was read once. */
export async function restoreCommand(
  file: string,
  { erasures, withoutKeys = false }: RestoreOptions,
): Promise<ExitCode> {
  const path = fileArgument(file);
  const config = loadConfig();
  const changes = erasures === undefined ? [] : readErasures(fileArgument(erasures));
  const content = await readWhole(path);
  const { manifest } = content;
  const migrations = await findMigrations(manifest, content.header.product);
  const keys = await planKeys(config, content);
  if (keys.missing.length > 0 && !withoutKeys) throw missingKeys(keys.missing);
  describeOrigin(content, keys);
  const folder = await prepareFolder(config);
  try {
    return await untilInterrupted(async (signal) => {
      await folder.writeSecrets(keys.files);
      return restore({ path, config, changes, manifest, migrations, keys, signal });
    });
  } catch (error) {
    await folder.clear();
    throw error;
  }
}

async function readWhole(path: string): Promise<BackupContent> {
  const progress = createMegabyteProgress('Verifying the backup');
  return readBackup(path, { onProgress: progress.update }).finally(progress.end);
}

/** Returns the migrations of the backup. Throws BackupError if this program has other ones. */
async function findMigrations(
  { migrations }: BackupManifest,
  product: string,
): Promise<readonly Migration[]> {
  const known = await readMigrations();
  if (migrations.length > known.length) {
    throw new BackupError(
      `The backup is of Holdfast ${product} with ${migrations.length} migrations, and this program has ${known.length}: restore it with that version or a newer one.`,
    );
  }
  const different = migrations.find(({ checksum }, at) => checksum !== known[at]!.checksum);
  if (different !== undefined) {
    throw new BackupError(
      `Migration ${different.number} (${different.name}) of the backup is another one than that of this program.`,
    );
  }
  return known.slice(0, migrations.length);
}

function missingKeys(missing: readonly string[]): UsageError {
  return new UsageError(
    [
      'The backup cannot be read without keys that are not here:',
      ...missing.map((sentence) => `- ${sentence}`),
      'Nothing was changed. If they are lost, --without-keys restores it, and what they encrypt stays unreadable.',
    ].join('\n'),
  );
}

function describeOrigin({ header, manifest, end }: BackupContent, keys: KeyPlan): void {
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  print(
    `The backup is of ${manifest.snapshotAt}, by Holdfast ${header.product} with migration ${manifest.migrations.length}: ${manifest.tables.length} tables, ${rows} rows.`,
  );
  if (keys.isSignatureProven) print('It is signed by SEAL_KEY.');
  else if (end.signature === null) print('It is not signed: nothing shows who made it.');
  else print('It is signed by a key that was not given apart from it, which proves little.');
  for (const sentence of keys.missing) print(`Without a key: ${sentence}`);
}

interface Restore {
  readonly path: string;
  readonly config: Config;
  readonly changes: readonly ListedChange[];
  readonly manifest: BackupManifest;
  readonly migrations: readonly Migration[];
  readonly keys: KeyPlan;
  readonly signal: AbortSignal;
}

async function restore(given: Restore): Promise<ExitCode> {
  const { config, manifest, keys, changes } = given;
  const logger = createCommandLogger();
  await using opened = await openDatabase(config, logger, { ifMissing: 'create' });
  await using schema = await openSchema(config, opened.database, opened.migrationUrl, logger);
  // From the commit on, a signal no longer takes back what was restored.
  await load(given, schema);
  const silent = { info() {}, warn: logger.warn.bind(logger) };
  const applied = await migrateSchema(config, schema, silent, { restoring: true });
  if (applied.length > 0) print(`Migrated it to ${applied.at(-1)!.number}.`);
  const finished = await finishRestore(config, {
    databaseUrl: opened.url,
    snapshotAt: manifest.snapshotAt,
    encryptionKeys: keys.encryptionKeys,
    lacksKeys: keys.missing.length > 0,
    changes,
    logger,
  });
  await endRestore(schema.owner);
  print(describeFinished(finished, { changes, snapshotAt: manifest.snapshotAt }));
  const isRight = await examine(given, opened);
  if (isRight) print(NEXT);
  else printError('The restored data is not right: find out why before anyone uses it.');
  return isRight ? exitCodes.ok : exitCodes.no;
}

const NEXT = `
It is restored. Before customers come in: make sure that no other server runs on the same shop, run "holdfast reconcile", which
fetches what was paid since the backup, and count the stock. Then start the servers.`;

async function load(
  { path, manifest, migrations, signal }: Restore,
  schema: Schema,
): Promise<void> {
  const client = await schema.owner.connectForCopy();
  const progress = createMegabyteProgress('Restoring');
  // Closing the connection rolls everything back.
  const stop = () => void client.end().catch(() => {});
  signal.addEventListener('abort', stop);
  try {
    signal.throwIfAborted();
    await requireEmpty(client);
    const others = await loadBackup(path, {
      client,
      manifest,
      migrations,
      onProgress: progress.update,
    });
    if (others.length > 0)
      print(`Left out, because they are not of Holdfast: ${others.join(', ')}.`);
  } finally {
    signal.removeEventListener('abort', stop);
    progress.end();
    stop();
  }
}

/** Checks the restored data as `check` and `verify-log` do. Returns whether it is right. */
async function examine({ config, keys }: Restore, { database }: OpenDatabase): Promise<boolean> {
  const report = await checkInvariants(database);
  print(report.ok ? 'Every invariant holds.' : renderReport(report));
  if (keys.sealKeys.length === 0) {
    print('The log was not verified, because there is no SEAL_KEY.');
    return report.ok;
  }
  const sealKeys = createSealKeys(keys.sealKeys);
  const verification = await verifyLog(database, { keys: sealKeys });
  print(
    describeVerification(verification, {
      publicKeys: sealKeys.publicKeys,
      sealSeconds: config.logSealSeconds,
      isPart: false,
    }),
  );
  return report.ok && verification.whole;
}
