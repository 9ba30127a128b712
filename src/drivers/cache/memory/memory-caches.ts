import { LRUCache } from 'lru-cache';
import type { Cache, CacheOptions, Caches, Stamped } from '../cache.ts';
import { createMinimumStamps } from '../minimum-stamps.ts';

/** A minimum stamp is needed only as long as a load may take: seconds. */
const MINIMUM_STAMPS_MAX = 20_000;

/** Creates caches in this process. Reads return the same object that was stored. */
export function createMemoryCaches(): Caches {
  return {
    kind: 'memory',
    create: (_name, options) => createMemoryCache(options),
    async ping() {},
    async close() {},
  };
}

interface Entry<Value> extends Stamped<Value> {
  /** By `performance.now()`. The LRU cache's own TTL needs a timer and takes twice the time. */
  readonly endsAtMs: number;
}

function createMemoryCache<Value>(options: CacheOptions<Value>): Cache<Value> {
  const { ttlMs, bytesMax, estimateBytes } = options;
  const entries = new LRUCache<string, Entry<Value>>({
    maxSize: bytesMax,
    sizeCalculation: ({ value }) => estimateBytes(value),
  });
  const minimumStamps = createMinimumStamps(MINIMUM_STAMPS_MAX);
  const find = (key: string, nowMs: number): Entry<Value> | undefined => {
    const entry = entries.get(key);
    return entry === undefined || entry.endsAtMs <= nowMs ? undefined : entry;
  };
  return {
    get: (key) => find(key, performance.now())?.value,
    getMany(keys) {
      const nowMs = performance.now();
      return keys.map((key) => find(key, nowMs));
    },
    set(key, { stamp, value }) {
      const existing = entries.get(key);
      if (stamp < Math.max(minimumStamps.of(key), existing?.stamp ?? 0)) return;
      entries.set(key, { stamp, value, endsAtMs: performance.now() + ttlMs });
    },
    invalidate(key, stamp) {
      if (!minimumStamps.raise(key, stamp)) return;
      const cached = entries.get(key);
      if (cached !== undefined && cached.stamp < stamp) entries.delete(key);
    },
  };
}
