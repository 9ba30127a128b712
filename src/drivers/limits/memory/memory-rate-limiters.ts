import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Rate, RateLimiter, RateLimiters } from '../rate-limiter.ts';
import { createStoredRateLimiter } from '../stored-rate-limiter.ts';

/**
 * Keys per limiter: some 30 MB of heap when full. Whoever sends from more addresses than that in one window pushes out
 * the counts that were not touched for the longest time.
 */
const KEYS_MAX = 50_000;

/** Points kept in this process. */
export function createMemoryRateLimiters(keysMax = KEYS_MAX): RateLimiters {
  return {
    create: (_name, rate) => createMemoryRateLimiter(rate, keysMax),
    async close() {},
  };
}

function createMemoryRateLimiter(rate: Rate, keysMax: number): RateLimiter {
  const store = new RateLimiterMemory({ points: rate.pointsMax, duration: rate.windowSeconds });
  // The store itself knows no bound.
  const keys = new LRUCache<string, true>({
    max: keysMax,
    dispose: (_value, key, reason) => {
      if (reason === 'evict') void store.delete(key);
    },
  });
  return createStoredRateLimiter(rate, {
    async take(key) {
      keys.set(key, true);
      try {
        return { allowed: true, count: await store.consume(key) };
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        // The store counts refusals as well.
        await store.reward(key);
        return { allowed: false, count: refusal };
      }
    },
    giveBack: (key) => store.reward(key),
  });
}
