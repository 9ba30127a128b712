import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { exponentialBackoff } from '../../shared/background/backoff.ts';
import type { Log } from '../../shared/log.ts';
import { pause } from '../../shared/pause.ts';
import { type Acquired, acquire, buildUrl } from './acquire.ts';
import { type Binaries, packagedBinaries } from './binaries.ts';
import { createFileOnce, readFileIfExists } from './create-file-once.ts';
import { hasCluster, requireReadable, withDataFolderErrors } from './data-folder.ts';
import { initialiseCluster } from './initialise.ts';
import { createLauncher } from './launcher.ts';
import { findPostmaster, stopPostmaster } from './postmaster.ts';
import type { Cluster } from './server-process.ts';
import { type ServerSettings, serverSettings } from './settings.ts';

export interface EmbeddedPostgresOptions {
  /** DATA_DIR; the cluster is made in its folder `postgres`. */
  readonly dataDir: string;
  readonly log: Log;
  /** Override those of settings.ts; for throwaway servers, and for tests. */
  readonly settings?: ServerSettings;
  /** Default: those that came with the package. */
  readonly binaries?: Binaries;
}

export interface EmbeddedPostgres {
  /** Stays the same while this process lives, also when the server had to be started again. */
  readonly url: string;
  readonly dataDirectory: string;
  /** Stops the server and gives the data folder up. */
  stop(): Promise<void>;
}

/** Between two tries to start it again. */
const retryDelayMs = exponentialBackoff({ baseMs: 100, capMs: 10_000, jitter: [1, 1] });

/**
 * A PostgreSQL server of our own, for as long as this process lives: made on the first start, brought back when it
 * ends unexpectedly, and taken over when a Holdfast that was killed left it behind.
 * Throws AlreadyOwnedError when another Holdfast server runs on the folder, and otherwise EmbeddedServerError.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  return withDataFolderErrors(dataDir, () => start({ ...options, dataDir }));
}

async function start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log } = options;
  const cluster = await prepare(options);
  const stopping = new AbortController();
  const portFile = join(cluster.folder, 'postgres-port');
  const rememberedPort = Number(await readFileIfExists(portFile));

  const portOptions = { port: rememberedPort > 0 ? rememberedPort : null, fixed: false };
  const first = await acquire(cluster, portOptions, stopping.signal);
  const { port } = first;
  await writeFile(portFile, `${port}\n`, { mode: 0o600 });
  if (first.orphan) log.info('took over the PostgreSQL that an earlier Holdfast left running');

  let owner: Acquired['owner'] | null = null;
  let recovery: Promise<void> = Promise.resolve();
  watch(first);

  /** The end of the owner's connection tells of every way in which a server can end. */
  function watch(acquired: Acquired): void {
    owner = acquired.owner;
    owner.once('end', () => {
      owner = null;
      if (!stopping.signal.aborted) recovery = recover();
    });
  }

  async function recover(): Promise<void> {
    log.warn('the embedded PostgreSQL has ended unexpectedly; starting it again');
    for (let attempt = 1; !stopping.signal.aborted; attempt += 1) {
      try {
        watch(await acquire(cluster, { port, fixed: true }, stopping.signal));
        log.info('the embedded PostgreSQL is back');
        return;
      } catch (error) {
        if (stopping.signal.aborted) return;
        log.warn(error instanceof Error ? error.message : String(error));
        await pause(retryDelayMs(attempt), { signal: stopping.signal });
      }
    }
  }

  return {
    url: buildUrl(cluster, port),
    dataDirectory: cluster.dataDirectory,
    async stop() {
      stopping.abort();
      await recovery;
      // Without the ownership the server, if there is one, is another's.
      const connection = owner;
      if (connection === null) return;
      const postmaster = await findPostmaster(cluster.dataDirectory);
      if (postmaster !== null) await stopPostmaster(cluster.dataDirectory, postmaster.pid);
      await connection.end().catch(() => {});
    },
  };
}

async function prepare(options: EmbeddedPostgresOptions): Promise<Cluster> {
  const folder = options.dataDir;
  // Others may pass through but not list it, so that root's server, which runs as another account, reaches its data.
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const binaries = options.binaries ?? (await packagedBinaries());
  const launcher = createLauncher(binaries.postgres, folder);
  if (await hasCluster(folder)) await requireReadable(folder, binaries.majorVersion);
  const password = await createFileOnce(join(folder, 'postgres-password'), () =>
    randomBytes(24).toString('base64url'),
  );
  const dataDirectory = join(folder, 'postgres');
  await initialiseCluster(dataDirectory, password, binaries, launcher);
  const settings = { ...serverSettings, ...options.settings };
  return { folder, dataDirectory, password, binaries, launcher, settings };
}
