import { LRUCache } from 'lru-cache';
import type { Cache, CacheOptions, Caches, Stamped } from '../cache.ts';
import { createMinimumStamps } from '../minimum-stamps.ts';

/** A floor is of use for as long as a load may take: seconds. */
const FLOORS_MAX = 20_000;

/** Values kept in this process: what comes out is the very object that was put in. */
export function createMemoryCaches(): Caches {
  return {
    kind: 'memory',
    create: (_name, options) => createMemoryCache(options),
    async ping() {},
    async close() {},
  };
}

interface Entry<Value> extends Stamped<Value> {
  /** By `performance.now()`. The LRU's own way of ageing takes a timer and twice the time. */
  readonly endsAtMs: number;
}

function createMemoryCache<Value>(options: CacheOptions<Value>): Cache<Value> {
  const { ttlMs, bytesMax, estimateBytes } = options;
  const entries = new LRUCache<string, Entry<Value>>({
    maxSize: bytesMax,
    sizeCalculation: ({ value }) => estimateBytes(value),
  });
  const floors = createMinimumStamps(FLOORS_MAX);
  const find = (key: string): Entry<Value> | undefined => {
    const entry = entries.get(key);
    return entry === undefined || entry.endsAtMs <= performance.now() ? undefined : entry;
  };
  return {
    get: (key) => find(key)?.value,
    getMany: (keys) => keys.map(find),
    set(key, { stamp, value }) {
      const existing = entries.get(key);
      if (stamp < Math.max(floors.of(key), existing?.stamp ?? 0)) return;
      entries.set(key, { stamp, value, endsAtMs: performance.now() + ttlMs });
    },
    invalidate(key, stamp) {
      if (!floors.raise(key, stamp)) return;
      const kept = entries.get(key);
      if (kept !== undefined && kept.stamp < stamp) entries.delete(key);
    },
  };
}
