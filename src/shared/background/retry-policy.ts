import type { Backoff } from './backoff.ts';

/** How often work is attempted, and how long it waits between attempts. */
export interface RetryPolicy {
  /** The number of attempts after which the work becomes a dead letter. */
  readonly attemptsMax: number;
  readonly retryDelayMs: Backoff;
}

/** Returns the wait after `attempt` failed attempts (1…n), or null if that was the last one. */
export function findNextAttemptDelayMs(
  { attemptsMax, retryDelayMs }: RetryPolicy,
  attempt: number,
): number | null {
  return attempt >= attemptsMax ? null : retryDelayMs(attempt);
}
