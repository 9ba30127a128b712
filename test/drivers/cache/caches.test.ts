import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, test } from 'node:test';
import type { Cache, Caches } from '../../../src/drivers/cache/cache.ts';
import { createMemoryCaches } from '../../../src/drivers/cache/memory/memory-caches.ts';
import { createRedisCaches } from '../../../src/drivers/cache/redis/redis-caches.ts';
import { redisMissing, startRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

const silent = { info() {}, warn() {} };
/** Long enough for a busy machine. */
const options = { ttlMs: 60_000, bytesMax: 100, estimateBytes: () => 1 };

interface Thing {
  readonly name: string;
}

/** Tests that every driver of the port must pass. */
function testCaches(where: string, skip: string | false, cachesOf: () => Promise<Caches>): void {
  describe(`values cached ${where}`, { skip }, () => {
    async function newCache(ttlMs = options.ttlMs): Promise<Cache<Thing>> {
      return (await cachesOf()).create(randomUUID(), { ...options, ttlMs });
    }
    const keeps = (cache: Cache<Thing>, key: string, name: string | undefined) =>
      until(async () => assert.deepEqual((await cache.get(key))?.name, name));

    test('are returned unchanged, each under its key', async () => {
      const cache = await newCache();
      assert.equal(await cache.get('a'), undefined);
      cache.set('a', { stamp: 1, value: { name: 'one' } });
      cache.set('b', { stamp: 1, value: { name: 'other' } });
      await keeps(cache, 'a', 'one');
      await keeps(cache, 'b', 'other');
      assert.deepEqual(await cache.get('a'), { name: 'one' });
    });

    test('are read together with their stamps, without invalidated ones', async () => {
      const cache = await newCache();
      for (const key of ['a', 'b', 'c']) {
        cache.set(key, { stamp: 7, value: { name: key } });
        await keeps(cache, key, key);
      }
      cache.invalidate('b', 8);
      const entries = await cache.getMany(['c', 'none', 'b', 'a']);
      assert.deepEqual(
        entries.map((entry) => entry && [entry.stamp, entry.value.name]),
        [[7, 'c'], undefined, undefined, [7, 'a']],
      );
      assert.deepEqual(await cache.getMany([]), []);
    });

    test('disappear at once when invalidated, but only if they are older than the stamp', async () => {
      const cache = await newCache();
      cache.set('a', { stamp: 3, value: { name: 'three' } });
      await keeps(cache, 'a', 'three');
      cache.invalidate('a', 3);
      assert.deepEqual(await cache.get('a'), { name: 'three' });
      cache.invalidate('a', 4);
      assert.equal(await cache.get('a'), undefined);
    });

    test('are not stored if they were read before an invalidation', async () => {
      const cache = await newCache();
      cache.invalidate('a', 5);
      cache.set('a', { stamp: 4, value: { name: 'late' } });
      cache.set('b', { stamp: 1, value: { name: 'after it' } });
      await keeps(cache, 'b', 'after it');
      assert.equal(await cache.get('a'), undefined);
      cache.set('a', { stamp: 5, value: { name: 'true' } });
      await keeps(cache, 'a', 'true');
    });

    test('are not replaced by older ones', async () => {
      const cache = await newCache();
      cache.set('a', { stamp: 2, value: { name: 'new' } });
      cache.set('a', { stamp: 1, value: { name: 'old' } });
      await keeps(cache, 'a', 'new');
      cache.set('b', { stamp: 1, value: { name: 'after it' } });
      await keeps(cache, 'b', 'after it');
      assert.equal((await cache.get('a'))?.name, 'new');
    });

    test('expire', async () => {
      const cache = await newCache(200);
      // Stored again until it is read, because a busy machine may stall past its lifetime.
      await until(async () => {
        cache.set('a', { stamp: 1, value: { name: 'one' } });
        assert.equal((await cache.get('a'))?.name, 'one');
      });
      await keeps(cache, 'a', undefined);
    });
  });
}

testCaches('in memory', false, async () => createMemoryCaches());

test('the memory cache limits its bytes and removes the least recently used values first', () => {
  const cache = createMemoryCaches().create<Thing>('bounded', {
    ...options,
    estimateBytes: ({ name }) => name.length,
  });
  const value = { name: 'kept' };
  cache.set('kept', { stamp: 1, value });
  for (let key = 1; key <= 100; key += 1) {
    cache.set(`other ${key}`, { stamp: 1, value: { name: 'other' } });
    assert.equal(cache.get('kept'), value);
  }
  assert.equal(cache.get('other 1'), undefined);
  const held = Array.from({ length: 100 }, (_, index) => cache.get(`other ${index + 1}`));
  assert.equal(held.filter((thing) => thing !== undefined).length, 19, '4 and 19 × 5 bytes');
});

const redis = redisMissing === false ? await startRedis() : null;

async function connected(commandTimeoutMs = 60_000): Promise<Caches> {
  assert(redis !== null);
  const caches = createRedisCaches({ url: redis.url, log: silent, commandTimeoutMs });
  opened.push(caches);
  await until(() => caches.ping());
  return caches;
}
const opened: Caches[] = [];

testCaches('in Redis', redisMissing, () => connected());

describe('a Redis that several processes share', { skip: redisMissing }, () => {
  test('serves each process the values of the others, but none that one of them invalidated', async () => {
    const name = randomUUID();
    const [one, other] = [await connected(), await connected()].map((caches) =>
      caches.create<Thing>(name, options),
    ) as [Cache<Thing>, Cache<Thing>];
    one.set('a', { stamp: 1, value: { name: 'one' } });
    await until(async () => assert.equal((await other.get('a'))?.name, 'one'));
    one.invalidate('a', 2);
    await until(async () => assert.equal(await other.get('a'), undefined));
    // Read before the change, by a process that was not notified of it.
    other.set('a', { stamp: 1, value: { name: 'late' } });
    other.set('b', { stamp: 1, value: { name: 'after it' } });
    await until(async () => assert.equal((await one.get('b'))?.name, 'after it'));
    assert.equal(await other.get('a'), undefined);
  });

  test('that lost an invalidation does not revive a value in the process that made it', async () => {
    const name = randomUUID();
    const caches = await connected();
    const [informed, uninformed] = [caches, await connected()].map((it) =>
      it.create<Thing>(name, options),
    ) as [Cache<Thing>, Cache<Thing>];
    informed.invalidate('a', 2);
    await until(async () => assert.equal((await redis!.keys()).length > 0, true));
    await redis!.flush();
    uninformed.set('a', { stamp: 1, value: { name: 'old' } });
    await until(async () => assert.equal((await uninformed.get('a'))?.name, 'old'));
    assert.equal(await informed.get('a'), undefined);
  });

  test('delays no reader while it hangs, and is used again when it answers', async () => {
    const caches = await connected(100);
    const cache = caches.create<Thing>(randomUUID(), options);
    await until(async () => {
      cache.set('a', { stamp: 1, value: { name: 'one' } });
      assert.equal((await cache.get('a'))?.name, 'one');
    });
    redis!.pause();
    try {
      await until(async () => assert.equal(await cache.get('a'), undefined));
      assert.deepEqual(cache.getMany(['a']), []);
      // It is not queried for a while, so the result comes without a promise.
      assert.equal(cache.get('a'), undefined);
    } finally {
      redis!.resume();
    }
    await until(async () => assert.equal((await cache.get('a'))?.name, 'one'));
  });

  test('stores nothing while it is down, and is used again when it is back', async () => {
    const caches = await connected(100);
    const cache = caches.create<Thing>(randomUUID(), options);
    await redis!.kill();
    await until(async () => assert.equal(await cache.get('a'), undefined));
    cache.set('a', { stamp: 1, value: { name: 'lost' } });
    cache.invalidate('a', 2);
    await assert.rejects(caches.ping());
    await redis!.start();
    await until(async () => {
      cache.set('a', { stamp: 2, value: { name: 'two' } });
      assert.equal((await cache.get('a'))?.name, 'two');
    });
  });
});

after(async () => {
  for (const caches of opened) await caches.close();
});
