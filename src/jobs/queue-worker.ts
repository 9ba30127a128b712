import { type Delivery, type Priority, priorities } from '../drivers/queue/queue.ts';
import { createBatcher } from '../shared/batcher.ts';
import { newId } from '../shared/ids.ts';
import { pause } from '../shared/pause.ts';
import type { JobDefinition } from './job.ts';
import type { JobRegistry } from './jobs.ts';
import { createPriorityOrder } from './priority-order.ts';
import { type ClaimedRow, claimJobs, postponeJobs, resendJobs } from './queries.ts';
import { AFTER_ABORT_MS } from './run-attempt.ts';

/** How long the driver hides a message from other workers. Extended while it is in use. */
const DELIVERY_LEASE_MS = 30_000;
const RECEIVE_WAIT_MS = 10_000;
const RETRY_MS = 500;
const ACKNOWLEDGED_AT_ONCE_MAX = 500;
/** A lease in the database outlasts the deadline, what follows it, and a slow commit. */
const LEASE_MARGIN_MS = AFTER_ABORT_MS + 4_000;
/** The delay of a job that only a newer program defines: it is sent again until such a program claims it. */
const UNKNOWN_DELAY_MS = 5_000;

export interface ClaimedJob {
  readonly definition: JobDefinition;
  readonly row: ClaimedRow;
  readonly leaseToken: string;
}

export interface QueueWorkerOptions {
  readonly registry: JobRegistry;
  readonly queue: string;
  /** How many jobs to work on at a time. */
  readonly concurrency: number;
  /** Works on one claimed job until it is settled. Must not reject. Returns the error if it became a dead letter. */
  readonly work: (job: ClaimedJob) => Promise<string | null>;
  readonly onError: (error: unknown) => void;
}

/** Passes the jobs of one queue to `work`, by priority. */
export interface QueueWorker {
  start(): void;
  /** Stops receiving and returns jobs that have not started. Resolves when those in progress have ended. */
  stop(): Promise<void>;
}

