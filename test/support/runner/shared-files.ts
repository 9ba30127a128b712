import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Files that share a process, at most: so that what each leaves in memory does not add up without bound. */
export const SHARED_FILES_MAX = 25;
/** Per file, and per test of it. Far above the longest, even on a busy machine, so it ends only a hang. */
export const FILE_TIMEOUT_MS = 600_000;
/** After this time a process takes no more files. */
export const TAKES_FILES_MS = 600_000;
/** All tests of a process together: longer than one with a file that hangs. */
export const PROCESS_TIMEOUT_MS = TAKES_FILES_MS + 2 * FILE_TIMEOUT_MS;
/** Fewer do not make up for the start of the process. */
const SHARED_FILES_MIN = 4;

/** How many times the processes that are enough on a fast machine. Those that find no file left end at once. */
const SPARE = 3;

const program = fileURLToPath(new URL('./shared-process.ts', import.meta.url));

/**
 * Returns the programs that run these files: the same one for each process. When it starts, it takes files from the
 * list, which is written into `folder`.
 */
export function sharedProcesses(
  files: readonly string[],
  folder: string,
  concurrency: number,
): string[] {
  const list = join(folder, 'shared-files.json');
  writeFileSync(list, JSON.stringify(files));
  process.env.TEST_SHARED_FILES = list;
  // On a slow machine a process takes fewer files than it may, and those of the last processes must be taken too.
  const processes = Math.min(
    Math.ceil(files.length / SHARED_FILES_MIN),
    SPARE * Math.ceil(files.length / SHARED_FILES_MAX) + concurrency,
  );
  return Array(processes).fill(program);
}
