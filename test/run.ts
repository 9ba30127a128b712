import { globSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { BUILT_FROM_FILES, buildProgram } from './support/runner/built-program.ts';
import { describeLeaks } from './support/runner/leaks.ts';
import { listLeftBehind, listUnversioned } from './support/runner/left-behind.ts';
import { readProcessorTimes } from './support/runner/processor-time.ts';
import { describeSlowest, type Measured } from './support/runner/report.ts';
import { PROCESS_TIMEOUT_MS, sharedProcesses } from './support/runner/shared-files.ts';
import {
  canShareProcess,
  guessDurationMs,
  needsDatabase,
  readTestSources,
  startsProgram,
} from './support/runner/test-sources.ts';
import { longestFirst, readTimes, type TimesByFile, writeTimes } from './support/runner/times.ts';
import { makeRunFolder, startThrowawayServer } from './support/throwaway-server.ts';

/**
 * `npm test [-- files or folders…]`: runs the tests, on a throwaway PostgreSQL with a migrated template database if
 * one of them needs it. Reports which tests were skipped and why, and which took longest, and exits with the code of
 * the runner.
 * TEST_POSTGRES_BIN=/usr/lib/postgresql/15/bin runs those that use it on that server instead of the embedded one, and
 * leaves the others out: they would only repeat themselves.
 * A secret in a log line of a server that a test starts is a failure.
 * With CI=true a skipped test is a failure, and so is a file that the tests leave in the project.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
/** The compile cache of bin/holdfast.js: test files and the programs that they start load mostly the same code. */
const cache = join(root, 'node_modules/.cache/holdfast');
/** Loaded into the processes of test files. */
const recorder = new URL('support/runner/record-at-end.ts', import.meta.url).href;
/** A file that blocks its event loop evades the runner's own timeouts, so the whole run has one. */
const RUN_TIMEOUT_MS = 90 * 60_000;
/**
 * In CI a run that takes more processor time fails. A run of all tests takes a third of it on an idle machine of two cores
 * and half of it on a busy one, so this finds only what has grown beyond all bounds. See "The time of the tests" in
 * CONTRIBUTING.md for what it should take.
 */
const PROCESSOR_TIME_MAX_MS = 5_400_000;
/** In addition to one per core, because files spend much of their time waiting for timers, leases and programs. */
const WAITING_FILES = 2;

function findTestFiles(wanted: readonly string[]): string[] {
  const paths = wanted.length === 0 ? ['test'] : wanted;
  const files = paths.flatMap((path) =>
    globSync(path, { cwd: root }).flatMap((found) =>
      statSync(join(root, found)).isDirectory()
        ? globSync(`${found}/**/*.test.ts`, { cwd: root })
        : [found],
    ),
  );
  return [...new Set(files.map((file) => relative(root, join(root, file))))];
}

interface Outcome {
  readonly success: boolean;
  /** Files that did not run to their end. */
  readonly unfinished: readonly string[];
  /** One line for each skipped or todo test, with its reason. */
  readonly skips: readonly string[];
  /** The log lines of servers that contain a secret or an e-mail address. */
  readonly leaks: readonly string[];
  readonly files: readonly Measured[];
  /** Of each file, in milliseconds, without PostgreSQL; none where the system does not report it. */
  readonly processorMs: ReadonlyMap<string, number>;
  /** Of the PostgreSQL of the run. */
  readonly postgresMs: number;
  readonly tests: readonly Measured[];
}

/** Test files in the order in which they start. */
interface Plan {
  /** Each in a process of its own. */
  readonly alone: readonly string[];
  /** Several in a process, after the others, so that no core is idle at the end. */
  readonly shared: readonly string[];
  readonly withDatabase: boolean;
  /** Whether the program is built for them, which takes as long as a few starts of its source. */
  readonly withBuild: boolean;
}

/** Runs the files in this environment. */
async function runTests(
  { alone, shared }: Plan,
  folder: string,
  signal: AbortSignal,
): Promise<Outcome> {
  const leaksFile = join(folder, 'leaks');
  const processorTimeFile = join(folder, 'processor-time');
  Object.assign(process.env, {
    TEST_LEAKS_FILE: leaksFile,
    TEST_PROCESSOR_TIME_FILE: processorTimeFile,
  });
  const concurrency = availableParallelism() + WAITING_FILES;
  const events = run({
    files: [
      ...alone.map((file) => join(root, file)),
      ...sharedProcesses(shared, folder, concurrency),
    ],
    cwd: root,
    execArgv: ['--import', recorder],
    concurrency,
    // Ends the tests of a process, but not what they left open.
    timeout: PROCESS_TIMEOUT_MS,
    signal,
  });
  let success = false;
  const skips: string[] = [];
  const measured = { files: [] as Measured[], tests: [] as Measured[] };
  /** By the names of their tests. */
  const unfinished = new Map([
    ...alone.map((file) => [join(root, file), file] as const),
    ...shared.map((file) => [file, file] as const),
  ]);
  events.on('test:complete', (test) => {
    const { duration_ms: durationMs, type } = test.details;
    const finished = unfinished.get(test.name);
    if (finished !== undefined) {
      unfinished.delete(test.name);
      measured.files.push({ name: finished, durationMs });
    } else if (type !== 'suite' && test.name !== test.file) {
      // Neither a suite nor a process that files share.
      const file = relative(root, test.file ?? '');
      measured.tests.push({ name: `${test.name} (${file})`, durationMs });
    }
  });
  const onTest = (test: Parameters<typeof listSkips>[0]) => skips.push(...listSkips(test));
  events.on('test:pass', onTest);
  events.on('test:fail', onTest);
  events.on('test:summary', (summary) => {
    if (summary.file === undefined) success = summary.success;
  });
  await pipeline(events, new spec(), process.stdout, { end: false });
  return {
    success,
    unfinished: [...unfinished.values()],
    skips,
    leaks: describeLeaks(root, leaksFile),
    processorMs: readProcessorTimes(processorTimeFile),
    postgresMs: 0,
    ...measured,
  };
}

function listSkips(test: {
  readonly name: string;
  readonly file?: string;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
}): string[] {
  const reason = test.skip ?? test.todo;
  if (reason === undefined || reason === false) return [];
  return [`- ${test.file}: ${test.name}: ${reason === true ? 'no reason given' : reason}`];
}

/** Aborts at the time limit or when the run is interrupted. Running files are then ended and reported as cancelled. */
function abortSignal(): AbortSignal {
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => ended.abort());
  return AbortSignal.any([ended.signal, AbortSignal.timeout(RUN_TIMEOUT_MS)]);
}

