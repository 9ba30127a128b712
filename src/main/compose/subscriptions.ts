import type { Database, Transaction } from '../../database/database.ts';
import type { LoggedEvent } from '../../events/index.ts';
import type { Jobs, NewJob } from '../../jobs/index.ts';
import { traceparentOf } from '../../shared/trace.ts';

/**
 * What a room does with events: the jobs that follow from them, and rows of its own, in one transaction with the other
 * rooms'. Events can come twice: the jobs have ids derived from them, and the rows are written so that it makes no
 * difference.
 */
export type Plan = (tx: Transaction, events: readonly LoggedEvent[]) => Promise<readonly NewJob[]>;

/** For the relay: writes what follows from events, and sends the jobs when that is committed. */
export function createConsumer(
  database: Database,
  jobs: Jobs,
  plans: readonly Plan[],
): (events: readonly LoggedEvent[]) => Promise<void> {
  return async (events) => {
    const planned = await database.transaction(async (tx) => {
      const wanted: NewJob[] = [];
      for (const plan of plans) wanted.push(...(await plan(tx, events)));
      if (wanted.length > 0) await jobs.add(tx, inTheirTraces(wanted, events));
      return wanted;
    });
    if (planned.length > 0) await jobs.send(planned);
  };
}

/** A job goes on with the trace of the request that caused its event, without the rooms' help. */
function inTheirTraces(jobs: readonly NewJob[], events: readonly LoggedEvent[]): NewJob[] {
  const causes = new Map(events.map(({ id, cause }) => [id, cause]));
  return jobs.map((job) => {
    const cause = job.eventId === null ? undefined : causes.get(job.eventId);
    return cause === undefined ? job : { ...job, traceparent: traceparentOf(cause) };
  });
}
