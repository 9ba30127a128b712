import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from '../../../src/database/embedded/binaries.ts';
import { initialiseCluster, serverEnvironment } from '../../../src/database/embedded/initialise.ts';
import { createLauncher, type Launcher } from '../../../src/database/embedded/launcher.ts';
import { findPostmaster, stopPostmaster } from '../../../src/database/embedded/postmaster.ts';
import { buildOwnerUrl } from '../../../src/database/embedded/roles.ts';
import { formatParameters, type ServerSettings } from '../../../src/database/embedded/settings.ts';
import { ownPort } from '../own-port.ts';
import { postgresProcesses, signalAll } from '../postgres-processes.ts';
import { query, until } from '../until.ts';

const PASSWORD = 'the owner of the pair';
/** Keeps the WAL that the standby still needs, however long it is away. */
const SLOT = 'pair';
/** What a copy of a running server leaves out. Source: PostgreSQL documentation, "Making a Base Backup Using the Low Level API". */
const LEFT_OUT = new Set(['postmaster.pid', 'postmaster.opts', 'pg_wal', 'pg_replslot']);

const settings: ServerSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  // The processes are killed, never the machine.
  fsync: 'off',
  full_page_writes: 'on',
  shared_buffers: '64MB',
  max_connections: '100',
  wal_level: 'replica',
  hot_standby: 'on',
  max_wal_senders: '8',
  max_replication_slots: '8',
  wal_sender_timeout: '5s',
  wal_receiver_timeout: '5s',
  wal_retrieve_retry_interval: '200ms',
  timezone: 'UTC',
  lc_messages: 'C',
};

/** A PostgreSQL server whose process a test starts, kills and promotes, and which is never restarted by itself. */
export interface PostgresNode {
  readonly name: string;
  readonly port: number;
  readonly dataDirectory: string;
  /** The URL of a database on it with the owner, a superuser. */
  ownerUrl(database?: string): string;
  /** Runs one statement as the owner on the database `postgres`. */
  run(text: string): Promise<Record<string, unknown>[]>;
  start(): Promise<void>;
  /** Ends all of its processes at once, as a power failure would. */
  kill(): Promise<void>;
  /** Stops all of its processes where they are, so that its connections stay open and silent. Returns how they go on. */
  freeze(): Promise<() => void>;
  /** Shuts it down in order; nothing happens if it is not running. */
  stop(): Promise<void>;
  /** Ends its recovery, and resolves when it takes writes. */
  promote(): Promise<void>;
  /** Changes a setting for good, and resolves when the server uses it. */
  set(name: string, value: string): Promise<void>;
  /** Resolves when the server has received and applied everything that `source` has written by now. */
  catchUpWith(source: PostgresNode): Promise<void>;
  /** Replaces its data by those of a running server, whose standby it becomes when it is started. */
  copyFrom(source: PostgresNode, route?: Route): Promise<void>;
}

/** The address by which a standby reaches its primary, such as that of a proxy. */
export interface Route {
  readonly port: number;
}

export interface NodeOptions {
  readonly name: string;
  readonly folder: string;
  readonly binaries: Binaries;
}

