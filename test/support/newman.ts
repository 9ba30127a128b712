import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * The release that runs the collection. It is not a dependency: with its 125 packages it made up an eighth of all of
 * them by size, for one test (`docs/decisions/0026-less-of-our-own.md`).
 */
const RELEASE = '6.2.2';

const isInstalled = spawnSync('newman', ['--version']).status === 0;
const isInCi = process.env.CI === 'true';

/** Why tests that need Newman are skipped; false if it is installed, and in CI, which fetches it. */
export const newmanMissing =
  isInstalled || isInCi ? false : 'newman is not installed (npm install --global newman)';

/** Newman's report of a run. */
export interface NewmanRun {
  /** Names of requests with the errors of their responses. */
  readonly failures: readonly string[];
  readonly requests: number;
  readonly assertions: number;
}

interface Report {
  readonly run: {
    readonly stats: Readonly<Record<'requests' | 'assertions', { readonly total: number }>>;
    readonly failures: readonly {
      readonly source?: { readonly name: string };
      readonly error: { readonly message: string };
    }[];
  };
}

/** Runs a Postman collection with these variables. */
export async function runNewman(
  collection: string,
  variables: Readonly<Record<string, string>>,
): Promise<NewmanRun> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  try {
    await writeFile(join(folder, 'collection.json'), collection);
    const args = [
      'run',
      'collection.json',
      ...Object.entries(variables).flatMap(([name, value]) => ['--env-var', `${name}=${value}`]),
      '--timeout-request=30000',
      '--reporters=json',
      '--reporter-json-export=report.json',
      // Failed assertions are in the report.
      '--suppress-exit-code',
    ];
    const [program, ...before] = isInstalled ? ['newman'] : ['npx', '--yes', `newman@${RELEASE}`];
    assert(program !== undefined);
    await promisify(execFile)(program, [...before, ...args], { cwd: folder });
    const { run } = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as Report;
    return {
      failures: run.failures.map(({ source, error }) => `${source?.name}: ${error.message}`),
      requests: run.stats.requests.total,
      assertions: run.stats.assertions.total,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}
