const DAY_MS = 24 * 60 * 60_000;

/** A receiver that is repaired after a weekend has missed nothing. */
export const SPAN_MS = 3 * DAY_MS;

/** With the default first wait of 5 s, nine waits that grow by this much last three days. */
const GROWTH_MAX = 3.729;

export interface DeliverySchedule {
  readonly attemptsMax: number;
  /** The wait after `attempt` (1…n) failed tries, with jitter of a fifth either way. */
  retryDelayMs(attempt: number): number;
}

/**
 * When a message is tried again. The first wait is `baseSeconds`; each next one is longer by a constant factor: the
 * largest, up to 3.729, with which all waits together stay within three days. So more tries share the three days, and
 * a shorter first wait shortens them all. By default: 5 s, 19 s, 70 s, 4 min, 16 min, 1 h, 3.7 h, 14 h, 52 h.
 */
export function deliverySchedule(
  { attemptsMax, baseSeconds }: { readonly attemptsMax: number; readonly baseSeconds: number },
  random: () => number = Math.random,
): DeliverySchedule {
  const baseMs = baseSeconds * 1_000;
  const growth = growthOf(attemptsMax - 1, baseMs);
  return {
    attemptsMax,
    retryDelayMs: (attempt) => baseMs * growth ** (attempt - 1) * (0.8 + 0.4 * random()),
  };
}

/** By bisection, since the sum of a geometric series has no closed inverse. 1 when even equal waits last longer. */
function growthOf(waits: number, baseMs: number): number {
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
