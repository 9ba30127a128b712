import type { Log } from '../../shared/log.ts';

/** Whether a Redis that failed is worth asking again, told to the operator once for each change. */
export interface Availability {
  isAvailable(): boolean;
  answered(): void;
  readonly failed: (error: unknown) => void;
}

export interface AvailabilityOptions {
  /** How long nobody asks a Redis that has just failed to answer. */
  readonly pauseMs: number;
  readonly log: Log;
  /** What happens in each case, as the end of a sentence about Redis. */
  readonly says: { readonly there: string; readonly away: string };
}

export function createAvailability({ pauseMs, log, says }: AvailabilityOptions): Availability {
  let isUnavailable = false;
  let pausedUntil = 0;
  return {
    isAvailable: () => performance.now() >= pausedUntil,
    answered() {
      if (!isUnavailable) return;
      isUnavailable = false;
      log.info(`Redis answers again: ${says.there}`);
    },
    failed(error) {
      pausedUntil = performance.now() + pauseMs;
      if (isUnavailable) return;
      isUnavailable = true;
      const reason = error instanceof Error ? error.message : String(error);
      log.warn(`Redis does not answer (${reason}): ${says.away}`);
    },
  };
}
