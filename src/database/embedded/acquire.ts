import type pg from 'pg';
import { pause } from '../../shared/pause.ts';
import { isConnectionError } from '../database-errors.ts';
import { EmbeddedServerError } from './embedded-server-error.ts';
import { describeFailedStart } from './failed-start.ts';
import { freePort } from './free-port.ts';
import { OWNER_ROLE } from './initialise.ts';
import { AlreadyOwnedError, takeOwnership } from './ownership.ts';
import { findPostmaster, stopPostmaster } from './postmaster.ts';
import { type Cluster, type ServerProcess, spawnServer } from './server-process.ts';

/** The database that Holdfast lives in. */
const DATABASE = 'holdfast';
/** Long enough for the recovery after a crash, which reads at most about max_wal_size of log. */
const START_MS = 120_000;
const POLL_MS = 40;
const STARTS_MAX = 6;
/** Source: PostgreSQL documentation, Appendix A. */
const INVALID_PASSWORD = '28P01';

export interface Acquired {
  /** Its life is our ownership of the data folder. */
  readonly owner: pg.Client;
  readonly port: number;
  /** The server had been left behind by a Holdfast that was killed. */
  readonly orphan: boolean;
}

export interface PortOptions {
  readonly port: number | null;
  /** Somebody already holds the address, so that no other port will do. */
  readonly fixed: boolean;
}

/** Without TLS, which the server has not, whatever PGSSLMODE says. */
export function buildUrl(cluster: Cluster, port: number, database = DATABASE): string {
  return `postgres://${OWNER_ROLE}:${cluster.password}@127.0.0.1:${port}/${database}?sslmode=disable`;
}

/**
 * Finds the server of the cluster, or starts it, and takes its ownership. Of two that do this at once either may find
 * the other's server: whoever gets the lock owns it, whoever started it.
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
        // After a crash the old server's children may hold its memory for a moment, so later tries wait.
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
          `PostgreSQL does not answer on ${cluster.dataDirectory}; its log is in the folder log there.`,
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

/** Null while the server starts up or shuts down. */
async function tryOwn(cluster: Cluster, port: number): Promise<pg.Client | null> {
  try {
    const owner = await takeOwnership(buildUrl(cluster, port, 'postgres'), cluster.dataDirectory);
    await createDatabaseOnce(owner);
    return owner;
  } catch (error) {
    if (isConnectionError(error)) return null;
    if ((error as { code?: unknown }).code !== INVALID_PASSWORD) throw error;
    throw new EmbeddedServerError(
      `${cluster.folder}/postgres-password does not hold the password of the database beside it: put the file back from a backup.`,
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
