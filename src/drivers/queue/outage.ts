import type { Log } from '../../shared/log.ts';

/** Tells the operator once that a queue's server is away, and once that it is back. */
export interface Outage {
  readonly failed: (error: unknown) => void;
  readonly answered: () => void;
}

/** `server` as it stands in a sentence, such as `Redis`. */
export function createOutage(server: string, log: Log): Outage {
  let isUnavailable = false;
  return {
    failed(error) {
      if (isUnavailable) return;
      isUnavailable = true;
      const reason = error instanceof Error ? error.message : String(error);
      log.warn(`${server} does not answer (${reason}): jobs wait in the database`);
    },
    answered() {
      if (!isUnavailable) return;
      isUnavailable = false;
      log.info(`${server} answers again: jobs are carried by it`);
    },
  };
}
