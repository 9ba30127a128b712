import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The times of a test file's last run. */
export interface Times {
  readonly durationMs: number;
  /** Of its process and the programs that it started, without PostgreSQL. Absent where the system does not report it. */
  readonly processorMs?: number | undefined;
}

/** By path. */
export type TimesByFile = Readonly<Record<string, Times>>;

const storedIn = (root: string) => join(root, 'node_modules/.cache/holdfast/test-times.json');

/** Returns the stored times; none if nothing was measured yet or the file cannot be read. */
export function readTimes(root: string): TimesByFile {
  try {
    return JSON.parse(readFileSync(storedIn(root), 'utf8')) as TimesByFile;
  } catch {
    return {};
  }
}

/** Replaces the file atomically, because two runs may write it at the same time. */
export function writeTimes(root: string, times: TimesByFile): void {
  const file = storedIn(root);
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify(times, null, 1));
  renameSync(temporary, file);
}

/**
 * Returns the files in the order in which to start them: the longest first, because a long file that started last would
 * run alone at the end.
 */
export function longestFirst(
  files: readonly string[],
  measured: TimesByFile,
  guessMs: (file: string) => number,
): string[] {
  const expected = new Map(
    files.map((file) => [file, measured[file]?.durationMs ?? guessMs(file)]),
  );
  return [...files].sort(
    (one, other) => expected.get(other)! - expected.get(one)! || (one < other ? -1 : 1),
  );
}
