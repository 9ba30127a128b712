import { type Delivery, type Priority, priorities } from '../drivers/queue/queue.ts';
import type { UnstartedJob } from './local-work.ts';
import { createPriorityOrder } from './priority-order.ts';

/** The jobs to start next. */
export interface NextJobs {
  readonly messages: readonly Delivery[];
  readonly leased: readonly UnstartedJob[];
}

/** Jobs that wait for a free slot of their worker: messages to be claimed, and jobs that are leased already. */
export interface WaitingJobs {
  readonly messages: Readonly<Record<Priority, Delivery[]>>;
  readonly leased: Readonly<Record<Priority, UnstartedJob[]>>;
  count(): number;
  hasLeased(): boolean;
  /**
   * Takes up to `max` jobs, by priority, while `mayTake` returns true. Within a priority, messages and leased jobs
   * alternate, so that neither kind waits for all of the other.
   */
  take(max: number, mayTake: () => boolean): NextJobs;
  /** Takes the leased jobs whose time to start has passed. */
  takeLate(now: number): UnstartedJob[];
}

export function createWaitingJobs(): WaitingJobs {
  const order = createPriorityOrder();
  const messages: Record<Priority, Delivery[]> = { high: [], normal: [] };
  const leased: Record<Priority, UnstartedJob[]> = { high: [], normal: [] };
  let wasLeased = false;

  const has = (priority: Priority) => messages[priority].length > 0 || leased[priority].length > 0;

  return {
    messages,
    leased,
    count: () =>
      messages.high.length + messages.normal.length + leased.high.length + leased.normal.length,
    hasLeased: () => leased.high.length + leased.normal.length > 0,
    take(max, mayTake) {
      const next = { messages: [] as Delivery[], leased: [] as UnstartedJob[] };
      for (let count = 0; count < max && mayTake(); count += 1) {
        const priority = order.next({ high: has('high'), normal: has('normal') });
        if (priority === null) break;
        wasLeased = leased[priority].length > 0 && (!wasLeased || messages[priority].length === 0);
        if (wasLeased) next.leased.push(leased[priority].shift()!);
        else next.messages.push(messages[priority].shift()!);
      }
      return next;
    },
    takeLate(now) {
      return priorities.flatMap((priority) => {
        if (!leased[priority].some(({ startBy }) => startBy <= now)) return [];
        // Of all: they wait in the order of their commits, and a slow transaction may have inserted its jobs long before.
        const { late = [], inTime = [] } = Object.groupBy(leased[priority], ({ startBy }) =>
          startBy <= now ? 'late' : 'inTime',
        );
        leased[priority] = inTime;
        return late;
      });
    },
  };
}
