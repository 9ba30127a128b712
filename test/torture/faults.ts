import { pause } from '../../src/shared/pause.ts';
import { postgresProcesses, signalAll } from '../support/postgres-processes.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { query } from '../support/until.ts';

/** The system under test: several servers on one PostgreSQL. */
export interface Victims {
  readonly servers: ServerProcess[];
  readonly environment: Readonly<Record<string, string>>;
  readonly databaseUrl: string;
  /** The folder of the database, with its postmaster.pid. */
  readonly dataDirectory: string;
}

export type Fault = (victims: Victims, random: () => number) => Promise<void>;

function pickOne(victims: Victims, random: () => number): number {
  return Math.floor(random() * victims.servers.length);
}

/** Each leaves the system working again, or about to be. */
export const faults: Readonly<Record<string, Fault>> = {
  async 'kill -9 a server'(victims, random) {
    const index = pickOne(victims, random);
    const { url, end } = victims.servers[index]!;
    await end('SIGKILL');
    victims.servers[index] = await startServerProcess({
      environment: victims.environment,
      port: Number(new URL(url).port),
    });
  },

  async 'stop a server gracefully'(victims, random) {
    const index = pickOne(victims, random);
    const { url, end } = victims.servers[index]!;
    await end('SIGTERM');
    victims.servers[index] = await startServerProcess({
      environment: victims.environment,
      port: Number(new URL(url).port),
    });
  },

  async 'pause a server'(victims, random) {
    const { pid } = victims.servers[pickOne(victims, random)]!;
    process.kill(pid, 'SIGSTOP');
    try {
      await pause(1_500 + random() * 2_000);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
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
