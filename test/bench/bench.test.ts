import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Measurement } from '../../bench/scenarios/scenario.ts';
import { readOutput } from '../../bench/support/read-output.ts';

/** Scenarios that start no further server, so that the test stays short, and together use all kinds of load. */
const SCENARIOS = ['place-spread', 'mixed'];

test('the bench runs with a tiny load, loses nothing and prints every row', async () => {
  const results = await mkdtemp(join(tmpdir(), 'bench-results-'));
  const bench = fileURLToPath(new URL('../../bench/run.ts', import.meta.url));
  const small = ['--seconds', '1', '--connections', '2', '--streams', '12', '--results', results];
  const output = await readOutput(process.execPath, [bench, ...SCENARIOS, ...small]);

  const [file] = await readdir(results);
  const text = await readFile(join(results, file!), 'utf8');
  const { measurements } = JSON.parse(text) as { measurements: Measurement[] };
  assert.deepEqual([...new Set(measurements.map(({ scenario }) => scenario))], SCENARIOS);
  for (const { what, failures } of measurements) {
    assert.equal(failures, 0, `${what}: ${output}`);
    assert.ok(output.includes(`| ${what} |`), `the table has no row "${what}":\n${output}`);
  }
});
