import { globSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { slowestFirst } from './support/slowest-first.ts';
import { startThrowawayServer } from './support/throwaway-server.ts';

/**
 * `npm test [-- files or folders…]`: starts a throwaway PostgreSQL with a migrated template database, runs the tests
 * on it, says which were skipped and why, and ends with the code of the runner.
 * TEST_POSTGRES_BIN=/usr/lib/postgresql/15/bin runs them on that server instead of the embedded one.
 * With CI=true a skipped test is a failure.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
/** Where bin/holdfast.js keeps what it compiled: files, and the programs that they start, load much the same. */
const compileCache = join(root, 'node_modules/.cache/holdfast');
/** Far above the longest test, also on a busy machine, so that only one that hangs is ended. */
const TEST_TIMEOUT_MS = 300_000;
/** A file that spins without ever turning its event loop is past the runner's own timeouts, so the whole run has one. */
const RUN_TIMEOUT_MS = 20 * 60_000;
/** Beside one for each core, since much of a file's time is waiting: for timers, leases and programs that it started. */
const WAITING_FILES = 1;

function testFiles(wanted: readonly string[]): string[] {
  const paths = wanted.length === 0 ? ['test'] : wanted;
  const files = paths.flatMap((path) =>
    globSync(path, { cwd: root }).flatMap((found) =>
      statSync(join(root, found)).isDirectory()
        ? globSync(`${found}/**/*.test.ts`, { cwd: root })
        : [found],
    ),
  );
  return slowestFirst(new Set(files));
}

interface Outcome {
  readonly success: boolean;
  /** One line for each test that was skipped or left to do, with its reason. */
  readonly skips: readonly string[];
}

/** Runs the files in the order in which they are given. The environment is theirs too. */
async function runTests(files: readonly string[], signal: AbortSignal): Promise<Outcome> {
  const events = run({
    files: files.map((file) => join(root, file)),
    cwd: root,
    concurrency: availableParallelism() + WAITING_FILES,
    timeout: TEST_TIMEOUT_MS,
    signal,
  });
  let success = false;
  const skips: string[] = [];
  const onTest = (test: Parameters<typeof skipOf>[0]) => skips.push(...skipOf(test));
  events.on('test:pass', onTest);
  events.on('test:fail', onTest);
  events.on('test:summary', (summary) => {
    if (summary.file === undefined) success = summary.success;
  });
  await pipeline(events, new spec(), process.stdout, { end: false });
  return { success, skips };
}

function skipOf(test: {
  readonly name: string;
  readonly file?: string;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
}): string[] {
  const reason = test.skip ?? test.todo;
  if (reason === undefined || reason === false) return [];
  return [`- ${test.file}: ${test.name}: ${reason === true ? 'no reason given' : reason}`];
}

/** Until the time is over, or somebody ends the run: then the files that run are ended, and named as cancelled. */
function ending(): AbortSignal {
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => ended.abort());
  return AbortSignal.any([ended.signal, AbortSignal.timeout(RUN_TIMEOUT_MS)]);
}

async function main(): Promise<number> {
  const files = testFiles(process.argv.slice(2));
  if (files.length === 0) {
    process.stderr.write('There are no test files there.\n');
    return 1;
  }
  const signal = ending();
  const server = await startThrowawayServer(process.env.TEST_POSTGRES_BIN);
  try {
    Object.assign(process.env, {
      // So that nothing of an interrupted test stays on the machine.
      TMPDIR: server.folder,
      NODE_COMPILE_CACHE: compileCache,
      TEST_DATABASE_URL: server.url,
      TEST_DATABASE_TEMPLATE: server.template.name,
    });
    const { success, skips } = await runTests(files, signal);
    if (skips.length > 0) process.stdout.write(`\nSkipped:\n${skips.join('\n')}\n`);
    if (skips.length > 0 && process.env.CI === 'true') {
      process.stderr.write('A skipped test fails the run in CI.\n');
      return 1;
    }
    return success ? 0 : 1;
  } finally {
    await server.stop();
  }
}

process.exitCode = await main();
