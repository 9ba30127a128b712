import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

const { NODE_TEST_CONTEXT: _, ...env } = process.env;

test('a run that is to have a file which does not exist fails, whatever else it is to have', () => {
  for (const absent of ['test/runner/absent.test.ts', 'test/absent', 'test/absent/*.test.ts']) {
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(root, 'test/run.ts'), 'test/shared/money.test.ts', absent],
      { encoding: 'utf8', env },
    );
    assert.equal(status, 1);
    assert.ok(stderr.includes(`No test files found: ${absent}`), stderr);
  }
});
