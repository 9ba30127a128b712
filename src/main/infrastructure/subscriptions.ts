import type { Transaction } from '../../database/database.ts';
import type { LoggedEvent } from '../../events/index.ts';
import type { Jobs, NewJob } from '../../jobs/index.ts';
import type { Plan, SealPlan } from '../../modules/module.ts';
import type { Seal } from '../../seals/index.ts';
import { findTraceparent } from '../../shared/trace.ts';

/** The plans that create jobs from the events of the log, and from its seals. */
export interface Subscriptions {
  /** Registers plans. Call it before the relay starts. */
  define(plans: readonly Plan[], sealPlans: readonly SealPlan[]): void;
  /** Stores the jobs that follow from events. Returns a function that sends them after the commit. Called by the relay. */
  consume(tx: Transaction, events: readonly LoggedEvent[]): Promise<() => Promise<void>>;
  /** The same for a new seal. Called in its transaction. */
  consumeSeal(tx: Transaction, seal: Seal): Promise<() => Promise<void>>;
}

export function createSubscriptions(jobs: Jobs): Subscriptions {
  const plans: Plan[] = [];
  const sealPlans: SealPlan[] = [];

  async function store(tx: Transaction, planned: readonly NewJob[]) {
    await jobs.add(tx, planned);
    return () => jobs.send(planned);
  }

  return {
    define(ofEvents, ofSeals) {
      plans.push(...ofEvents);
      sealPlans.push(...ofSeals);
    },
    async consume(tx, events) {
      const wanted: NewJob[] = [];
      for (const plan of plans) wanted.push(...(await plan(tx, events)));
      return store(tx, withTraces(wanted, events));
    },
    async consumeSeal(tx, seal) {
      const wanted: NewJob[] = [];
      for (const plan of sealPlans) wanted.push(...(await plan(tx, seal)));
      return store(tx, wanted);
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
