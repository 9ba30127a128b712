import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Relative modules that a text imports, or names in a URL to run them as a program. */
const RELATIVE_MODULE = /(?:from|import|import\(|new URL\()\s*'(\.{1,2}\/[^']+\.(?:ts|js))'/g;

/**
 * Returns the texts of a test file and of every file below `test` and `bench` that it reaches. Product code is left
 * out, because the helpers that a test uses show what it needs and starts. Paths are relative to `root`.
 */
export function readTestSources(root: string, file: string): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  const pending = [file];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (sources.has(path) || !/^(test|bench)\//.test(path)) continue;
    if (!existsSync(join(root, path))) continue;
    const text = readFileSync(join(root, path), 'utf8');
    sources.set(path, text);
    for (const [, module] of text.matchAll(RELATIVE_MODULE)) {
      pending.push(join(dirname(path), module!));
    }
  }
  return sources;
}

/** Returns whether a file uses the PostgreSQL that the run starts. */
export function needsDatabase(sources: ReadonlyMap<string, string>): boolean {
  return [...sources.values()].some((text) => text.includes('process.env.TEST_DATABASE_'));
}

/** Returns whether a file starts the program. */
export function startsProgram(sources: ReadonlyMap<string, string>): boolean {
  return [...sources.values()].some((text) => text.includes('process.env.TEST_PROGRAM'));
}

/** What changes the process, or measures it. */
const NEEDS_OWN_PROCESS = [
  /'node:worker_threads'/,
  /\bmock\b/,
  /\bregisterHooks\b/,
  /\bprocess\.env(?:\.\w+|\[\w+\]) \??\??=[^=]/,
  /\bObject\.assign\(process\.env/,
  /\bdelete process\.env/,
  /\bprocess\.(?:chdir|exit|exitCode|memoryUsage|resourceUsage|umask)\b/,
];

/**
 * Returns whether a file can run in one process with others, one after another. They load the product once and run it
 * compiled, which is more than half of the processor time of a file.
 */
export function canShareProcess(sources: ReadonlyMap<string, string>): boolean {
  const text = [...sources.values()].join('\n');
  return !NEEDS_OWN_PROCESS.some((pattern) => pattern.test(text));
}

/** Slow operations of test files, the slowest first, with an estimate in seconds. */
const SLOW: readonly [secondsGuess: number, operation: RegExp][] = [
  [40, /\bstartBrowser\(/],
  [20, /\bspawn\(/],
  [10, /\bfork\(|\bstartEmbeddedPostgres\(/],
  [4, /\bcompose\(/],
  [2, /\bprocess\.env\.TEST_DATABASE_/],
];

/** Estimates the duration of a file that was never measured, from its slowest operation and its length. */
export function guessDurationMs(sources: ReadonlyMap<string, string>): number {
  const text = [...sources.values()].join('\n');
  const [seconds] = SLOW.find(([, operation]) => operation.test(text)) ?? [0.2];
  return seconds * 1_000 + text.length / 100;
}
