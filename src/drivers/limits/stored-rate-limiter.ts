import type { Rate, RateLimiter } from './rate-limiter.ts';

/** One store's part of a limiter. */
export interface PointStore {
  take(key: string): Promise<{
    readonly allowed: boolean;
    readonly count: { readonly remainingPoints: number; readonly msBeforeNext: number };
  }>;
  /** Called at most once for a point that was taken, and only within its window. */
  giveBack(key: string): Promise<unknown>;
}

export function createStoredRateLimiter(rate: Rate, store: PointStore): RateLimiter {
  return {
    rate,
    async take(key) {
      // From before the question: the answer took time to come, and a window must not seem to last longer than it does.
      const askedAt = performance.now();
      const { allowed, count } = await store.take(key);
      const endsAt = askedAt + count.msBeforeNext;
      let settled = !allowed;
      return {
        allowed,
        remaining: count.remainingPoints,
        resetsAfterMs: Math.max(0, count.msBeforeNext),
        spend() {
          settled = true;
        },
        async refund() {
          // A point of a window that has ended is nobody's: it would be one too many in the next.
          if (settled || performance.now() >= endsAt) return;
          settled = true;
          await store.giveBack(key);
        },
      };
    },
  };
}
