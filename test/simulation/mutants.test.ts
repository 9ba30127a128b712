import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { mutants } from './mutants.ts';

const program = fileURLToPath(new URL('run.ts', import.meta.url));
/** Most are found in the first. */
const RUNS_MAX = 400;
const SHRINK_SECONDS = 0;

interface Result {
  readonly code: number;
  readonly output: string;
}

function simulate(...options: string[]): Promise<Result> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...options], (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), output: `${stdout}${stderr}` });
    });
  });
}

describe('the simulation finds a product in which', { concurrency: 2 }, () => {
  for (const { name } of mutants) {
    test(name, async () => {
      const { code, output } = await simulate(
        ...['--mutant', name, '--seed', '1', '--runs', String(RUNS_MAX)],
        ...['--shrink-seconds', String(SHRINK_SECONDS)],
      );
      assert.equal(code, 1, output);
      assert.match(output, /^Seed \d+ breaks a promise after \d+ steps: /, output);
    });
  }
});

test('a violation is told with its seed and with few of its steps', async () => {
  const { output } = await simulate('--mutant', 'a bill does not add up', '--seed', '7');
  assert.match(output, /npm run simulate -- --seed 7 --steps 2000/);
  const [, kept, all] = /(\d+) of its (\d+) choices suffice/.exec(output) ?? [];
  assert.ok(Number(kept) < Number(all), output);
  assert.match(output, /Somebody: #0 place [\s\S]*inv_order_totals/);
  assert.equal(output.match(/^ *Somebody: /gm)?.length, 1, 'one placement is the whole case');
});
