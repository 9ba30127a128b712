import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * The release by which the collection is run. It is not among the packages: with the 125 that come with it, it was an
 * eighth of them by size, for one test (`docs/decisions/0026-less-of-our-own.md`).
 */
const RELEASE = '6.2.2';

const isInstalled = spawnSync('newman', ['--version']).status === 0;
const isInCi = process.env.CI === 'true';

/** Why tests that need Newman are skipped; false where it is installed, and in CI, which fetches it. */
export const newmanMissing =
  isInstalled || isInCi ? false : 'newman is not installed (npm install --global newman)';

/** What Newman says of a run. */
export interface NewmanRun {
  /** The name of a request and what was wrong with its reply. */
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
      // A failed assertion is in the report.
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
