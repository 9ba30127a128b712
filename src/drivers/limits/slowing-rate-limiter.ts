import type { RateLimiter } from './rate-limiter.ts';

/**
 * Combines two limiters: once no point is left under the first, those of the second are consumed. With a second one of
 * a short window, callers are slowed down and never shut out.
 */
export function createSlowingRateLimiter(first: RateLimiter, slow: RateLimiter): RateLimiter {
  return {
    rate: first.rate,
    async take(key, points) {
      const take = await first.take(key, points);
      return take.allowed ? take : slow.take(key, points);
    },
    async clear(key) {
      await Promise.all([first.clear(key), slow.clear(key)]);
    },
  };
}
