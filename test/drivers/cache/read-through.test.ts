import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createMemoryCaches } from '../../../src/drivers/cache/memory/memory-caches.ts';
import { createReadThrough } from '../../../src/drivers/cache/read-through.ts';
import { until } from '../../support/until.ts';

/** Creates a source that answers when the test tells it to. */
function source() {
  const stamps = new Map<string, number>();
  const queries: (readonly string[])[] = [];
  const waiting: (() => void)[] = [];
  return {
    stamps,
    queries,
    async load(keys: readonly string[]) {
      queries.push(keys);
      // Like the database, it reads its state when the query arrives.
      const seen = keys.map((key) => stamps.get(key));
      await new Promise<void>((resolve) => waiting.push(resolve));
      return seen.map((stamp) => (stamp === undefined ? undefined : { stamp, value: { stamp } }));
    },
    asked: (count: number) => until(async () => assert.equal(queries.length, count)),
    answer() {
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
}

function readers() {
  const from = source();
  const hits: boolean[] = [];
  const cache = createMemoryCaches().create<{ stamp: number }>('test', {
    ttlMs: 60_000,
    bytesMax: 100,
    estimateBytes: () => 1,
  });
  const reading = createReadThrough({
    cache,
    load: from.load,
    onRead: (hit) => hits.push(hit),
  });
  return { from, hits, reading };
}

describe('reading through a cache', () => {
  test('a hundred readers of one key send one query, and the next reader sends none', async () => {
    const { from, hits, reading } = readers();
    from.stamps.set('a', 1);
    const reads = Array.from({ length: 100 }, () => reading.read('a'));
    await from.asked(1);
    from.answer();
    const values = await Promise.all(reads);
    assert.equal(new Set(values).size, 1);
    const kept = reading.read('a');
    assert.deepEqual([kept instanceof Promise, kept], [false, { stamp: 1 }]);
    assert.deepEqual([from.queries, hits.at(-1)], [[['a']], true]);
  });

  test('a hundred readers of a hundred keys send few queries', async () => {
    const { from, reading } = readers();
    const keys = Array.from({ length: 100 }, (_, index) => `key ${index}`);
    const reads = Promise.all(keys.map((key) => reading.read(key)));
    for (const key of keys.slice(1)) from.stamps.set(key, 1);
    await until(async () => {
      from.answer();
      assert.equal(from.queries.flat().length, 100);
    });
    from.answer();
    const [missing, ...others] = await reads;
    assert.equal(missing, undefined);
    assert.equal(others.filter((value) => value?.stamp === 1).length, 99);
    assert.ok(from.queries.length <= 4, `${from.queries.length} queries`);
  });

  test('a read after a change does not share a load that began before it', async () => {
    const { from, reading } = readers();
    from.stamps.set('a', 1);
    const early = reading.read('a');
    await from.asked(1);
    from.stamps.set('a', 2);
    reading.invalidate('a', 2);
    const late = reading.read('a');
    from.answer();
    assert.deepEqual(await early, { stamp: 1 });
    await from.asked(2);
    from.answer();
    assert.deepEqual(await late, { stamp: 2 });
    assert.deepEqual(reading.read('a'), { stamp: 2 });
  });

  test('a load that began before a change is not cached', async () => {
    const { from, reading } = readers();
    from.stamps.set('a', 1);
    const early = reading.read('a');
    await from.asked(1);
    reading.invalidate('a', 2);
    from.answer();
    await early;
    from.stamps.set('a', 2);
    const next = reading.read('a');
    await from.asked(2);
    from.answer();
    assert.deepEqual(await next, { stamp: 2 });
  });

  test('a failed load fails its readers, and the next read loads again', async () => {
    let fails = true;
    const reading = createReadThrough<number>({
      cache: null,
      async load(keys) {
        if (fails) throw new Error('unavailable');
        return keys.map(() => ({ stamp: 1, value: 7 }));
      },
    });
    const reads = await Promise.allSettled([reading.read('a'), reading.read('a')]);
    assert.deepEqual(
      reads.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    fails = false;
    assert.equal(await reading.read('a'), 7);
  });
});
