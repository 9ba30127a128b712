import type { Database, Transaction } from '../../../database/database.ts';
import type { LoggedEvent } from '../../../events/index.ts';
import {
  GiveUp,
  type JobDefinition,
  type NewJob,
  RunLater,
  type RunningJob,
} from '../../../jobs/index.ts';
import { followingId, isId } from '../../../shared/ids.ts';
import type { PriceLists } from '../placement/price-list.ts';
import type { PlacementRules } from '../placement/request.ts';
import { PLACE_QUEUED } from './place-queued.ts';
import { type QueuedJob, type Round, serveQueue } from './serve-queue.ts';

/** Longer than a round, but short, because the orders of a dead worker wait until its lease expires. */
const DEADLINE_MS = 20_000;
/** A job whose order is far back in a long queue runs again later, instead of failing at its deadline. */
const WAIT_MAX_MS = 8_000;
const RUN_AGAIN_MS = 2_000;

export const QUEUE_OF_ORDERS = 'orders';

export interface QueuedPlacementDependencies {
  readonly database: Database;
  readonly rules: PlacementRules;
  readonly priceLists: PriceLists;
  readonly attemptsMax: number;
  readonly retryDelayMs: (attempt: number) => number;
  /** Called with counts for the metrics. */
  readonly onPlaced?: (count: number) => void;
  readonly onFailed?: (count: number) => void;
}

interface WaitingJob extends QueuedJob {
  readonly since: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Plans one job per queued order. A VIP's has high priority, so that the queue is served sooner. */
export async function planQueuedPlacement(
  _tx: Transaction,
  events: readonly LoggedEvent[],
): Promise<NewJob[]> {
  return events.flatMap((event) => {
    if (event.type !== 'order.queued') return [];
    return {
      id: followingId(event.id, PLACE_QUEUED),
      name: PLACE_QUEUED,
      priority: isVip(event) ? ('high' as const) : ('normal' as const),
      data: { orderId: event.orderId },
      eventId: event.id,
    };
  });
}

function isVip({ dataText }: LoggedEvent): boolean {
  return (JSON.parse(dataText) as { vip?: boolean }).vip === true;
}

/**
 * Creates the job that places queued orders. A job runs until its own order no longer waits. Meanwhile this process
 * serves the queue, round after round, in the queue's order and not in that of the jobs.
 */
export function createQueuedPlacement(dependencies: QueuedPlacementDependencies): JobDefinition {
  const { database, rules, priceLists, onPlaced = () => {}, onFailed = () => {} } = dependencies;
  const server = { database, rules, priceLists };
  let waitingJobs: WaitingJob[] = [];
  let serving = false;

  async function serve(): Promise<void> {
    serving = true;
    for (;;) {
      waitingJobs = waitingJobs.filter(isStillWaiting);
      if (waitingJobs.length === 0) break;
      // A copy: a job that arrives during a round belongs to the next one.
      const jobs = [...waitingJobs];
      try {
        settle(await serveQueue(server, jobs));
      } catch (error) {
        for (const { reject } of jobs) reject(error);
        waitingJobs = waitingJobs.filter((one) => !jobs.includes(one));
      }
    }
    serving = false;
  }

  function settle({ placed, failed, finished, broken }: Round): void {
    if (placed > 0) onPlaced(placed);
    if (failed > 0) onFailed(failed);
    waitingJobs = waitingJobs.filter((one) => {
      if (finished.has(one)) one.resolve();
      else if (broken.has(one)) one.reject(broken.get(one));
      else return true;
      return false;
    });
  }

  return {
    name: PLACE_QUEUED,
    queue: QUEUE_OF_ORDERS,
    attemptsMax: dependencies.attemptsMax,
    retryDelayMs: dependencies.retryDelayMs,
    deadlineMs: DEADLINE_MS,
    run: (job) =>
      new Promise((resolve, reject) => {
        const orderId = requireOrderId(job);
        waitingJobs.push({ orderId, job, since: performance.now(), resolve, reject });
        // At the end of the current tick, together with the other jobs that arrived in it.
        if (!serving) {
          serving = true;
          setImmediate(() => void serve());
        }
      }),
  };
}

function requireOrderId({ data }: RunningJob): string {
  const { orderId } = data;
  if (typeof orderId !== 'string' || !isId(orderId)) throw new GiveUp('the job has no order id');
  return orderId;
}

function isStillWaiting({ job, since, reject }: WaitingJob): boolean {
  if (job.signal.aborted) reject(job.signal.reason);
  else if (performance.now() - since > WAIT_MAX_MS) reject(new RunLater(RUN_AGAIN_MS));
  else return true;
  return false;
}
