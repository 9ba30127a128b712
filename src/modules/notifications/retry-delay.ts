const FACTOR = 3;
/** So that many tries do not reach for days. */
const WAIT_MS_MAX = 4 * 3_600_000;

/**
 * The wait after try `attempt` (1…n). Three times as long each time, not twice as for other work: eight tries from five
 * seconds on last an hour and twenty minutes at least, where doubling gives ten minutes, and a mail server may be away
 * for an hour or put a sender off for half of one (greylisting). `random` is in [0, 1).
 */
export function mailRetryDelayMs(
  attempt: number,
  baseSeconds: number,
  random: () => number = Math.random,
): number {
  const waitMs = Math.min(baseSeconds * 1_000 * FACTOR ** (attempt - 1), WAIT_MS_MAX);
  return Math.round(waitMs * (0.9 + random() * 0.2));
}
