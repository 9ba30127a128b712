import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryRateLimiters } from '../../../src/drivers/limits/memory/memory-rate-limiters.ts';
import { createSlowingRateLimiter } from '../../../src/drivers/limits/slowing-rate-limiter.ts';

function buildLimiter() {
  const limiters = createMemoryRateLimiters();
  return createSlowingRateLimiter(
    limiters.create('first', { pointsMax: 3, windowSeconds: 3_600 }),
    limiters.create('slow', { pointsMax: 1, windowSeconds: 30 }),
  );
}

test('after the points of the first limiter, those of the slow one are taken, and its window is waited for', async () => {
  const limiter = buildLimiter();
  for (let point = 1; point <= 4; point += 1) assert.ok((await limiter.take('a')).allowed);
  const refused = await limiter.take('a');
  assert.equal(refused.allowed, false);
  assert.ok(refused.resetsAfterMs > 0 && refused.resetsAfterMs <= 30_000);
  assert.ok((await limiter.take('b')).allowed);
});

test('a point goes back to the limiter that it came from', async () => {
  const limiter = buildLimiter();
  for (let point = 1; point <= 3; point += 1) await limiter.take('a');
  for (let tries = 0; tries < 5; tries += 1) {
    const take = await limiter.take('a');
    assert.ok(take.allowed);
    await take.refund();
  }
});

test('clearing a key clears it in both', async () => {
  const limiter = buildLimiter();
  for (let point = 1; point <= 4; point += 1) await limiter.take('a');
  await limiter.clear('a');
  for (let point = 1; point <= 4; point += 1) assert.ok((await limiter.take('a')).allowed);
});
