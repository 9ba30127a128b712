import { createDatabase, type Database } from '../../database/database.ts';
import {
  AlreadyOwnedError,
  type EmbeddedUrls,
  findRunning,
  hasCluster,
  packagedBinaries,
  requireReadable,
  startEmbeddedPostgres,
  withDataFolderErrors,
} from '../../database/embedded/index.ts';
import type { PrimaryWatch } from '../../database/failover/index.ts';
import { createKeyRing } from '../../database/key-ring.ts';
import type { Log } from '../../shared/log.ts';
import type { Config } from '../config/config.ts';
import { findDatabaseFault, UnusableDatabaseError } from '../faults/database-fault.ts';
import { openPrimaryWatch } from '../infrastructure/open-primary-watch.ts';
import { constraintErrors } from '../tables/constraint-errors.ts';
import { UsageError } from '../usage-error.ts';
import { findEncryptionKeys } from './own-secrets.ts';
import { findServerSettings } from './queries.ts';

/** A command uses few connections and may wait for long statements, such as the invariants over many orders. */
const POOL_MAX = 4;
const STATEMENT_TIMEOUT_MS = 300_000;

export interface OpenDatabase extends AsyncDisposable {
  readonly database: Database;
  /** Null if the URL names one host. */
  readonly primary: PrimaryWatch | null;
  readonly url: string;
  /** The URL of the owner of the tables; null if that is the user of `url`. */
  readonly migrationUrl: string | null;
  /** Whether it was just created and is empty. */
  readonly isNew: boolean;
}

export interface OpenDatabaseOptions {
  /** What to do if there is no embedded database: to create it, to refuse, or to refuse and name the option that creates it. */
  readonly ifMissing: 'create' | 'refuse' | 'suggest --new';
}

/**
 * Opens the configured database for a command: that of DATABASE_URL, or the embedded one. If a server runs on the data
 * folder, its PostgreSQL is used; otherwise one is started for the duration of the command. Throws UsageError if there
 * is no database and none may be created.
 */
export async function openDatabase(
  config: Config,
  log: Log,
  { ifMissing }: OpenDatabaseOptions,
): Promise<OpenDatabase> {
  const isNew = config.database.kind === 'embedded' && !(await isReachable(config.dataDir));
  if (isNew && ifMissing !== 'create') throw noDatabase(config.dataDir, ifMissing);
  await using opened = new AsyncDisposableStack();
  const { url, migrationUrl } = await findOrStart(config, log, opened);
  const primary = opened.adopt(openPrimaryWatch(url, config.dataDir, log), (it) => it?.close());
  const database = opened.adopt(
    createDatabase({
      url,
      keyRing: createKeyRing(await findEncryptionKeys(config)),
      primary,
      poolMax: POOL_MAX,
      constraints: constraintErrors,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    }),
    (it) => it.close(),
  );
  if (config.database.kind === 'external') await requireUsable(database, config.database.url);
  const everything = opened.move();
  return {
    database,
    primary,
    url,
    migrationUrl,
    isNew,
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

async function requireUsable(database: Database, url: string): Promise<void> {
  try {
    await findServerSettings(database);
  } catch (error) {
    const fault = await findDatabaseFault(error, url);
    throw fault === null ? error : new UnusableDatabaseError(fault, error);
  }
}

type Urls = Pick<OpenDatabase, 'url' | 'migrationUrl'>;

async function findOrStart(config: Config, log: Log, opened: AsyncDisposableStack): Promise<Urls> {
  if (config.database.kind === 'external') return config.database;
  const running = await runningUrls(config.dataDir);
  if (running !== null) return toUrls(running);
  try {
    const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, log });
    opened.defer(() => postgres.stop());
    return toUrls(postgres);
  } catch (error) {
    // A server has started on the folder since the check.
    const urls = error instanceof AlreadyOwnedError ? await runningUrls(config.dataDir) : null;
    if (urls === null) throw error;
    return toUrls(urls);
  }
}

const toUrls = ({ url, ownerUrl }: EmbeddedUrls): Urls => ({ url, migrationUrl: ownerUrl });

/** Returns the URLs of the embedded PostgreSQL that runs on this data folder; null if none does. */
export function runningUrls(dataDir: string): Promise<EmbeddedUrls | null> {
  return withDataFolderErrors(dataDir, () => findRunning(dataDir));
}

/**
 * Returns whether the data folder contains an embedded database. Throws EmbeddedServerError if the folder cannot be
 * used.
 */
export function isReachable(dataDir: string): Promise<boolean> {
  return withDataFolderErrors(dataDir, () => hasCluster(dataDir));
}

/** Throws EmbeddedServerError unless the packaged PostgreSQL can read the embedded database. */
export function requireDurableSettings(dataDir: string): Promise<void> {
  return withDataFolderErrors(dataDir, async () => {
    const { majorVersion } = await packagedBinaries();
    await requireReadable(dataDir, majorVersion);
  });
}

function noDatabase(dataDir: string, ifMissing: OpenDatabaseOptions['ifMissing']): UsageError {
  const creating = ifMissing === 'suggest --new' ? 'To create one, pass --new; to' : 'To';
  return new UsageError(
    `There is no database in ${dataDir}. ${creating} use another one, set HOLDFAST_HOME, DATA_DIR or DATABASE_URL.`,
  );
}