export function createQueueWorker(options: QueueWorkerOptions): QueueWorker {
  const { registry, queue, concurrency, onError } = options;
  const { driver, database } = registry;
  const stopping = new AbortController();
  const order = createPriorityOrder();
  const waiting: Record<Priority, Delivery[]> = { high: [], normal: [] };
  const onCapacity: Record<Priority, () => void> = { high() {}, normal() {} };
  /** Whether the last receive returned nothing. */
  const isEmpty: Record<Priority, boolean> = { high: false, normal: false };
  /** The messages that the driver must not deliver to others: those waiting here or in progress. */
  const held = new Set<Delivery>();
  const begun = new Set<Promise<void>>();
  let free = concurrency;
  let dispatching: Promise<void> | null = null;
  /** Whether something changed since `dispatching` last checked. */
  let hasChanged = false;
  let loops: Promise<void>[] = [];
  let extension: NodeJS.Timeout | undefined;
  let definitions = new Map<string, JobDefinition>();
  let leases = '{}';

  /** Receives up to `concurrency` messages in advance, so that the next one is here when a slot becomes free. */
  async function receivePriority(priority: Priority): Promise<void> {
    const { signal } = stopping;
    while (!signal.aborted) {
      const capacity = Math.min(concurrency, 100) - waiting[priority].length;
      if (capacity <= 0) {
        await new Promise<void>((resolve) => {
          onCapacity[priority] = resolve;
        });
        continue;
      }
      try {
        const deliveries = await driver.receive(queue, priority, {
          max: capacity,
          leaseMs: DELIVERY_LEASE_MS,
          // Without waiting at first: until it is known whether messages wait here, the other priority is blocked too.
          waitMs: isEmpty[priority] ? RECEIVE_WAIT_MS : 0,
          signal,
        });
        for (const delivery of deliveries) held.add(delivery);
        waiting[priority].push(...deliveries);
        isEmpty[priority] = deliveries.length === 0;
        dispatch();
      } catch (error) {
        if (signal.aborted) return;
        onError(error);
        isEmpty[priority] = true;
        dispatch();
        await pause(RETRY_MS, { signal });
      }
    }
  }

  function dispatch(): void {
    hasChanged = true;
    dispatching ??= claimAndStart().finally(() => {
      dispatching = null;
      if (hasChanged && !stopping.signal.aborted) dispatch();
    });
  }

  /** Claims one batch at a time: slots that become free meanwhile are filled together by the next one. */
  async function claimAndStart(): Promise<void> {
    while (!stopping.signal.aborted) {
      hasChanged = false;
      const batch = take();
      if (batch.length === 0) return;
      try {
        await claim(batch);
      } catch (error) {
        for (const priority of priorities) {
          waiting[priority].unshift(...batch.filter((one) => one.priority === priority));
        }
        onError(error);
        await pause(RETRY_MS, { signal: stopping.signal });
      }
    }
  }

  function isPolled(priority: Priority): boolean {
    return waiting[priority].length > 0 || isEmpty[priority];
  }

  function take(): Delivery[] {
    const batch: Delivery[] = [];
    while (batch.length < free && priorities.every(isPolled)) {
      const priority = order.next({
        high: waiting.high.length > 0,
        normal: waiting.normal.length > 0,
      });
      if (priority === null) break;
      batch.push(waiting[priority].shift()!);
    }
    for (const priority of priorities) onCapacity[priority]();
    return batch;
  }

  async function claim(batch: readonly Delivery[]): Promise<void> {
    const deliveriesOf = Map.groupBy(batch, ({ jobId }) => jobId);
    const leaseToken = newId();
    const rows = await claimJobs(database, [...deliveriesOf.keys()], leaseToken, leases);
    const rowOf = new Map(rows.map((row) => [row.id, row]));
    // In the order in which they were taken, which follows the priorities.
    for (const [jobId, deliveries] of deliveriesOf) {
      const row = rowOf.get(jobId);
      if (row === undefined) continue;
      const definition = definitions.get(row.name)!;
      startJob({ definition, row, leaseToken }, deliveries);
    }
    const others = [...deliveriesOf.keys()].filter((jobId) => !rowOf.has(jobId));
    if (others.length > 0) {
      await returnUnknown(others);
      await acknowledge(others.flatMap((jobId) => deliveriesOf.get(jobId)!));
    }
  }

  /**
   * Postpones unclaimed jobs that came too early or are unknown here. Most of the others are already done or claimed.
   */
  async function returnUnknown(jobIds: string[]): Promise<void> {
    try {
      const names = [...definitions.keys()];
      const rows = await postponeJobs(database, jobIds, names, UNKNOWN_DELAY_MS);
      await registry.sendRows(rows);
    } catch (error) {
      onError(error);
    }
  }

  function startJob(job: ClaimedJob, deliveries: readonly Delivery[]): void {
    free -= 1;
    const ended = options.work(job).then(async (died) => {
      free += 1;
      dispatch();
      const [first, ...doubles] = deliveries;
      if (died === null || first === undefined) return acknowledge(deliveries);
      held.delete(first);
      await Promise.all([driver.bury(queue, first, died).catch(onError), acknowledge(doubles)]);
    });
    begun.add(ended);
    void ended.then(() => begun.delete(ended));
  }

  const acknowledgeOne = createBatcher<Delivery, null>({
    batchesMax: 1,
    sizeMax: ACKNOWLEDGED_AT_ONCE_MAX,
    waitingMax: Number.POSITIVE_INFINITY,
    exclusives: () => [],
    run: async (deliveries) => {
      await driver.acknowledge(queue, deliveries);
      return deliveries.map(() => null);
    },
    mayRetryAlone: () => false,
  });

  /** Acknowledges messages. A failure does no harm: the message is delivered again when its job is already done. */
  async function acknowledge(deliveries: readonly Delivery[]): Promise<void> {
    for (const delivery of deliveries) held.delete(delivery);
    await Promise.all(deliveries.map(acknowledgeOne)).catch(onError);
  }

  /** Sends waiting jobs again, because the driver would hide their messages until the lease expires. */
  async function resendWaiting(): Promise<void> {
    const deliveries = priorities.flatMap((priority) => waiting[priority].splice(0));
    if (deliveries.length === 0) return;
    try {
      const ids = [...new Set(deliveries.map(({ jobId }) => jobId))];
      await registry.sendRows(await resendJobs(database, ids));
      await acknowledge(deliveries);
    } catch (error) {
      onError(error);
    }
  }

  return {
    start() {
      const own = registry.definitions().filter((definition) => definition.queue === queue);
      definitions = new Map(own.map((definition) => [definition.name, definition]));
      leases = JSON.stringify(
        Object.fromEntries(own.map(({ name, deadlineMs }) => [name, deadlineMs + LEASE_MARGIN_MS])),
      );
      loops = priorities.map(receivePriority);
      extension = setInterval(() => {
        if (held.size === 0) return;
        driver.extend(queue, [...held], DELIVERY_LEASE_MS).catch(onError);
      }, DELIVERY_LEASE_MS / 3);
      extension.unref();
    },
    async stop() {
      stopping.abort();
      for (const priority of priorities) onCapacity[priority]();
      await Promise.all(loops);
      await dispatching;
      await resendWaiting();
      await Promise.all(begun);
      clearInterval(extension);
    },
  };
}
