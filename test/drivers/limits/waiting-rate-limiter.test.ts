import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryRateLimiters } from '../../../src/drivers/limits/memory/memory-rate-limiters.ts';
import { createWaitingRateLimiter } from '../../../src/drivers/limits/waiting-rate-limiter.ts';

function buildLimiter(pointsMax: number) {
  return createWaitingRateLimiter(
    createMemoryRateLimiters().create('test', { pointsMax, windowSeconds: 60 }),
  );
}

/** Everything that promises have made ready is done. */
function nextTick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('of 50 at once that all give back every one gets its turn', async () => {
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

test('of 50 at once that all keep their point exactly five get one', async () => {
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

test('of any mix at once those who keep a point are never more than there are points', async () => {
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
        for (let turns = (index * round) % 3; turns > 0; turns -= 1) await nextTick();
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

test('who waits is refused as soon as the last point is spent for good', async () => {
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

test('only so many wait for one key; the rest is refused at once', async () => {
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
