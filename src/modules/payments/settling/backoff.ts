/** How long to wait at most between two tries at a provider: money that must go back has ten minutes. */
const WAIT_SECONDS_MAX = 60;

/**
 * Seconds until the next try after `attempts` failed ones: doubling from `baseSeconds`, with full jitter over the upper
 * half, so that what failed together does not come back together. `random` is in [0, 1).
 */
export function backoffSeconds(
  attempts: number,
  baseSeconds: number,
  waitSecondsMax = WAIT_SECONDS_MAX,
  random: () => number = Math.random,
): number {
  const wait = Math.min(baseSeconds * 2 ** Math.max(attempts - 1, 0), waitSecondsMax);
  return wait * (0.5 + random() / 2);
}
