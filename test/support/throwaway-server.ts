import { globSync } from 'node:fs';
import { chmod, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { createDatabase } from '../../src/database/database.ts';
import { binariesIn, startEmbeddedPostgres } from '../../src/database/embedded/index.ts';
import { findPostmaster, stopPostmaster } from '../../src/database/embedded/postmaster.ts';
import { migrate } from '../../src/database/migrate.ts';

/** A folder of one run, for everything that its tests write. */
export interface RunFolder {
  readonly path: string;
  /** Removes it, and every PostgreSQL that was left running in it. */
  remove(): Promise<void>;
}

export interface ThrowawayServer {
  /** Of the server's own database, which is empty. */
  readonly url: string;
  /** Name and address of a database that has every migration. Nobody may be connected to it when it is copied. */
  readonly template: { readonly name: string; readonly url: string };
  stop(): Promise<void>;
}

/** A crash may lose everything: the server lives for one run. */
const settings = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  max_connections: '400',
  checkpoint_timeout: '1h',
};

const log = { info() {}, warn: (message: string) => process.stderr.write(`${message}\n`) };

/** The file system in memory of a Linux, which TMPDIR overrides. */
const MEMORY = '/dev/shm';
/** More than twice what a run of all tests writes. */
const RUN_FOLDER_BYTES = 2 * 1024 ** 3;

export async function makeRunFolder(): Promise<RunFolder> {
  const parent = process.env.TMPDIR === undefined && (await hasMemory()) ? MEMORY : tmpdir();
  const path = await mkdtemp(join(parent, 'holdfast-test-'));
  // Root's PostgreSQL runs as another account, which has to pass through.
  await chmod(path, 0o711);
  return {
    path,
    async remove() {
      await stopLeftServers(path);
      // What an interrupted test started may still write for a moment.
      await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

/**
 * A PostgreSQL for one run of tests, in its folder, with a migrated template database. `binaries` is the folder of an
 * installed server's programs; default is the embedded one.
 */
export async function startThrowawayServer(
  folder: string,
  binaries: string | undefined,
): Promise<ThrowawayServer> {
  const server = await startEmbeddedPostgres({
    dataDir: join(folder, 'data'),
    settings,
    log,
    ...(binaries === undefined ? {} : { binaries: binariesIn(binaries) }),
  });
  try {
    return { url: server.url, template: await makeTemplate(server.url), stop: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/**
 * Returns whether a run's files fit into memory. There a file's database is copied in 10 ms of processor time; ext4 takes
 * 200, since it passes over every inode that was deleted in the last seconds.
 */
async function hasMemory(): Promise<boolean> {
  const memory = await statfs(MEMORY).catch(() => null);
  if (memory === null) return false;
  const freeBytes = Math.min(memory.bavail * memory.bsize, process.availableMemory());
  return freeBytes >= RUN_FOLDER_BYTES;
}

/** Tests that start servers of their own may have been interrupted. */
async function stopLeftServers(folder: string): Promise<void> {
  for (const file of globSync('**/postmaster.pid', { cwd: folder })) {
    const dataDirectory = join(folder, dirname(file));
    const postmaster = await findPostmaster(dataDirectory);
    if (postmaster !== null) await stopPostmaster(dataDirectory, postmaster.pid);
  }
}

async function makeTemplate(serverUrl: string): Promise<{ name: string; url: string }> {
  const name = 'holdfast_template';
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const database = createDatabase({ url: url.href, poolMax: 1, constraints: {} });
  try {
    await migrate(database);
  } finally {
    await database.close();
  }
  return { name, url: url.href };
}
