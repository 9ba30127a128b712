import { spawnSync } from 'node:child_process';
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
    const known = [...this.#processes, { pid, startedAt: null }];
    const starts = findStarts(known.map((one) => one.pid));
    this.#processes = known.flatMap((one) => {
      const startedAt = starts.get(one.pid);
      if (startedAt === undefined) return [];
      return one.startedAt === null || one.startedAt === startedAt
        ? [{ pid: one.pid, startedAt }]
        : [];
    });
    this.#write();
  }

  /** Kills the recorded processes that are still running, paused ones too. Returns how many. */
  endLeftovers(): number {
    if (!existsSync(this.#file)) return 0;
    const recorded = JSON.parse(readFileSync(this.#file, 'utf8')) as KnownProcess[];
    const starts = findStarts(recorded.map(({ pid }) => pid));
    const left = recorded.filter(({ pid, startedAt }) => starts.get(pid) === startedAt);
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

/** Returns the times at which processes started, as ps prints them, without those that have ended. */
function findStarts(pids: readonly number[]): Map<number, string> {
  if (pids.length === 0) return new Map();
  // It ends with 1 if there is none of them.
  const { stdout } = spawnSync('ps', ['-o', 'pid=,lstart=', '-p', pids.join(',')], {
    encoding: 'utf8',
  });
  return new Map(
    stdout
      .split('\n')
      .map((line) => /^ *(\d+) +(.+?) *$/.exec(line))
      .flatMap((found) => (found === null ? [] : [[Number(found[1]), found[2]!]])),
  );
}
