import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A process as the system knows it. Its number alone may belong to another program later. */
interface KnownProcess {
  readonly pid: number;
  readonly startedAt: string;
}

/**
 * The processes that a run has started, in a file of its folder, so that a later run can end what a killed one left
 * behind.
 */
export class ProcessList {
  readonly #file: string;
  #processes: KnownProcess[] = [];

  constructor(folder: string) {
    this.#file = join(folder, 'processes.json');
  }

  /** Adds a process, and removes those that have ended. */
  add(pid: number): void {
    this.#processes = this.#processes.filter(isRunning);
    const startedAt = findStart(pid);
    if (startedAt !== null) this.#processes.push({ pid, startedAt });
    this.#write();
  }

  /** Kills the recorded processes that are still running, paused ones too. Returns how many. */
  endLeftovers(): number {
    if (!existsSync(this.#file)) return 0;
    const recorded = JSON.parse(readFileSync(this.#file, 'utf8')) as KnownProcess[];
    const left = recorded.filter(isRunning);
    for (const { pid } of left) process.kill(pid, 'SIGKILL');
    this.#processes = [];
    this.#write();
    return left.length;
  }

  #write(): void {
    writeFileSync(`${this.#file}.new`, JSON.stringify(this.#processes));
    renameSync(`${this.#file}.new`, this.#file);
  }
}

function isRunning({ pid, startedAt }: KnownProcess): boolean {
  return findStart(pid) === startedAt;
}

/** Returns the time at which a process started, as ps prints it; null if there is none. */
function findStart(pid: number): string | null {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
}
