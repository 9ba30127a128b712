import { type Backoff, exponentialBackoff } from '../../shared/background/backoff.ts';

/**
 * Returns the waits between the attempts of a mail. Each is three times as long as the one before, not twice as for
 * other work: eight attempts from five seconds on last at least an hour and twenty minutes, where doubling gives ten
 * minutes. A mail server may be unavailable for an hour, or defer a sender for half an hour (greylisting). At most four
 * hours each, so that many attempts do not take days.
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
