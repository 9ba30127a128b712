import type { Rate, RateLimiter } from './rate-limiter.ts';

/** The part of a rate limiter that depends on the store. */
export interface PointStore {
  /** Consumes all of these points or none. */
  take(
    key: string,
    points: number,
  ): Promise<{
    readonly allowed: boolean;
    readonly count: {
      /** If refused, as if they had been consumed. */
      readonly consumedPoints: number;
      readonly remainingPoints: number;
      readonly msBeforeNext: number;
    };
  }>;
  /** Called at most once for a consumed point, and only within its window. */
  refund(key: string, points: number): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

export function createStoredRateLimiter(rate: Rate, store: PointStore): RateLimiter {
  /** Takes the wanted points, or those that are left. Other calls may take some in between. */
  async function takeLeft(key: string, wanted: number) {
    for (let points = wanted; ; ) {
      const { allowed, count } = await store.take(key, points);
      if (allowed) return { points, count };
      const left = rate.pointsMax - (count.consumedPoints - points);
      if (left <= 0) return { points: 0, count };
      points = Math.min(left, points - 1);
    }
  }

  return {
    rate,
    async clear(key) {
      await store.delete(key);
    },
    async take(key, wanted = 1) {
      // Measured before the call: the response took time, and a window must not seem to last longer than it does.
      const requestedAt = performance.now();
      const { points, count } = await takeLeft(key, wanted);
      const endsAt = requestedAt + count.msBeforeNext;
      let settled = points === 0;
      return {
        allowed: points > 0,
        points,
        remaining: count.remainingPoints,
        resetsAfterMs: Math.max(0, count.msBeforeNext),
        spend() {
          settled = true;
        },
        async refund(unspent = points) {
          // If the window has ended, the points would be too many in the next.
          if (settled || performance.now() >= endsAt) return;
          settled = true;
          await store.refund(key, unspent);
        },
      };
    },
  };
}
