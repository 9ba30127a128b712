import { join } from 'node:path';
import { createDatabase, type Database } from '../database/database.ts';
import { AlreadyOwnedError, startEmbeddedPostgres } from '../database/embedded/index.ts';
import { readIfThere } from '../database/embedded/keep-once.ts';
import { findPostmaster } from '../database/embedded/postmaster.ts';
import type { Log } from '../shared/log.ts';
import type { Config } from './config.ts';
import { constraintErrors } from './constraint-errors.ts';

/** A command works on few connections and may wait for long statements, such as the invariants on many orders. */
const POOL_MAX = 4;
const STATEMENT_TIMEOUT_MS = 300_000;

export interface OpenDatabase extends AsyncDisposable {
  readonly database: Database;
  readonly url: string;
}

/**
 * The configured database for a command: by DATABASE_URL, or the embedded one. When a server runs on the data folder,
 * its PostgreSQL is used; otherwise one is started for as long as the command takes.
 */
export async function openDatabase(config: Config, log: Log): Promise<OpenDatabase> {
  await using opened = new AsyncDisposableStack();
  const url = await findOrStart(config, log, opened);
  const database = opened.adopt(
    createDatabase({
      url,
      poolMax: POOL_MAX,
      constraints: constraintErrors,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    }),
    (it) => it.close(),
  );
  const everything = opened.move();
  return { database, url, [Symbol.asyncDispose]: () => everything.disposeAsync() };
}

async function findOrStart(
  config: Config,
  log: Log,
  opened: AsyncDisposableStack,
): Promise<string> {
  if (config.database.kind === 'external') return config.database.url;
  const running = await runningUrl(config.dataDir);
  if (running !== null) return running;
  try {
    const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, log });
    opened.defer(() => postgres.stop());
    return postgres.url;
  } catch (error) {
    // A server started on the folder since we looked.
    const url = error instanceof AlreadyOwnedError ? await runningUrl(config.dataDir) : null;
    if (url === null) throw error;
    return url;
  }
}

/** The address of the embedded PostgreSQL that runs on this data folder; null when none does. */
export async function runningUrl(dataDir: string): Promise<string | null> {
  const postmaster = await findPostmaster(join(dataDir, 'postgres'));
  const password = await readIfThere(join(dataDir, 'postgres-password'));
  if (postmaster === null || postmaster.port === null || password === null) return null;
  return embeddedUrl(password, postmaster.port);
}

function embeddedUrl(password: string, port: number): string {
  const url = new URL(`postgres://127.0.0.1:${port}/holdfast?sslmode=disable`);
  url.username = 'holdfast';
  url.password = password;
  return url.href;
}
