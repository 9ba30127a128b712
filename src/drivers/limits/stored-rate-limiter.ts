import type { Rate, RateLimiter } from './rate-limiter.ts';

/** The part of a rate limiter that depends on the store. */
export interface PointStore {
  take(key: string): Promise<{
    readonly allowed: boolean;
    readonly count: { readonly remainingPoints: number; readonly msBeforeNext: number };
  }>;
  /** Called at most once for a consumed point, and only within its window. */
  refund(key: string): Promise<unknown>;
}

export function createStoredRateLimiter(rate: Rate, store: PointStore): RateLimiter {
  return {
    rate,
    async take(key) {
      // Measured before the call: the response took time, and a window must not seem to last longer than it does.
      const requestedAt = performance.now();
      const { allowed, count } = await store.take(key);
      const endsAt = requestedAt + count.msBeforeNext;
      let settled = !allowed;
      return {
        allowed,
        remaining: count.remainingPoints,
        resetsAfterMs: Math.max(0, count.msBeforeNext),
        spend() {
          settled = true;
        },
        async refund() {
          // If the window has ended, the point would be one too many in the next.
          if (settled || performance.now() >= endsAt) return;
          settled = true;
          await store.refund(key);
        },
      };
    },
  };
}
