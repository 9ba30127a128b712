import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Returns the postmaster of a data folder and all its child processes. */
export async function postgresProcesses(dataDirectory: string): Promise<number[]> {
  const [postmaster = ''] = (await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8')).split(
    '\n',
  );
  const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=', '--ppid', postmaster]);
  const children = stdout
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0);
  return [Number(postmaster), ...children];
}

/** Signals all processes. One that has already ended is not an error. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
