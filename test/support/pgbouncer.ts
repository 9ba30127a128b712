import assert from 'node:assert/strict';
import { type ChildProcess, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import pg from 'pg';
import { createLauncher } from '../../src/database/embedded/launcher.ts';
import { ownPort } from './own-port.ts';
import { until } from './until.ts';

/** A PgBouncer in front of the server of a test's database. */
export interface PgBouncer {
  /** The URL of the test's database through it. */
  readonly url: string;
  /** Restarts with additional settings on top of the initial ones. Connections end as at any restart. */
  restart(settings?: Readonly<Record<string, string>>): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** The system's PgBouncer, and one named by TEST_PGBOUNCER_BIN, for features that older ones lack. */
const installed = findBinary('pgbouncer');
const newer = process.env.TEST_PGBOUNCER_BIN ?? installed;

/** Why tests that need PgBouncer are skipped; false if it is installed. */
export const pgBouncerMissing = installed === null ? 'pgbouncer is not installed' : false;
export const preparingPgBouncerMissing =
  newer !== null && readVersion(newer) >= 1_021
    ? false
    : 'there is no PgBouncer 1.21 or later; TEST_PGBOUNCER_BIN may name one';
/** Why tests that need an older PgBouncer are skipped; false if the installed one is older. */
export const olderPgBouncerMissing =
  installed !== null && readVersion(installed) < 1_021
    ? false
    : 'no PgBouncer before 1.21 is installed';

function findBinary(program: string): string | null {
  const { stdout } = spawnSync('sh', ['-c', `PATH=$PATH:/usr/sbin command -v ${program}`], {
    encoding: 'utf8',
  });
  return stdout.trim() || null;
}

/** Returns 1021 for 1.21. */
function readVersion(path: string): number {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  const [, major, minor] = /^PgBouncer (\d+)\.(\d+)/.exec(stdout) ?? [];
  return Number(major) * 1_000 + Number(minor);
}

/**
 * Starts PgBouncer as Debian configures it, plus the required minimum: the database and its user. `prepares` selects
 * the one that keeps prepared statements. Ended after the file.
 */
export async function startPgBouncer(
  databaseUrl: string,
  options: {
    readonly settings?: Readonly<Record<string, string>>;
    readonly prepares?: boolean;
  } = {},
): Promise<PgBouncer> {
  const program = options.prepares === true ? newer : installed;
  assert(program !== null);
  const target = new URL(databaseUrl);
  const port = await ownPort();
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-pgbouncer-'));
  await chmod(folder, 0o755);
  const launcher = createLauncher(program, folder);
  launcher.give(folder);
  await writeFile(
    join(folder, 'userlist.txt'),
    `"${decodeURIComponent(target.username)}" "${decodeURIComponent(target.password)}"\n`,
  );
  let child: ChildProcess | undefined;
  let output = '';

  async function configure(settings: Readonly<Record<string, string>>): Promise<void> {
    const lines = Object.entries({
      listen_addr: 'localhost',
      listen_port: String(port),
      unix_socket_dir: '',
      auth_type: 'md5',
      auth_file: join(folder, 'userlist.txt'),
      ...settings,
    }).map(([name, value]) => `${name} = ${value}`);
    const database = `* = host=${target.hostname} port=${target.port}`;
    const text = ['[databases]', database, '[pgbouncer]', ...lines, ''].join('\n');
    await writeFile(join(folder, 'pgbouncer.ini'), text);
  }

  async function start(): Promise<void> {
    child = launcher.spawn(program!, [join(folder, 'pgbouncer.ini')], {
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await until(async () => {
      assert.equal(child?.exitCode, null, output);
      const client = new pg.Client({ connectionString: url.href });
      client.on('error', () => {});
      await client.connect();
      await client.end();
    });
  }

  async function stop(): Promise<void> {
    if (child === undefined) return;
    const ended = new Promise((resolve) => child?.once('exit', resolve));
    // Since 1.23 SIGTERM waits for every client to leave.
    child.kill('SIGKILL');
    await ended;
    child = undefined;
  }

  after(async () => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  });
  await configure(options.settings ?? {});
  await start();
  return {
    url: url.href,
    async restart(settings = {}) {
      await stop();
      await configure({ ...options.settings, ...settings });
      await start();
    },
    stop,
    start,
  };
}
