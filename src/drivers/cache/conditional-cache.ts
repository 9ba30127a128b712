import type { Cache } from './cache.ts';

/** A cache that gives and keeps nothing while the condition does not hold. Invalidation always reaches it. */
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
