import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../src/database/embedded/free-port.ts';
import { pause } from '../../src/shared/pause.ts';

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;
const POLL_MS = 10;

export const admin = { email: 'admin@bench.example', password: 'bench-admin-password' };

/** The product in its own process, configured as for a user except for its limits. */
export interface BenchServer {
  readonly url: string;
  readonly pid: number;
  /** The time from its start until it was ready. */
  readonly readyAfterMs: number;
  /** Resident memory of its process, in MB. Source: proc(5), `VmRSS`; 0 where there is no /proc. */
  memoryMb(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a server. Without a database URL it runs its own PostgreSQL in `dataDir`. */
export async function startServer(options: {
  readonly databaseUrl?: string;
  /** The same with the owner of its tables. */
  readonly migrationUrl?: string;
  readonly dataDir: string;
}): Promise<BenchServer> {
  const port = await freePort(null);
  const url = `http://127.0.0.1:${port}`;
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('../../bin/holdfast.js', import.meta.url)), 'serve'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        // So that no .env file of the project applies.
        HOLDFAST_HOME: tmpdir(),
        PORT: String(port),
        DATABASE_URL: options.databaseUrl ?? '',
        DATABASE_MIGRATION_URL: options.migrationUrl ?? '',
        DATA_DIR: options.dataDir,
        LOG_LEVEL: 'warn',
        DEMO_DATA: 'false',
        ADMIN_EMAIL: admin.email,
        ADMIN_PASSWORD: admin.password,
        // A run of all scenarios takes longer than a token is valid by default.
        ACCESS_TOKEN_MINUTES: '1440',
        // Only the limits are disabled; everything else is as for a user.
        PENDING_ORDERS_MAX: '0',
        HELD_UNITS_MAX: '0',
        CANCELLATIONS_PER_DAY_MAX: '0',
        RATE_LIMIT_AUTH: '0',
        RATE_LIMIT_CHECKOUT: '0',
        RATE_LIMIT_CODES: '0',
        RATE_LIMIT_GLOBAL: '0',
      },
    },
  );
  await untilReady(url, child);
  return {
    url,
    pid: child.pid!,
    readyAfterMs: performance.now() - startedAt,
    memoryMb: () => memoryMb(child.pid!),
    stop: () => stop(child),
  };
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  const endsAt = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < endsAt) {
    if (child.exitCode !== null) throw new Error('the server ended before it was ready');
    const reply = await fetch(`${url}/health/ready`).catch(() => null);
    if (reply?.ok) return;
    await pause(POLL_MS);
  }
  child.kill('SIGKILL');
  throw new Error('the server did not become ready');
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(killer);
}

async function memoryMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