/** Runs the files in a temporary environment that is removed afterwards. */
async function runInTemporaryFolder(plan: Plan, signal: AbortSignal): Promise<Outcome> {
  const folder = await makeRunFolder();
  try {
    // So that an interrupted test leaves nothing on the machine.
    Object.assign(process.env, { TMPDIR: folder.path, NODE_COMPILE_CACHE: cache });
    if (plan.withBuild) process.env.TEST_PROGRAM = await buildProgram(folder.path);
    if (!plan.withDatabase) return await runTests(plan, folder.path, signal);
    const server = await startThrowawayServer(folder.path, process.env.TEST_POSTGRES_BIN);
    try {
      Object.assign(process.env, {
        TEST_DATABASE_URL: server.url,
        TEST_DATABASE_OWNER_URL: server.ownerUrl,
        TEST_DATABASE_TEMPLATE: server.template.name,
      });
      const outcome = await runTests(plan, folder.path, signal);
      return { ...outcome, postgresMs: await server.processorTimeMs() };
    } finally {
      await server.stop();
    }
  } finally {
    await folder.remove();
  }
}

/** Stores the times, which determine the order of the next run, without files that no longer exist. */
function recordTimes(before: TimesByFile, { files, processorMs }: Outcome): void {
  const known = new Map(Object.entries(before));
  for (const { name, durationMs } of files) {
    known.set(name, { durationMs: Math.round(durationMs), processorMs: processorMs.get(name) });
  }
  const present = new Set(findTestFiles([]));
  writeTimes(root, Object.fromEntries([...known].filter(([file]) => present.has(file))));
}

