import { type Backoff, exponentialBackoff } from '../../shared/background/backoff.ts';

/**
 * The waits between the tries of a mail. Three times as long each time, not twice as for other work: eight tries from
 * five seconds on last an hour and twenty minutes at least, where doubling gives ten minutes, and a mail server may be
 * away for an hour or put a sender off for half of one (greylisting). At most four hours, so that many tries do not reach
 * for days.
 */
export function mailBackoff(baseSeconds: number, random = Math.random): Backoff {
  return exponentialBackoff({
    baseMs: baseSeconds * 1_000,
    factor: 3,
    capMs: 4 * 3_600_000,
    jitter: [0.9, 1.1],
    random,
  });
}
