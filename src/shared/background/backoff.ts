/** An hour: rare enough for a service that stays down, and soon enough after it is back. */
const CAP_MS = 3_600_000;
/** The upper half, so that work that failed together is not retried together, and none is retried at once. */
const JITTER: Jitter = [0.5, 1];

/** The range of the random factor of a wait: `from` inclusive, `to` exclusive. */
export type Jitter = readonly [from: number, to: number];

/** The wait after each failed attempt (1…n), in milliseconds. */
export type Backoff = (attempt: number) => number;

export interface BackoffOptions {
  /** The wait after the first attempt. */
  readonly baseMs: number;
  /** By how much each wait exceeds the one before, as a factor. Default 2. */
  readonly factor?: number;
  /** The longest wait, before jitter. Default one hour. */
  readonly capMs?: number;
  /** Default 0.5 to 1. */
  readonly jitter?: Jitter;
  /** In [0, 1). */
  readonly random?: () => number;
}

/** Creates a backoff whose waits grow from the base by a constant factor up to the cap, each with jitter. */
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