/** Returns the processor time of a run in milliseconds; zero where the system does not report it. */
function sumProcessorMs({ files, processorMs, postgresMs }: Outcome): number {
  return files.reduce((sum, { name }) => sum + (processorMs.get(name) ?? 0), postgresMs);
}

function describeRun(outcome: Outcome): string {
  const { files, tests, processorMs, postgresMs } = outcome;
  const seconds = (ms: number) => (ms / 1_000).toFixed(0);
  const consumers = [...processorMs]
    .filter(([name]) => files.some((file) => file.name === name))
    .map(([name, durationMs]) => ({ name, durationMs }));
  return (
    describeSlowest('Slowest files', files.length > 1 ? files : []) +
    describeSlowest('Most processor time', files.length > 1 ? consumers : []) +
    describeSlowest('Slowest tests', tests) +
    `\nTest files: ${files.length}, in ${seconds(performance.now())} s, ${seconds(sumProcessorMs(outcome))} s of ` +
    `processor time, of which PostgreSQL took ${seconds(postgresMs)} s\n`
  );
}

async function main(): Promise<number> {
  const { TEST_POSTGRES_BIN: otherServer } = process.env;
  const wanted = process.argv.slice(2);
  // Or a renamed file would no longer run where it is named, such as in .ci/run.
  const absent = wanted.filter((path) => findTestFiles([path]).length === 0);
  if (absent.length > 0) {
    process.stderr.write(`No test files found: ${absent.join(', ')}\n`);
    return 1;
  }
  const found = findTestFiles(wanted);
  const sources = new Map(found.map((file) => [file, readTestSources(root, file)]));
  const files = found.filter(
    (file) => otherServer === undefined || needsDatabase(sources.get(file)!),
  );
  if (files.length === 0) {
    process.stderr.write('No test files found.\n');
    return 1;
  }
  const signal = abortSignal();
  const times = readTimes(root);
  const ordered = longestFirst(files, times, (file) => guessDurationMs(sources.get(file)!));
  const plan = {
    alone: ordered.filter((file) => !canShareProcess(sources.get(file)!)),
    shared: ordered.filter((file) => canShareProcess(sources.get(file)!)),
    withDatabase: files.some((file) => needsDatabase(sources.get(file)!)),
    withBuild: files.filter((file) => startsProgram(sources.get(file)!)).length >= BUILT_FROM_FILES,
  };
  const unversioned = listUnversioned(root);
  const outcome = await runInTemporaryFolder(plan, signal);
  const { success, unfinished, skips, leaks } = outcome;
  if (!signal.aborted) recordTimes(times, outcome);
  process.stdout.write(describeRun(outcome));
  const left = listLeftBehind(root, unversioned);
  if (skips.length > 0) process.stdout.write(`\nSkipped:\n${skips.join('\n')}\n`);
  if (leaks.length > 0) {
    process.stderr.write(`\nSecrets in the log lines of servers:\n${leaks.join('\n')}\n`);
  }
  if (unfinished.length > 0) {
    process.stderr.write(`\nDid not run to their end: ${unfinished.join(', ')}\n`);
  }
  if (left.length > 0) process.stdout.write(`\nNew in the project: ${left.join(', ')}\n`);
  if (process.env.CI === 'true' && skips.length + left.length > 0) {
    process.stderr.write('In CI a skipped test or a file left in the project fails the run.\n');
    return 1;
  }
  if (process.env.CI === 'true' && sumProcessorMs(outcome) > PROCESSOR_TIME_MAX_MS) {
    process.stderr.write('This run took far too much processor time: see `npm run test:times`.\n');
    return 1;
  }
  return success && unfinished.length + leaks.length === 0 ? 0 : 1;
}

process.exitCode = await main();
