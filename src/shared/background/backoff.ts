/** An hour: what is down longer is tried often enough by then, and soon enough after it is back. */
const CAP_MS = 3_600_000;
/** Over the upper half, so that what failed together does not come back together and none comes back at once. */
const JITTER: Jitter = [0.5, 1];

/** The range of the factor by which a wait is multiplied at random: from the first on, below the second. */
export type Jitter = readonly [from: number, to: number];

/** The wait after each failed try (1…n). */
export type Backoff = (attempt: number) => number;

export interface BackoffOptions {
  /** The wait after the first try. */
  readonly baseMs: number;
  /** How many times longer each next wait is. Default 2. */
  readonly factor?: number;
  /** The longest wait, before jitter. Default an hour. */
  readonly capMs?: number;
  /** Default 0.5 to 1. */
  readonly jitter?: Jitter;
  /** In [0, 1). */
  readonly random?: () => number;
}

/** Waits that grow from the base by a constant factor up to the cap, each with jitter. */
export function exponentialBackoff({
  baseMs,
  factor = 2,
  capMs = CAP_MS,
  jitter = JITTER,
  random = Math.random,
}: BackoffOptions): Backoff {
  return (attempt) => withJitter(Math.min(baseMs * factor ** (attempt - 1), capMs), jitter, random);
}

export function withJitter(ms: number, [from, to]: Jitter, random = Math.random): number {
  return ms * (from + random() * (to - from));
}
