import { execFileSync } from 'node:child_process';
import { readlinkSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pause } from '../../shared/pause.ts';
import { readFileIfExists } from './create-file-once.ts';
import { EmbeddedServerError } from './embedded-server-error.ts';

/** The main process of a PostgreSQL server that runs on a data directory. */
export interface Postmaster {
  readonly pid: number;
  /** Null until the server has opened its port. */
  readonly port: number | null;
}

const POLL_MS = 25;
const FAST_STOP_MS = 30_000;
const IMMEDIATE_STOP_MS = 5_000;

/**
 * Returns the server that is running on this directory, or null. A postmaster.pid is stale if its process has ended or
 * its number belongs to another program now. In the latter case the file is removed, because PostgreSQL would mistake
 * that program for a server and not start.
 */
export async function findPostmaster(dataDirectory: string): Promise<Postmaster | null> {
  const file = join(dataDirectory, 'postmaster.pid');
  const lines = (await readFileIfExists(file))?.split('\n');
  const pid = Number(lines?.[0]);
  if (lines === undefined || !Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return null;
  if (!isServerOn(dataDirectory, pid)) {
    await rm(file, { force: true });
    return null;
  }
  // Source of the lines: PostgreSQL, src/include/utils/pidfile.h.
  const port = Number(lines[3]);
  return { pid, port: Number.isInteger(port) && port > 0 ? port : null };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Distinguishes a postmaster, whose working directory is its data directory, from another program that reuses its id.
 */
function isServerOn(dataDirectory: string, pid: number): boolean {
  try {
    if (process.platform === 'linux') {
      return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dataDirectory);
    }
    const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return command.includes('postgres') && command.includes(dataDirectory);
  } catch {
    // The process ended meanwhile, or belongs to another user.
    return false;
  }
}

/** Stops the server: first a fast shutdown, finally an immediate one, after which it recovers at the next start. */
export async function stopPostmaster(dataDirectory: string, pid: number): Promise<void> {
  for (const [signal, waitMs] of [
    ['SIGINT', FAST_STOP_MS],
    ['SIGQUIT', IMMEDIATE_STOP_MS],
  ] as const) {
    signalIfAlive(pid, signal);
    const deadline = Date.now() + waitMs;
    while (Date.now() < deadline) {
      if (!isAlive(pid) || !isServerOn(dataDirectory, pid)) return;
      await pause(POLL_MS);
    }
  }
  throw new EmbeddedServerError(`PostgreSQL (process ${pid}) did not stop. Stop it manually.`);
}

function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
