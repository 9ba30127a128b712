import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { exponentialBackoff } from '../../src/jobs/index.ts';

test('waits double from the base up to the cap, and jitter takes at most half', () => {
  const attempts = fc.integer({ min: 1, max: 200 });
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(attempts, random, fc.integer({ min: 1, max: 10_000 }), (attempt, value, baseMs) => {
      const capMs = 60_000;
      const waitMs = exponentialBackoff({ baseMs, capMs, random: () => value })(attempt);
      const fullMs = Math.min(baseMs * 2 ** (attempt - 1), capMs);
      assert.ok(waitMs >= fullMs / 2 && waitMs <= fullMs);
    }),
  );
});
