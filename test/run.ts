import { spawn } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startThrowawayServer, type ThrowawayServer } from './support/throwaway-server.ts';

/**
 * `npm test [-- files or folders…]`: starts a throwaway PostgreSQL with a migrated template database, runs the tests
 * on it, says which were skipped and why, and ends with the code of the runner.
 * TEST_POSTGRES_BIN=/usr/lib/postgresql/15/bin runs them on that server instead of the embedded one.
 * With CI=true a skipped test is a failure.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
/** What is loaded is the same in every file and in most programs that tests start: it is compiled once. */
const compileCache = join(root, 'node_modules/.cache/holdfast-tests');
/** Above the longest test, so that only one that hangs is ended. */
const TEST_TIMEOUT_MS = 180_000;
/** A file that spins without ever turning its event loop is past the runner's own timeouts, so the whole run has one. */
const RUN_TIMEOUT_MS = 20 * 60_000;

function testFiles(wanted: readonly string[]): string[] {
  const paths = wanted.length === 0 ? ['test'] : wanted;
  const files = paths.flatMap((path) =>
    globSync(path, { cwd: root }).flatMap((found) =>
      statSync(join(root, found)).isDirectory()
        ? globSync(`${found}/**/*.test.ts`, { cwd: root })
        : [found],
    ),
  );
  return [...new Set(files)].sort();
}

/** Resolves with the exit code of the runner. Its process group is ours, so that Ctrl-C reaches it too. */
function runTests(files: readonly string[], server: ThrowawayServer, skipsFile: string) {
  const child = spawn(
    process.execPath,
    [
      '--test',
      `--test-concurrency=${Math.max(2, availableParallelism())}`,
      `--test-timeout=${TEST_TIMEOUT_MS}`,
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      '--test-reporter=./test/support/skip-reporter.ts',
      `--test-reporter-destination=${skipsFile}`,
      ...files,
    ],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        // So that nothing of an interrupted test stays on the machine.
        TMPDIR: server.folder,
        NODE_COMPILE_CACHE: compileCache,
        TEST_DATABASE_URL: server.url,
        TEST_DATABASE_TEMPLATE: server.template.name,
      },
    },
  );
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const timer = setTimeout(() => {
    process.stderr.write(
      `The run is ended: it took more than ${RUN_TIMEOUT_MS / 60_000} minutes.\n`,
    );
    // The runner names the files that it was waiting for, and ends them.
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), 10_000).unref();
  }, RUN_TIMEOUT_MS);
  return new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  }).finally(() => clearTimeout(timer));
}

async function reportSkips(skipsFile: string): Promise<number> {
  const skips = (await readFile(skipsFile, 'utf8').catch(() => '')).split('\n').filter(Boolean);
  if (skips.length > 0) process.stdout.write(`\nSkipped:\n${skips.join('\n')}\n`);
  return skips.length;
}

async function main(): Promise<number> {
  const files = testFiles(process.argv.slice(2));
  if (files.length === 0) {
    process.stderr.write('There are no test files there.\n');
    return 1;
  }
  // Ctrl-C ends the runner, and then this process in its own order.
  process.on('SIGINT', () => {});
  const server = await startThrowawayServer(process.env.TEST_POSTGRES_BIN);
  try {
    const skipsFile = join(server.folder, 'skips');
    const code = await runTests(files, server, skipsFile);
    const skipsCount = await reportSkips(skipsFile);
    if (code === 0 && skipsCount > 0 && process.env.CI === 'true') {
      process.stderr.write('A skipped test fails the run in CI.\n');
      return 1;
    }
    return code;
  } finally {
    await server.stop();
  }
}

process.exitCode = await main();
