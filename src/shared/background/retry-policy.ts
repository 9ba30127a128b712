import type { Backoff } from './backoff.ts';

/** How often work is tried, and how long it waits between two tries. */
export interface RetryPolicy {
  /** After so many tries it is given up, and becomes a dead letter. */
  readonly attemptsMax: number;
  readonly retryDelayMs: Backoff;
}

/** The wait until the next try, after `attempt` tries (1…n) have failed; null when that was the last one. */
export function nextTryInMs(
  { attemptsMax, retryDelayMs }: RetryPolicy,
  attempt: number,
): number | null {
  return attempt >= attemptsMax ? null : retryDelayMs(attempt);
}
