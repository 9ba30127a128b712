import type { Log } from '../../shared/log.ts';

/** Logs once that a queue's server is unavailable, and once that it has recovered. */
export interface Outage {
  readonly failed: (error: unknown) => void;
  readonly answered: () => void;
}

/** `server` is its name in a sentence, such as `Redis`. */
export function createOutage(server: string, log: Log): Outage {
  let isUnavailable = false;
  return {
    failed(error) {
      if (isUnavailable) return;
      isUnavailable = true;
      const reason = error instanceof Error ? error.message : String(error);
      log.warn(`${server} does not respond (${reason}); jobs wait in the database`);
    },
    answered() {
      if (!isUnavailable) return;
      isUnavailable = false;
      log.info(`${server} responds again and carries jobs`);
    },
  };
}
