import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deliverySchedule, SPAN_MS } from '../../../src/modules/webhooks/delivery-schedule.ts';

const DAY_MS = 24 * 60 * 60_000;
/** Without jitter. */
const inTheMiddle = () => 0.5;

function listWaits(attemptsMax: number, baseSeconds: number, random = inTheMiddle): number[] {
  const { retryDelayMs } = deliverySchedule({ attemptsMax, baseSeconds }, random);
  return Array.from({ length: attemptsMax - 1 }, (_, index) => retryDelayMs(index + 1));
}

const sum = (waits: readonly number[]) => waits.reduce((total, wait) => total + wait, 0);

test('by default nine waits, from five seconds to two days, last about three days', () => {
  const waits = listWaits(10, 5);
  assert.equal(waits[0], 5_000);
  assert.ok(sum(waits) > 2.95 * DAY_MS && sum(waits) <= 3 * DAY_MS, `${sum(waits) / DAY_MS} days`);
  assert.deepEqual(
    waits.map((wait) => Math.round(wait / 1_000)),
    [5, 19, 70, 259, 967, 3605, 13444, 50132, 186943],
  );
});

test('no wait is shorter than the one before it, the first is the base, and together they stay within three days', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 100 }),
      fc.double({ min: 0.001, max: 2_000, noNaN: true }),
      (attemptsMax, baseSeconds) => {
        const waits = listWaits(attemptsMax, baseSeconds);
        assert.ok(Math.abs(waits[0]! - baseSeconds * 1_000) < 1e-6);
        for (const [index, wait] of waits.slice(1).entries()) {
          assert.ok(wait >= waits[index]! - 1e-6);
        }
        assert.ok(sum(waits) <= SPAN_MS * 1.000_001);
        // Either the growth is the largest, or the three days are used up.
        const growth = waits.length < 2 ? 3.729 : waits[1]! / waits[0]!;
        assert.ok(growth > 3.728 || sum(waits) > 0.99 * SPAN_MS);
      },
    ),
  );
});

test('waits that are already long stay equal', () => {
  assert.deepEqual(new Set(listWaits(100, 3_600).map(Math.round)), new Set([3_600_000]));
});

test('jitter changes a wait by at most a fifth either way, so that simultaneous failures are retried at different times', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.999_999, noNaN: true }), (random) => {
      const [moved, plain] = [listWaits(10, 5, () => random), listWaits(10, 5)];
      for (const [index, wait] of moved.entries()) {
        const share = wait / plain[index]!;
        assert.ok(share >= 0.8 && share <= 1.2);
      }
    }),
  );
  assert.notDeepEqual(listWaits(10, 5, Math.random), listWaits(10, 5, Math.random));
});
