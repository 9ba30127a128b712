import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { exponentialBackoff } from '../../shared/background/backoff.ts';
import type { Log } from '../../shared/log.ts';
import { pause } from '../../shared/pause.ts';
import { type Acquired, acquire } from './acquire.ts';
import { type Binaries, packagedBinaries } from './binaries.ts';
import { createFileOnce, readFileIfExists } from './create-file-once.ts';
import { hasCluster, requireReadable, withDataFolderErrors } from './data-folder.ts';
import { initialiseCluster } from './initialise.ts';
import { createLauncher } from './launcher.ts';
import { findPostmaster, stopPostmaster } from './postmaster.ts';
import { buildOwnerUrl, buildRuntimeUrl, loadRuntimePassword } from './roles.ts';
import type { Cluster } from './server-process.ts';
import { type ServerSettings, serverSettings } from './settings.ts';

export interface EmbeddedPostgresOptions {
  /** DATA_DIR. The cluster is created in its folder `postgres`. */
  readonly dataDir: string;
  readonly log: Log;
  /** Override those of settings.ts, for throwaway servers and tests. */
  readonly settings?: ServerSettings;
  /** Default: those of the installed package. */
  readonly binaries?: Binaries;
}

export interface EmbeddedPostgres {
  /** The URL for the product. Stays the same for the lifetime of this process, even if the server is restarted. */
  readonly url: string;
  /** The URL of the owner, for migrations. */
  readonly ownerUrl: string;
  readonly dataDirectory: string;
  /** Stops the server and releases the data folder. */
  stop(): Promise<void>;
}

/** The wait between attempts to restart the server. */
const retryDelayMs = exponentialBackoff({ baseMs: 100, capMs: 10_000, jitter: [1, 1] });

/**
 * Runs an embedded PostgreSQL server for the lifetime of this process: creates it on the first start, restarts it if it
 * stops unexpectedly, and takes it over if an earlier process was killed and left it running.
 * Throws AlreadyOwnedError if another Holdfast server runs on the folder, and otherwise EmbeddedServerError.
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
  if (first.orphan) log.info('took over the PostgreSQL that an earlier process left running');

  let owner: Acquired['owner'] | null = null;
  let recovery: Promise<void> = Promise.resolve();
  watch(first);

  /** Watches the owner's connection, which ends in whatever way the server stops. */
  function watch(acquired: Acquired): void {
    owner = acquired.owner;
    owner.once('end', () => {
      owner = null;
      if (!stopping.signal.aborted) recovery = recover();
    });
  }

  async function recover(): Promise<void> {
    log.warn('the embedded PostgreSQL stopped unexpectedly; restarting it');
    for (let attempt = 1; !stopping.signal.aborted; attempt += 1) {
      try {
        watch(await acquire(cluster, { port, fixed: true }, stopping.signal));
        log.info('the embedded PostgreSQL is running again');
        return;
      } catch (error) {
        if (stopping.signal.aborted) return;
        log.warn(error instanceof Error ? error.message : String(error));
        await pause(retryDelayMs(attempt), { signal: stopping.signal });
      }
    }
  }

  return {
    url: buildRuntimeUrl(cluster.runtimePassword, port),
    ownerUrl: buildOwnerUrl(cluster.password, port),
    dataDirectory: cluster.dataDirectory,
    async stop() {
      stopping.abort();
      await recovery;
      // Without ownership, any running server belongs to another process.
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
  // Others may enter but not list it, so that a server that root runs as another account can access its data.
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const binaries = options.binaries ?? (await packagedBinaries());
  const launcher = createLauncher(binaries.postgres, folder);
  if (await hasCluster(folder)) await requireReadable(folder, binaries.majorVersion);
  const password = await createFileOnce(join(folder, 'postgres-password'), () =>
    randomBytes(24).toString('base64url'),
  );
  const runtimePassword = await loadRuntimePassword(folder);
  const dataDirectory = join(folder, 'postgres');
  await initialiseCluster(dataDirectory, password, binaries, launcher);
  const settings = { ...serverSettings, ...options.settings };
  return { folder, dataDirectory, password, runtimePassword, binaries, launcher, settings };
}
