import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryRateLimiters } from '../../../src/drivers/limits/memory/memory-rate-limiters.ts';
import { createWaitingRateLimiter } from '../../../src/drivers/limits/waiting-rate-limiter.ts';

function buildLimiter(pointsMax: number) {
  return createWaitingRateLimiter(
    createMemoryRateLimiters().create('test', { pointsMax, windowSeconds: 60 }),
  );
}

/** Waits until all ready promise callbacks have run. */
function nextTick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('50 concurrent takers that all refund their point are all served', async () => {
  const limiter = buildLimiter(5);
  let atOnce = 0;
  let atOnceMost = 0;
  const outcomes = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const take = await limiter.take('a');
      atOnce += 1;
      atOnceMost = Math.max(atOnceMost, atOnce);
      await nextTick();
      atOnce -= 1;
      await take.refund();
      return take.allowed;
    }),
  );
  assert.deepEqual(new Set(outcomes), new Set([true]));
  assert.equal(atOnceMost, 5);
});

test('of 50 concurrent takers that all spend their point exactly five get one', async () => {
  const limiter = buildLimiter(5);
  const outcomes = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const take = await limiter.take('a');
      await nextTick();
      take.spend();
      return take.allowed;
    }),
  );
  assert.equal(outcomes.filter(Boolean).length, 5);
});

test('in any mix of takers no more points are spent than exist', async () => {
  for (let round = 0; round < 50; round += 1) {
    const limiter = buildLimiter(3);
    let kept = 0;
    let refusedEarly = 0;
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const take = await limiter.take('a');
        if (!take.allowed) {
          if (kept < 3) refusedEarly += 1;
          return;
        }
        for (let ticks = (index * round) % 3; ticks > 0; ticks -= 1) await nextTick();
        if ((index * 7 + round) % 4 === 0) {
          kept += 1;
          take.spend();
        } else await take.refund();
      }),
    );
    assert.ok(kept <= 3);
    assert.equal(refusedEarly, 0);
  }
});

test('a waiting taker is refused as soon as the last point is spent', async () => {
  const limiter = buildLimiter(1);
  const first = await limiter.take('a');
  const answers: boolean[] = [];
  const waiting = limiter.take('a').then((take) => answers.push(take.allowed));
  await nextTick();
  assert.deepEqual(answers, []);
  assert.equal((await limiter.take('b')).allowed, true);
  first.spend();
  await waiting;
  assert.deepEqual(answers, [false]);
});

test('at most 100 takers wait for one key; the others are refused at once', async () => {
  const limiter = buildLimiter(1);
  const first = await limiter.take('a');
  let refused = 0;
  const takes = Array.from({ length: 300 }, async () => {
    const take = await limiter.take('a');
    if (!take.allowed) refused += 1;
    await take.refund();
  });
  await nextTick();
  assert.equal(refused, 200);
  await first.refund();
  await Promise.all(takes);
  assert.equal(refused, 200);
});

test('takers of several points wait for points that are refunded, in whatever part', async () => {
  const limiter = buildLimiter(5);
  const takes = await Promise.all(
    Array.from({ length: 40 }, async () => {
      const take = await limiter.take('a', 3);
      await nextTick();
      await take.refund();
      return take.allowed;
    }),
  );
  assert.deepEqual(new Set(takes), new Set([true]));
  const half = await limiter.take('a', 4);
  await half.refund(2);
  const rest = await limiter.take('a', 5);
  assert.equal(rest.points, 3);
});
