import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { exponentialBackoff } from '../../../src/shared/background/backoff.ts';
import { findNextAttemptDelayMs } from '../../../src/shared/background/retry-policy.ts';

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('waits grow by the factor from the base to the cap, and jitter stays within its range', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 1, max: 5, noNaN: true }),
      fc.tuple(share, share).map(([from, width]) => [from, from + width] as const),
      share,
      (attempt, baseMs, factor, jitter, random) => {
        const capMs = 60_000;
        const backoff = exponentialBackoff({ baseMs, factor, capMs, jitter, random: () => random });
        const waitMs = backoff(attempt);
        const fullMs = Math.min(baseMs * factor ** (attempt - 1), capMs);
        assert.ok(waitMs >= fullMs * jitter[0] * 0.999_999);
        assert.ok(waitMs <= fullMs * jitter[1] * 1.000_001);
      },
    ),
  );
});

test('by default waits double up to an hour, and jitter removes at most half', () => {
  const longest = exponentialBackoff({ baseMs: 5_000, random: () => 1 });
  assert.deepEqual([1, 2, 3, 4, 100].map(longest), [5_000, 10_000, 20_000, 40_000, 3_600_000]);
  assert.equal(exponentialBackoff({ baseMs: 5_000, random: () => 0 })(1), 2_500);
});

test('no attempt follows the last one', () => {
  const policy = { attemptsMax: 3, retryDelayMs: (attempt: number) => attempt * 100 };
  const waits = [1, 2, 3, 4].map((attempt) => findNextAttemptDelayMs(policy, attempt));
  assert.deepEqual(waits, [100, 200, null, null]);
});
