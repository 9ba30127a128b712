import type { Database } from '../../database/database.ts';
import type { LoggedEvent } from '../../events/index.ts';
import type { Jobs, NewJob } from '../../jobs/index.ts';
import type { Plan } from '../../modules/module.ts';
import { findTraceparent } from '../../shared/trace.ts';

/** The plans that create jobs from the events of the log. */
export interface Subscriptions {
  /** Registers plans. Call it before the relay starts. */
  define(plans: readonly Plan[]): void;
  /** Stores the jobs that follow from events, and sends them after the commit. Called by the relay. */
  consume(events: readonly LoggedEvent[]): Promise<void>;
}

export function createSubscriptions(database: Database, jobs: Jobs): Subscriptions {
  const plans: Plan[] = [];
  return {
    define(defined) {
      plans.push(...defined);
    },
    async consume(events) {
      const planned = await database.transaction(async (tx) => {
        const wanted: NewJob[] = [];
        for (const plan of plans) wanted.push(...(await plan(tx, events)));
        if (wanted.length > 0) await jobs.add(tx, withTraces(wanted, events));
        return wanted;
      });
      if (planned.length > 0) await jobs.send(planned);
    },
  };
}

/** Continues in each job the trace of the request that caused its event, without the modules' help. */
function withTraces(jobs: readonly NewJob[], events: readonly LoggedEvent[]): NewJob[] {
  const causes = new Map(events.map(({ id, cause }) => [id, cause]));
  return jobs.map((job) => {
    const cause = job.eventId === null ? undefined : causes.get(job.eventId);
    return cause === undefined ? job : { ...job, traceparent: findTraceparent(cause) };
  });
}
