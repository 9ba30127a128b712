import { type Delivery, type Priority, priorities } from '../drivers/queue/queue.ts';
import { createBatcher } from '../shared/batcher.ts';
import { newId } from '../shared/ids.ts';
import { pause } from '../shared/pause.ts';
import type { JobDefinition } from './job.ts';
import type { JobRegistry } from './jobs.ts';
import { createPriorityOrder } from './priority-order.ts';
import { type ClaimedRow, claimJobs, postponeJobs, resendJobs } from './queries.ts';
import { AFTER_ABORT_MS } from './run-attempt.ts';

/** How long the driver hides what a worker holds; held on to for as long as it is worked on. */
const DELIVERY_LEASE_MS = 30_000;
const RECEIVE_WAIT_MS = 10_000;
const RETRY_MS = 500;
const ACKNOWLEDGED_AT_ONCE_MAX = 500;
/** A lease in the database outlasts the deadline, what follows it, and a slow commit. */
const LEASE_MARGIN_MS = AFTER_ABORT_MS + 4_000;
/** Of a job that a newer program defines: it goes round until one such program takes it. */
const UNKNOWN_DELAY_MS = 5_000;

export interface ClaimedJob {
  readonly definition: JobDefinition;
  readonly row: ClaimedRow;
  readonly leaseToken: string;
}

export interface QueueWorkerOptions {
  readonly registry: JobRegistry;
  readonly queue: string;
  /** How many jobs at a time. */
  readonly concurrency: number;
  /** Works on one claimed job until it is settled. Must not reject. Gives the error of a job that died. */
  readonly work: (job: ClaimedJob) => Promise<string | null>;
  readonly onError: (error: unknown) => void;
}

/** Brings the jobs of one queue to `work`, in the order of the priorities. */
export interface QueueWorker {
  start(): void;
  /** Takes nothing more and gives back what is not begun. Ends when what is begun has ended. */
  stop(): Promise<void>;
}

export function createQueueWorker(options: QueueWorkerOptions): QueueWorker {
  const { registry, queue, concurrency, onError } = options;
  const { driver, database } = registry;
  const stopping = new AbortController();
  const order = createPriorityOrder();
  const waiting: Record<Priority, Delivery[]> = { high: [], normal: [] };
  const onCapacity: Record<Priority, () => void> = { high() {}, normal() {} };
  /** Nothing was there when it was last asked for. */
  const isEmpty: Record<Priority, boolean> = { high: false, normal: false };
  /** All that the driver must not give to others: waiting here, or worked on. */
  const held = new Set<Delivery>();
  const begun = new Set<Promise<void>>();
  let free = concurrency;
  let dispatching: Promise<void> | null = null;
  /** Something changed since `dispatching` last looked. */
  let hasNews = false;
  let loops: Promise<void>[] = [];
  let extension: NodeJS.Timeout | undefined;
  let definitions = new Map<string, JobDefinition>();
  let leases = '{}';

  /** Receives up to as many as are worked on at a time, so that the next one is here when a place is free. */
  async function receivePriority(priority: Priority): Promise<void> {
    const { signal } = stopping;
    while (!signal.aborted) {
      const room = Math.min(concurrency, 100) - waiting[priority].length;
      if (room <= 0) {
        await new Promise<void>((resolve) => {
          onCapacity[priority] = resolve;
        });
        continue;
      }
      try {
        const deliveries = await driver.receive(queue, priority, {
          max: room,
          leaseMs: DELIVERY_LEASE_MS,
          // A short look first: until it is known whether something waits there, the other priority is held up too.
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
    hasNews = true;
    dispatching ??= claimAndStart().finally(() => {
      dispatching = null;
      if (hasNews && !stopping.signal.aborted) dispatch();
    });
  }

  /** One claim at a time: places that become free meanwhile are filled together by the next. */
  async function claimAndStart(): Promise<void> {
    while (!stopping.signal.aborted) {
      hasNews = false;
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
    // In the order in which they were taken, since that is the order of the priorities.
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

  /** Of what could not be claimed, most was done or taken already; the rest came too early, or is unknown here. */
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

  /** One that fails is no harm: the message comes again, and its job is done by then. */
  async function acknowledge(deliveries: readonly Delivery[]): Promise<void> {
    for (const delivery of deliveries) held.delete(delivery);
    await Promise.all(deliveries.map(acknowledgeOne)).catch(onError);
  }

  /** Their messages stay with the driver until their lease ends; nobody should wait so long for them. */
  async function startJobs(): Promise<void> {
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
      await startJobs();
      await Promise.all(begun);
      clearInterval(extension);
    },
  };
}
