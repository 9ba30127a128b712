import { pause } from '../../src/shared/pause.ts';
import { postgresProcesses, signalAll } from '../support/postgres-processes.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { query, until } from '../support/until.ts';

/** The system under test: several servers on one PostgreSQL. */
export interface Victims {
  readonly servers: ServerProcess[];
  readonly environment: Readonly<Record<string, string>>;
  readonly databaseUrl: string;
  /** The folder of the database, with its postmaster.pid. */
  readonly dataDirectory: string;
  /** Called with each process that is started. */
  readonly onSpawn?: (pid: number) => void;
  /** Ends a pause early. */
  readonly signal?: AbortSignal;
}

export type Fault = (victims: Victims, random: () => number) => Promise<void>;

function pickOne(victims: Victims, random: () => number): number {
  return Math.floor(random() * victims.servers.length);
}

/** Longer than the lease of the relay and of any job. */
const PAST_LEASES_MS = 65_000;

async function startAgain(victims: Victims, index: number): Promise<void> {
  victims.servers[index] = await startServerProcess({
    environment: victims.environment,
    port: Number(new URL(victims.servers[index]!.url).port),
    onSpawn: victims.onSpawn,
  });
}

async function pauseOne(victims: Victims, random: () => number, ms: number): Promise<void> {
  const { pid } = victims.servers[pickOne(victims, random)]!;
  process.kill(pid, 'SIGSTOP');
  try {
    await pause(ms, victims.signal === undefined ? {} : { signal: victims.signal });
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

/** Returns the process of one connection of the product to the database, a busy one if there is any. */
function findBackend({ databaseUrl }: Victims): Promise<number> {
  return until(async () => {
    const [row] = await query(
      databaseUrl,
      `select pid
         from pg_stat_activity
        where application_name = 'holdfast'
        order by (state = 'active') desc, random()
        limit 1`,
    );
    if (row === undefined) throw new Error('no process of the product is connected');
    return Number(row.pid);
  });
}

/** Each leaves the system working again, or about to be. */
export const faults: Readonly<Record<string, Fault>> = {
  async 'kill -9 a server'(victims, random) {
    const index = pickOne(victims, random);
    await victims.servers[index]!.end('SIGKILL');
    await startAgain(victims, index);
  },

  async 'stop a server gracefully'(victims, random) {
    const index = pickOne(victims, random);
    await victims.servers[index]!.end('SIGTERM');
    await startAgain(victims, index);
  },

  async 'pause a server'(victims, random) {
    await pauseOne(victims, random, 1_500 + random() * 2_000);
  },

  async 'cut every connection to the database'({ databaseUrl }) {
    await query(
      databaseUrl,
      `select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'holdfast' and usename = current_user and pid <> pg_backend_pid()`,
    ).catch(() => {
      // The database was not there either.
    });
  },

  async 'kill -9 the database'({ dataDirectory }) {
    signalAll(await postgresProcesses(dataDirectory), 'SIGKILL');
    await pause(1_000);
  },

  async 'pause the database'({ dataDirectory }, random) {
    const pids = await postgresProcesses(dataDirectory);
    signalAll(pids, 'SIGSTOP');
    try {
      await pause(500 + random() * 1_500);
    } finally {
      signalAll(pids, 'SIGCONT');
    }
  },
};

/** Faults that a run of a minute does without: the first takes a minute itself. */
export const rareFaults: Readonly<Record<string, Fault>> = {
  async 'pause a server past its leases'(victims, random) {
    await pauseOne(victims, random, PAST_LEASES_MS);
  },

  /** PostgreSQL then ends all its other processes, too, and recovers. */
  async 'kill -9 a process of the database'(victims) {
    signalAll([await findBackend(victims)], 'SIGKILL');
  },
};
