import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** The duration of each test file's last run in milliseconds, by path. */
export type Durations = Readonly<Record<string, number>>;

/** Returns the stored durations; none if nothing was measured yet or the file cannot be read. */
export function readDurations(file: string): Durations {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Durations;
  } catch {
    return {};
  }
}

/** Replaces the file atomically, because two runs may write it at the same time. */
export function writeDurations(file: string, durations: Durations): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify(durations, null, 1));
  renameSync(temporary, file);
}

/**
 * Returns the files in the order in which to start them: the longest first, because a long file that started last would
 * run alone at the end.
 */
export function longestFirst(
  files: readonly string[],
  measured: Durations,
  guessMs: (file: string) => number,
): string[] {
  const expected = new Map(files.map((file) => [file, measured[file] ?? guessMs(file)]));
  return [...files].sort(
    (one, other) => expected.get(other)! - expected.get(one)! || (one < other ? -1 : 1),
  );
}
