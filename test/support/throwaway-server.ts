import { globSync } from 'node:fs';
import { chmod, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { createDatabase } from '../../src/database/database.ts';
import {
  binariesIn,
  RUNTIME_ROLE,
  startEmbeddedPostgres,
} from '../../src/database/embedded/index.ts';
import { findPostmaster, stopPostmaster } from '../../src/database/embedded/postmaster.ts';
import { grantTo, migrate } from '../../src/database/migrate.ts';
import { installPostgresQueue } from '../../src/drivers/queue/postgres/install.ts';
import { processorTimeMs } from './runner/processor-time.ts';

/** A folder for everything that the tests of one run write. */
export interface RunFolder {
  readonly path: string;
  /** Stops every PostgreSQL that was left running in the folder, and removes it. */
  remove(): Promise<void>;
}

export interface ThrowawayServer {
  /** The URL of the server's own database, which is empty, with the owner. */
  readonly ownerUrl: string;
  /** The same with the role that the product runs as. */
  readonly url: string;
  /** A database with every migration, pg-boss and the privileges. No client may be connected to it while it is copied. */
  readonly template: { readonly name: string; readonly url: string };
  /** The processor time that it has taken, in milliseconds; zero where the system does not report it. */
  processorTimeMs(): Promise<number>;
  stop(): Promise<void>;
}

/** A crash may lose everything, because the server lives for one run only. */
const settings = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  max_connections: '400',
  checkpoint_timeout: '1h',
};

const log = { info() {}, warn: (message: string) => process.stderr.write(`${message}\n`) };

/** The in-memory file system of Linux. TMPDIR overrides it. */
const MEMORY_FOLDER = '/dev/shm';
/** More than twice what a run of all tests writes. */
const RUN_FOLDER_BYTES = 2 * 1024 ** 3;

export async function makeRunFolder(): Promise<RunFolder> {
  const parent =
    process.env.TMPDIR === undefined && (await fitsInMemory()) ? MEMORY_FOLDER : tmpdir();
  const path = await mkdtemp(join(parent, 'holdfast-test-'));
  // For root, PostgreSQL runs under another account, which must be able to enter the folder.
  await chmod(path, 0o711);
  return {
    path,
    async remove() {
      await stopLeftoverServers(path);
      // Processes of an interrupted test may still write for a moment.
      await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

/**
 * Starts a PostgreSQL for one run of tests, in its folder, with a migrated template database. `binaries` is the folder
 * of an installed server's programs; the default is the embedded server.
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
    return {
      ownerUrl: server.ownerUrl,
      url: server.url,
      template: await createTemplate(server.ownerUrl),
      async processorTimeMs() {
        const [postmaster] = await findPostmasters(join(folder, 'data'));
        return postmaster === undefined ? 0 : (processorTimeMs(postmaster.id) ?? 0);
      },
      stop: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/**
 * Returns whether a run's files fit into memory. There, copying a file's database takes 10 ms of processor time; on
 * ext4 it takes 200, because ext4 skips every inode that was deleted in the last seconds.
 */
async function fitsInMemory(): Promise<boolean> {
  const memory = await statfs(MEMORY_FOLDER).catch(() => null);
  if (memory === null) return false;
  const freeBytes = Math.min(memory.bavail * memory.bsize, process.availableMemory());
  return freeBytes >= RUN_FOLDER_BYTES;
}

/** Stops the servers of interrupted tests that started their own. */
async function stopLeftoverServers(folder: string): Promise<void> {
  for (const { dataDirectory, id } of await findPostmasters(folder)) {
    await stopPostmaster(dataDirectory, id);
  }
}

/** Lists the running servers whose data is below a folder. */
async function findPostmasters(folder: string): Promise<{ dataDirectory: string; id: number }[]> {
  const found: { dataDirectory: string; id: number }[] = [];
  for (const file of globSync('**/postmaster.pid', { cwd: folder })) {
    const dataDirectory = join(folder, dirname(file));
    const postmaster = await findPostmaster(dataDirectory);
    if (postmaster !== null) found.push({ dataDirectory, id: postmaster.pid });
  }
  return found;
}

async function createTemplate(serverUrl: string): Promise<{ name: string; url: string }> {
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
    const queueClient = await database.connect();
    await installPostgresQueue(queueClient);
    await queueClient.end();
    await grantTo(database, RUNTIME_ROLE);
  } finally {
    await database.close();
  }
  return { name, url: url.href };
}
