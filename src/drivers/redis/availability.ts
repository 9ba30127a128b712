import type { Log } from '../../shared/log.ts';

/** Tracks whether a Redis that failed is worth trying again, and logs each change once. */
export interface Availability {
  isAvailable(): boolean;
  answered(): void;
  readonly failed: (error: unknown) => void;
}

export interface AvailabilityOptions {
  /** How long Redis is not tried again after a failure. */
  readonly pauseMs: number;
  readonly log: Log;
  /** The consequence of each state, as the end of a sentence about Redis. */
  readonly consequences: { readonly available: string; readonly unavailable: string };
}

export function createAvailability({
  pauseMs,
  log,
  consequences,
}: AvailabilityOptions): Availability {
  let isUnavailable = false;
  let pausedUntil = 0;
  return {
    isAvailable: () => performance.now() >= pausedUntil,
    answered() {
      if (!isUnavailable) return;
      isUnavailable = false;
      log.info(`Redis responds again: ${consequences.available}`);
    },
    failed(error) {
      pausedUntil = performance.now() + pauseMs;
      if (isUnavailable) return;
      isUnavailable = true;
      const reason = error instanceof Error ? error.message : String(error);
      log.warn(`Redis does not respond (${reason}): ${consequences.unavailable}`);
    },
  };
}
