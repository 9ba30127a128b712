import type { Transaction } from '../../database/database.ts';
import type { LoggedEvent } from '../../events/index.ts';
import type { Jobs, NewJob } from '../../jobs/index.ts';
import type { Plan } from '../../modules/module.ts';
import { findTraceparent } from '../../shared/trace.ts';

/** The plans that create jobs from the events of the log. */
export interface Subscriptions {
  /** Registers plans. Call it before the relay starts. */
  define(plans: readonly Plan[]): void;
  /** Stores the jobs that follow from events. Returns a function that sends them after the commit. Called by the relay. */
  consume(tx: Transaction, events: readonly LoggedEvent[]): Promise<() => Promise<void>>;
}

export function createSubscriptions(jobs: Jobs): Subscriptions {
  const plans: Plan[] = [];
  return {
    define(defined) {
      plans.push(...defined);
    },
    async consume(tx, events) {
      const wanted: NewJob[] = [];
      for (const plan of plans) wanted.push(...(await plan(tx, events)));
      const planned = withTraces(wanted, events);
      await jobs.add(tx, planned);
      return () => jobs.send(planned);
    },
  };
}

/** Continues in each job the trace of the request that caused its event, without the modules' help. */
function withTraces(jobs: readonly NewJob[], events: readonly LoggedEvent[]): readonly NewJob[] {
  const causes = new Map(events.map((event) => [event.id, event]));
  return jobs.map((job) => {
    const cause = job.eventId === null ? undefined : causes.get(job.eventId);
    return cause === undefined ? job : { ...job, traceparent: findTraceparent(cause) };
  });
}
