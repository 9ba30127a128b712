import { closeSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { within } from '../patience.ts';
import { forgetSecrets } from './leaks.ts';
import { shareProcess } from './process-end.ts';
import { recordProcessorTime } from './processor-time.ts';
import { FILE_TIMEOUT_MS, SHARED_FILES_MAX, TAKES_FILES_MS } from './shared-files.ts';

/**
 * Run by the runner like a test file, several times at once. Runs the files that may share a process one after another,
 * each as one suite, so that its hooks run at its end. Together the processes run each file of the list once.
 */
const root = fileURLToPath(new URL('../../..', import.meta.url));
/** How long a process may take to end after its last file. Then it fails, or the run would wait for it. */
const ENDS_WITHIN_MS = 60_000;

/** Yields the files of the list that no other process has taken, and takes them. */
function* takeFiles(list: string): Generator<string> {
  const files = JSON.parse(readFileSync(list, 'utf8')) as readonly string[];
  for (const [position, file] of files.entries()) {
    if (take(join(dirname(list), `taken-${position}`))) yield file;
  }
}

/** Returns false if the mark exists. */
function take(mark: string): boolean {
  try {
    closeSync(openSync(mark, 'wx'));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function runFiles(list: string): Promise<void> {
  const ran: string[] = [];
  const endProcess = shareProcess();
  // A test that waits only for timers that keep no process alive would end this one, and with it the other files.
  const alive = setInterval(() => {}, ENDS_WITHIN_MS);
  for (const file of takeFiles(list)) {
    const path = join(root, file);
    // As if it were the program of a process of its own.
    process.argv[1] = path;
    // A suite, because a test ends when its first subtests have, although the file may still load and define more.
    const load = () => within(file, import(pathToFileURL(path).href), FILE_TIMEOUT_MS);
    await describe(file, { timeout: FILE_TIMEOUT_MS }, load);
    forgetSecrets();
    recordProcessorTime(root, path);
    if (ran.push(file) === SHARED_FILES_MAX || performance.now() > TAKES_FILES_MS) break;
  }
  const end = () => {
    process.stderr.write(`One of these files left something open:\n- ${ran.join('\n- ')}\n`);
    process.exit(1);
  };
  setTimeout(end, ENDS_WITHIN_MS).unref();
  await endProcess();
  clearInterval(alive);
}

const { TEST_SHARED_FILES: list } = process.env;
if (list === undefined) throw new Error('Run the tests with `npm test`.');
await runFiles(list);
