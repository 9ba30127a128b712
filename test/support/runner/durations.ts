import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** How long each test file took when it last ran, in milliseconds, by its path. */
export type Durations = Readonly<Record<string, number>>;

/** Empty where nothing was measured yet, or what is there cannot be read. */
export function readDurations(file: string): Durations {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Durations;
  } catch {
    return {};
  }
}

/** Replaces the file as a whole, since two runs may write it at the same time. */
export function writeDurations(file: string, durations: Durations): void {
  mkdirSync(dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}`;
  writeFileSync(beside, JSON.stringify(durations, null, 1));
  renameSync(beside, file);
}

/**
 * The files in the order in which they are best started: the longest first, since one that is started last would run
 * alone at the end.
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
