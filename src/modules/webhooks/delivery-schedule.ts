import { exponentialBackoff } from '../../shared/background/backoff.ts';
import type { RetryPolicy } from '../../shared/background/retry-policy.ts';

const DAY_MS = 24 * 60 * 60_000;

/** A receiver that is repaired after a weekend misses nothing. */
export const SPAN_MS = 3 * DAY_MS;

/** With the default first wait of 5 s, nine waits that grow by this factor last three days. */
const GROWTH_MAX = 3.729;

/**
 * Returns when a message is tried again. The first wait is `baseSeconds`; each next one is longer by a constant factor,
 * at most 3.729, chosen as large as possible so that all waits together stay within three days. So more attempts share
 * the three days, and a shorter first wait shortens them all. By default: 5 s, 19 s, 70 s, 4 min, 16 min, 1 h, 3.7 h,
 * 14 h, 52 h. Jitter changes each by at most a fifth, in either direction.
 */
export function deliverySchedule(
  { attemptsMax, baseSeconds }: { readonly attemptsMax: number; readonly baseSeconds: number },
  random: () => number = Math.random,
): RetryPolicy {
  const baseMs = baseSeconds * 1_000;
  return {
    attemptsMax,
    retryDelayMs: exponentialBackoff({
      baseMs,
      factor: findGrowth(attemptsMax - 1, baseMs),
      capMs: Number.POSITIVE_INFINITY,
      jitter: [0.8, 1.2],
      random,
    }),
  };
}

/**
 * Finds the factor by bisection, because the sum of a geometric series has no closed inverse. Returns 1 if even equal
 * waits last longer.
 */
function findGrowth(waits: number, baseMs: number): number {
  const spanMs = (growth: number): number => {
    let sumMs = 0;
    for (let wait = 0; wait < waits; wait += 1) sumMs += baseMs * growth ** wait;
    return sumMs;
  };
  if (spanMs(GROWTH_MAX) <= SPAN_MS) return GROWTH_MAX;
  let low = 1;
  let high = GROWTH_MAX;
  for (let step = 0; step < 50; step += 1) {
    const middle = (low + high) / 2;
    if (spanMs(middle) <= SPAN_MS) low = middle;
    else high = middle;
  }
  return low;
}
