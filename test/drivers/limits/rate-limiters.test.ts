import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createMemoryRateLimiters } from '../../../src/drivers/limits/memory/memory-rate-limiters.ts';
import type { RateLimiters } from '../../../src/drivers/limits/rate-limiter.ts';
import { createRedisRateLimiters } from '../../../src/drivers/limits/redis/redis-rate-limiters.ts';
import { redisMissing, startRedis, untilShared } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

const HOUR = { pointsMax: 5, windowSeconds: 3_600 };
const silent = { info() {}, warn() {} };

/** Tests that every driver of the port must pass. */
function testLimiters(
  driver: string,
  skip: string | false,
  open: () => Promise<RateLimiters>,
): void {
  describe(driver, { skip }, () => {
    const opened = skip === false ? open() : null;
    after(async () => (await opened)?.close());
    let names = 0;
    const buildLimiter = async (rate = HOUR) => {
      names += 1;
      return (await opened)!.create(`test-${names}`, rate);
    };

    test('a rate grants exactly its number of points', async () => {
      const limiter = await buildLimiter();
      const left: number[] = [];
      for (let point = 1; point <= 5; point += 1) {
        const take = await limiter.take('a');
        assert.equal(take.allowed, true);
        left.push(take.remaining);
      }
      assert.deepEqual(left, [4, 3, 2, 1, 0]);
      const refused = await limiter.take('a');
      assert.equal(refused.allowed, false);
      assert.equal(refused.remaining, 0);
      assert.ok(refused.resetsAfterMs > 3_590_000 && refused.resetsAfterMs <= 3_600_000);
    });

    test('of 300 concurrent takes exactly five are allowed', async () => {
      const limiter = await buildLimiter();
      const takes = await Promise.all(Array.from({ length: 300 }, () => limiter.take('a')));
      assert.equal(takes.filter(({ allowed }) => allowed).length, 5);
    });

    test('keys and names are counted separately', async () => {
      const [limiter, other] = [await buildLimiter(), await buildLimiter()];
      for (let point = 1; point <= 5; point += 1) await limiter.take('a');
      assert.equal((await limiter.take('a')).allowed, false);
      assert.equal((await limiter.take('b')).allowed, true);
      assert.equal((await other.take('a')).allowed, true);
    });

    test('a cleared key has all points again and no more, and the others keep their count', async () => {
      const limiter = await buildLimiter();
      const early = await limiter.take('a');
      for (let point = 2; point <= 5; point += 1) await limiter.take('a');
      await limiter.take('b');
      await limiter.clear('a');
      await early.refund();
      assert.equal((await limiter.take('a')).remaining, 4);
      assert.equal((await limiter.take('b')).remaining, 3);
      await limiter.clear('never seen');
    });

    test('a refunded point can be taken again, once', async () => {
      const limiter = await buildLimiter();
      const takes = [];
      for (let point = 1; point <= 5; point += 1) takes.push(await limiter.take('a'));
      await Promise.all([takes[0]!.refund(), takes[0]!.refund()]);
      takes[1]!.spend();
      await takes[1]!.refund();
      assert.equal((await limiter.take('a')).allowed, true);
      assert.equal((await limiter.take('a')).allowed, false);
    });

    test('several points are taken at once, or those that are left, and refunded in part', async () => {
      const limiter = await buildLimiter();
      const first = await limiter.take('a', 3);
      assert.deepEqual([first.points, first.remaining], [3, 2]);
      const rest = await limiter.take('a', 4);
      assert.deepEqual([rest.allowed, rest.points, rest.remaining], [true, 2, 0]);
      const refused = await limiter.take('a', 4);
      assert.deepEqual([refused.allowed, refused.points], [false, 0]);
      await first.refund(2);
      await first.refund(1);
      const again = await limiter.take('a', 5);
      assert.deepEqual([again.points, again.remaining], [2, 0]);
    });

    test('of concurrent takes of several points exactly the rate is granted', async () => {
      const limiter = await buildLimiter({ ...HOUR, pointsMax: 17 });
      const takes = await Promise.all(Array.from({ length: 50 }, () => limiter.take('a', 3)));
      assert.equal(
        takes.reduce((sum, { points }) => sum + points, 0),
        17,
      );
    });

    test('refusals consume no points and refund none', async () => {
      const limiter = await buildLimiter();
      const takes = [];
      for (let point = 1; point <= 5; point += 1) takes.push(await limiter.take('a'));
      for (let tries = 0; tries < 20; tries += 1) await (await limiter.take('a')).refund();
      assert.equal((await limiter.take('a')).allowed, false);
      await takes[0]!.refund();
      assert.equal((await limiter.take('a')).allowed, true);
    });

    test('a new window has all points again, and points of the old one cannot be refunded into it', async () => {
      // Long enough that even on a busy machine no whole window passes between two lines.
      const limiter = await buildLimiter({ pointsMax: 1, windowSeconds: 3 });
      const old = await limiter.take('a');
      assert.equal((await limiter.take('a')).allowed, false);
      await until(async () => assert.equal((await limiter.take('a')).allowed, true));
      await old.refund();
      assert.equal((await limiter.take('a')).allowed, false);
    });
  });
}

testLimiters('in memory', false, async () => createMemoryRateLimiters());
const redis = redisMissing === false ? await startRedis() : null;
testLimiters('in Redis', redisMissing, async () => {
  assert(redis !== null);
  const limiters = createRedisRateLimiters({
    url: redis.url,
    log: silent,
    commandTimeoutMs: 60_000,
  });
  await untilShared(redis, limiters);
  return limiters;
});

test('the memory limiter limits its keys and removes the least recently used ones first', async () => {
  const limiter = createMemoryRateLimiters(10).create('bounded', HOUR);
  for (let point = 1; point <= 5; point += 1) await limiter.take('kept');
  for (let key = 1; key <= 100; key += 1) {
    await limiter.take(`other ${key}`);
    assert.equal((await limiter.take('kept')).allowed, false);
  }
  assert.equal((await limiter.take('other 99')).remaining, 3);
  assert.equal((await limiter.take('other 1')).remaining, 4);
});
