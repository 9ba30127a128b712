import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Relative modules that a text imports, runs as a program, or names for one. */
const RELATIVE_MODULE = /(?:from|import|import\(|new URL\()\s*'(\.{1,2}\/[^']+\.(?:ts|js))'/g;

/**
 * The text of a test file and of everything below `test` and `bench` that it reaches. Product code is left out: what a
 * test needs and what it starts is told by the helpers that it uses. Paths are relative to `root`.
 */
export function readTestSources(root: string, file: string): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  const open = [file];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (sources.has(path) || !/^(test|bench)\//.test(path)) continue;
    if (!existsSync(join(root, path))) continue;
    const text = readFileSync(join(root, path), 'utf8');
    sources.set(path, text);
    for (const [, module] of text.matchAll(RELATIVE_MODULE)) {
      open.push(join(dirname(path), module!));
    }
  }
  return sources;
}

/** Whether a file uses the PostgreSQL that the run starts. */
export function needsDatabase(sources: ReadonlyMap<string, string>): boolean {
  return [...sources.values()].some((text) => text.includes('process.env.TEST_DATABASE_'));
}

/** What a file does that takes long, the longest first, and a guess of its seconds. */
const SLOW: readonly [secondsGuess: number, doesIt: RegExp][] = [
  [40, /\bstartBrowser\(/],
  [20, /\bspawn\(/],
  [10, /\bfork\(|\bstartEmbeddedPostgres\(/],
  [4, /\bcompose\(/],
  [2, /\bprocess\.env\.TEST_DATABASE_/],
];

/** For a file that was never measured: which of the slow things it does, then its length. */
export function guessDurationMs(sources: ReadonlyMap<string, string>): number {
  const text = [...sources.values()].join('\n');
  const [seconds] = SLOW.find(([, doesIt]) => doesIt.test(text)) ?? [0.2];
  return seconds * 1_000 + text.length / 100;
}