/** Prepares a server in a folder of its own. It has no data before `initialise` or `copyFrom`. */
export async function createNode({ name, folder, binaries }: NodeOptions): Promise<PostgresNode> {
  const own = join(folder, name);
  await mkdir(own, { mode: 0o711 });
  const launcher = createLauncher(binaries.postgres, own);
  const dataDirectory = join(own, 'postgres');
  const port = await ownPort();
  let child: ChildProcess | null = null;

  const ownerUrl = (database = 'holdfast') => buildOwnerUrl(PASSWORD, port, database);
  const run = (text: string) => query(ownerUrl('postgres'), text);

  function spawnServer(): ChildProcess {
    const output = openSync(join(own, 'output.log'), 'a', 0o600);
    try {
      return launcher.spawn(
        binaries.postgres,
        ['-D', dataDirectory, ...formatParameters({ ...settings, port: String(port) })],
        { cwd: '/', env: serverEnvironment(), stdio: ['ignore', output, output] },
      );
    } finally {
      closeSync(output);
    }
  }

  const node: PostgresNode = {
    name,
    port,
    dataDirectory,
    ownerUrl,
    run,
    async start() {
      const started = spawnServer();
      child = started;
      await until(async () => {
        if (started.exitCode !== null) {
          throw new Error(`${name} ended: ${await readFile(join(own, 'output.log'), 'utf8')}`);
        }
        await run('select 1');
      });
    },
    async kill() {
      const ended = child === null ? null : once(child, 'exit');
      signalAll(await postgresProcesses(dataDirectory), 'SIGKILL');
      await ended;
      child = null;
    },
    async freeze() {
      const pids = await postgresProcesses(dataDirectory);
      signalAll(pids, 'SIGSTOP');
      return () => signalAll(pids, 'SIGCONT');
    },
    async stop() {
      const postmaster = await findPostmaster(dataDirectory);
      if (postmaster !== null) await stopPostmaster(dataDirectory, postmaster.pid);
      child = null;
    },
    async promote() {
      const [{ promoted } = {}] = await run('select pg_promote(true, 60) as promoted');
      if (promoted !== true) throw new Error(`${name} was not promoted`);
    },
    async set(setting, value) {
      await run(`alter system set ${setting} = '${value}'`);
      await run('select pg_reload_conf()');
      await until(async () => {
        const [{ current } = {}] = await run(`select current_setting('${setting}') as current`);
        if (current !== value) throw new Error(`${setting} is ${current} on ${name}`);
      });
    },
    async catchUpWith(source) {
      const [{ lsn } = {}] = await source.run('select pg_current_wal_flush_lsn()::text as lsn');
      await until(async () => {
        const [{ reached } = {}] = await run(
          `select coalesce(pg_last_wal_replay_lsn() >= '${lsn}', false) as reached`,
        );
        if (reached !== true) throw new Error(`${name} has not reached ${lsn}`);
      });
    },
    async copyFrom(source, route = source) {
      await copyData(source, dataDirectory, launcher);
      const primary = `host=127.0.0.1 port=${route.port} user=holdfast password=''${PASSWORD}'' application_name=${name}`;
      const added = `\nprimary_conninfo = '${primary}'\nprimary_slot_name = '${SLOT}'\nsynchronous_standby_names = ''\n`;
      const file = join(dataDirectory, 'postgresql.auto.conf');
      await writeFile(file, (await readFile(file, 'utf8')) + added);
      await give(launcher, join(dataDirectory, 'standby.signal'), '');
    },
  };
  return node;
}

/** Creates the data of the first server of a pair. */
export async function initialiseNode(node: PostgresNode, binaries: Binaries): Promise<void> {
  const launcher = createLauncher(binaries.postgres, join(node.dataDirectory, '..'));
  await initialiseCluster(node.dataDirectory, PASSWORD, binaries, launcher);
}

/**
 * Copies the files of a running server. The programs of the embedded server do not include pg_basebackup, so this is the
 * low-level backup of PostgreSQL's documentation. What is written meanwhile comes through the slot.
 */
async function copyData(source: PostgresNode, target: string, launcher: Launcher): Promise<void> {
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { mode: 0o700 });
  launcher.give(target);
  await source.run(
    `select pg_create_physical_replication_slot('${SLOT}', true)
      where not exists (select from pg_replication_slots where slot_name = '${SLOT}')`,
  );
  const { createConnections } = await import('../../../src/database/connections.ts');
  const client = await createConnections({
    url: source.ownerUrl('postgres'),
    statementTimeoutMs: 0,
    applicationName: 'holdfast-test',
  }).connect();
  try {
    await client.query(`select pg_backup_start('copy', true)`);
    const files = (await readdir(source.dataDirectory)).filter((file) => !LEFT_OUT.has(file));
    await promisify(execFile)('cp', [
      '-a',
      ...files.map((file) => join(source.dataDirectory, file)),
      target,
    ]);
    for (const folder of ['pg_wal', 'pg_wal/archive_status', 'pg_wal/summaries', 'pg_replslot']) {
      await mkdir(join(target, folder), { mode: 0o700 });
      launcher.give(join(target, folder));
    }
    const { rows } = await client.query('select labelfile from pg_backup_stop(false)');
    await give(launcher, join(target, 'backup_label'), rows[0].labelfile);
  } finally {
    await client.end();
  }
}

async function give(launcher: Launcher, path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
  launcher.give(path);
}
