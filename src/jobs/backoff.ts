/** An hour: what is down longer is tried often enough by then, and soon enough after it is back. */
const CAP_MS = 3_600_000;

export interface BackoffOptions {
  /** The wait after the first try. */
  readonly baseMs: number;
  /** The longest wait, before jitter. */
  readonly capMs?: number;
  /** In [0, 1). */
  readonly random?: () => number;
}

/**
 * The wait after each try (1…n): doubling from the base up to the cap, with jitter over the upper half, so that what
 * failed together does not come back together and none comes back at once.
 */
export function exponentialBackoff({
  baseMs,
  capMs = CAP_MS,
  random = Math.random,
}: BackoffOptions): (attempt: number) => number {
  return (attempt) => {
    const waitMs = Math.min(baseMs * 2 ** (attempt - 1), capMs);
    return waitMs * (0.5 + random() / 2);
  };
}
