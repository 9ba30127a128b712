import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Rate, RateLimiter, RateLimiters } from '../rate-limiter.ts';
import { createStoredRateLimiter } from '../stored-rate-limiter.ts';

/**
 * Keys per limiter: some 30 MB of heap when full. Requests from more addresses than this in one window evict the least
 * recently used counts.
 */
const KEYS_MAX = 50_000;

/** Creates rate limiters whose points are counted in this process. */
export function createMemoryRateLimiters(keysMax = KEYS_MAX): RateLimiters {
  return {
    create: (_name, rate) => createMemoryRateLimiter(rate, keysMax),
    async close() {},
  };
}

function createMemoryRateLimiter(rate: Rate, keysMax: number): RateLimiter {
  const store = new RateLimiterMemory({ points: rate.pointsMax, duration: rate.windowSeconds });
  // The store itself has no limit.
  const keys = new LRUCache<string, true>({
    max: keysMax,
    dispose: (_value, key, reason) => {
      if (reason === 'evict') void store.delete(key);
    },
  });
  return createStoredRateLimiter(rate, {
    async take(key, points) {
      keys.set(key, true);
      try {
        return { allowed: true, count: await store.consume(key, points) };
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        // The store counts refusals as well.
        await store.reward(key, points);
        return { allowed: false, count: refusal };
      }
    },
    async refund(key, points) {
      // The library would begin a window, with more points than the rate has.
      if ((await store.get(key)) !== null) await store.reward(key, points);
    },
    delete: (key) => store.delete(key),
  });
}
