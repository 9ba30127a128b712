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
  /** Null until it has opened its port. */
  readonly port: number | null;
}

const POLL_MS = 25;
const FAST_STOP_MS = 30_000;
const IMMEDIATE_STOP_MS = 5_000;

/**
 * The server that is alive on this directory, or null. A postmaster.pid whose process is gone, or has become another
 * program's, is stale; the latter is removed, because PostgreSQL would take that program for a server and not start.
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

/** A postmaster works in its data directory, which tells it from another program that was given its old number. */
function isServerOn(dataDirectory: string, pid: number): boolean {
  try {
    if (process.platform === 'linux') {
      return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dataDirectory);
    }
    const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return command.includes('postgres') && command.includes(dataDirectory);
  } catch {
    // It ended while we looked, or belongs to somebody else.
    return false;
  }
}

/** Ends the server: first without waiting for clients ("fast"), at the end by force, from which it recovers. */
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
  throw new EmbeddedServerError(`PostgreSQL (process ${pid}) did not stop; end it by hand.`);
}

function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
