import type pg from 'pg';
import { pause } from '../../shared/pause.ts';
import { isConnectionError } from '../database-errors.ts';
import { EmbeddedServerError } from './embedded-server-error.ts';
import { describeFailedStart } from './failed-start.ts';
import { freePort } from './free-port.ts';
import { AlreadyOwnedError, takeOwnership } from './ownership.ts';
import { findPostmaster, stopPostmaster } from './postmaster.ts';
import {
  buildOwnerUrl,
  buildRuntimeUrl,
  canSignIn,
  DATABASE,
  INVALID_PASSWORD,
  writeRuntimeRole,
} from './roles.ts';
import { type Cluster, type ServerProcess, spawnServer } from './server-process.ts';

/** Long enough for recovery after a crash, which reads at most about max_wal_size of WAL. */
const START_MS = 120_000;
const POLL_MS = 40;
const STARTS_MAX = 6;

export interface Acquired {
  /** The connection whose session owns the data folder. */
  readonly owner: pg.Client;
  readonly port: number;
  /** Whether the server was left running by a process that was killed. */
  readonly orphan: boolean;
}

export interface PortOptions {
  readonly port: number | null;
  /** Whether the URL is already in use, so that no other port is possible. */
  readonly fixed: boolean;
}

/**
 * Finds or starts the server of the cluster and takes ownership. Of two processes that do this at once, either may find
 * the other's server: the one that gets the lock owns it, no matter which one started it.
 */
export async function acquire(
  cluster: Cluster,
  portOptions: PortOptions,
  signal: AbortSignal,
): Promise<Acquired> {
  const deadline = Date.now() + START_MS;
  let server = null as ServerProcess | null;
  try {
    for (let starts = 0; ; ) {
      signal.throwIfAborted();
      const postmaster = await findPostmaster(cluster.dataDirectory);
      if (postmaster === null && server?.running() !== true) {
        if (server !== null && starts >= STARTS_MAX) {
          throw await describeFailedStart(
            'PostgreSQL',
            cluster.dataDirectory,
            await server.output(),
          );
        }
        // After a crash the old server's children may keep its shared memory for a moment, so later attempts wait.
        await pause(starts === 0 ? 0 : 50 * 2 ** starts);
        const port =
          portOptions.fixed && portOptions.port !== null
            ? portOptions.port
            : await freePort(portOptions.port);
        server = spawnServer(cluster, port);
        starts += 1;
      } else if (postmaster?.port) {
        const owner = await tryOwn(cluster, postmaster.port);
        const orphan = server?.child.pid !== postmaster.pid;
        if (owner !== null) return { owner, port: postmaster.port, orphan };
      }
      if (Date.now() > deadline) {
        throw new EmbeddedServerError(
          `PostgreSQL does not respond on ${cluster.dataDirectory}. Its log is in the folder log there.`,
        );
      }
      await pause(POLL_MS);
    }
  } catch (error) {
    const pid = server?.running() === true ? server.child.pid : undefined;
    if (pid !== undefined && !(error instanceof AlreadyOwnedError)) {
      await stopPostmaster(cluster.dataDirectory, pid);
    }
    throw error;
  }
}

/** Returns null while the server is starting up or shutting down. */
async function tryOwn(cluster: Cluster, port: number): Promise<pg.Client | null> {
  try {
    const url = buildOwnerUrl(cluster.password, port, 'postgres');
    const owner = await takeOwnership(url, cluster.dataDirectory);
    try {
      await createDatabaseOnce(owner);
      const { runtimePassword } = cluster;
      if (!(await canSignIn(buildRuntimeUrl(runtimePassword, port)))) {
        await writeRuntimeRole(owner, runtimePassword);
      }
    } catch (error) {
      await owner.end().catch(() => {});
      throw error;
    }
    return owner;
  } catch (error) {
    if (isConnectionError(error)) return null;
    if ((error as { code?: unknown }).code !== INVALID_PASSWORD) throw error;
    throw new EmbeddedServerError(
      `${cluster.folder}/postgres-password does not contain the password of the database next to it: restore the file from a backup.`,
      { cause: error },
    );
  }
}

async function createDatabaseOnce(owner: pg.Client): Promise<void> {
  const { rows } = await owner.query('select from pg_database where datname = $1::text', [
    DATABASE,
  ]);
  if (rows.length === 0) await owner.query(`create database ${DATABASE}`);
}
