import type { Cache } from './cache.ts';

/** Wraps a cache so that it returns and stores nothing while the condition is false. Invalidations always reach it. */
export function createConditionalCache<Value>(
  cache: Cache<Value>,
  holds: () => boolean,
): Cache<Value> {
  return {
    get: (key) => (holds() ? cache.get(key) : undefined),
    getMany: (keys) => (holds() ? cache.getMany(keys) : []),
    set(key, entry) {
      if (holds()) cache.set(key, entry);
    },
    invalidate: (key, stamp) => cache.invalidate(key, stamp),
  };
}
