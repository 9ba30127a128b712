import { AsyncLocalStorage } from 'node:async_hooks';
import { type Delivery, type Priority, priorities } from '../drivers/queue/queue.ts';
import { createBatcher } from '../shared/batcher.ts';
import { newId } from '../shared/ids.ts';
import { pause } from '../shared/pause.ts';
import type { JobDefinition } from './job.ts';
import type { JobRegistry } from './jobs.ts';
import { leaseMs } from './lease.ts';
import {
  type LeasedJob,
  type LocalWorker,
  START_WITHIN_MS,
  type UnstartedJob,
} from './local-work.ts';
import { claimJobs, postponeJobs, resendJobs, returnUnstarted } from './queries.ts';
import { createStartRate } from './start-rate.ts';
import { createWaitingJobs } from './waiting-jobs.ts';

/** How long the driver hides a message from other workers. Extended while it is in use. */
const DELIVERY_LEASE_MS = 30_000;
const RECEIVE_WAIT_MS = 10_000;
const RETRY_MS = 500;
const ACKNOWLEDGED_AT_ONCE_MAX = 500;
/** How far ahead jobs are accepted under a lease, in seconds of the recent rate of starts. */
const AHEAD_SECONDS = 0.25;
/** The delay of a job that only a newer program defines: it is sent again until such a program claims it. */
const UNKNOWN_DELAY_MS = 5_000;

export interface QueueWorkerOptions {
  readonly registry: JobRegistry;
  readonly queue: string;
  /** How many jobs to work on at a time. */
  readonly concurrency: number;
  /** Works on one leased job until it is settled. Must not reject. Returns the error if it became a dead letter. */
  readonly work: (job: LeasedJob) => Promise<string | null>;
  readonly onError: (error: unknown) => void;
}

/** Passes the jobs of one queue to `work`, by priority. */
export interface QueueWorker extends LocalWorker {
  start(): void;
  /** Stops receiving and returns jobs that have not started. Resolves when those in progress have ended. */
  stop(): Promise<void>;
}

export function createQueueWorker(options: QueueWorkerOptions): QueueWorker {
  const { registry, queue, concurrency, onError } = options;
  const { driver, database } = registry;
  const stopping = new AbortController();
  const waiting = createWaitingJobs();
  const startRate = createStartRate();
  /** Runs a function outside the trace of its caller. */
  const outsideTraces = AsyncLocalStorage.snapshot();
  const onCapacity: Record<Priority, () => void> = { high() {}, normal() {} };
  /** Whether the last receive returned nothing. */
  const isEmpty: Record<Priority, boolean> = { high: false, normal: false };
  /** The messages that the driver must not deliver to others: those waiting here or in progress. */
  const held = new Set<Delivery>();
  let free = concurrency;
  /** How many jobs have started and not ended, including what follows at the driver. */
  let started = 0;
  let onAllEnded = () => {};
  /** How many messages are being claimed, each of which may take a free slot. */
  let claiming = 0;
  let dispatching: Promise<void> | null = null;
  /** Whether something changed since `dispatching` last checked. */
  let hasChanged = false;
  let loops: Promise<void>[] = [];
  let extension: NodeJS.Timeout | undefined;
  let lateTimer: NodeJS.Timeout | undefined;
  let definitions = new Map<string, JobDefinition>();
  let leases = '{}';

  /** Receives up to `concurrency` messages in advance, so that the next one is here when a slot becomes free. */
  async function receivePriority(priority: Priority): Promise<void> {
    const { signal } = stopping;
    while (!signal.aborted) {
      const capacity = Math.min(concurrency, 100) - waiting.messages[priority].length;
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
        waiting.messages[priority].push(...deliveries);
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
    if (waiting.count() === 0) return;
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
      const late = waiting.takeLate(performance.now());
      if (late.length > 0) void returnToQueue(late);
      const { messages, leased } = waiting.take(free, () => priorities.every(isPolled));
      for (const priority of priorities) onCapacity[priority]();
      for (const job of leased) void startJob(job, job.priority, []);
      if (messages.length === 0) return;
      claiming = messages.length;
      try {
        await claim(messages);
      } catch (error) {
        for (const priority of priorities) {
          const ofPriority = messages.filter((one) => one.priority === priority);
          waiting.messages[priority].unshift(...ofPriority);
        }
        onError(error);
        await pause(RETRY_MS, { signal: stopping.signal });
      } finally {
        claiming = 0;
      }
    }
  }

  function isPolled(priority: Priority): boolean {
    return waiting.messages[priority].length > 0 || isEmpty[priority];
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
      void startJob({ definition, row, leaseToken }, deliveries[0]!.priority, deliveries);
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

  /** `deliveries` are the messages of the job: none if it was inserted under its lease. */
  async function startJob(
    job: LeasedJob,
    priority: Priority,
    deliveries: readonly Delivery[],
  ): Promise<void> {
    free -= 1;
    started += 1;
    startRate.count();
    try {
      const died = await options.work(job);
      free += 1;
      dispatch();
      if (died !== null) await bury(job, priority, deliveries, died);
      else if (deliveries.length > 0) await acknowledge(deliveries);
    } finally {
      started -= 1;
      if (started === 0) onAllEnded();
    }
  }

  async function bury(
    { row }: LeasedJob,
    priority: Priority,
    deliveries: readonly Delivery[],
    error: string,
  ): Promise<void> {
    const [first = { jobId: row.id, priority }, ...doubles] = deliveries;
    held.delete(first);
    await Promise.all([driver.bury(queue, first, error).catch(onError), acknowledge(doubles)]);
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

  /** Gives up the leases of jobs that do not start here. If that fails, the rescue finds them when the leases end. */
  async function returnToQueue(jobs: readonly UnstartedJob[]): Promise<void> {
    if (jobs.length === 0) return;
    try {
      const ids = jobs.map(({ row }) => row.id);
      const tokens = jobs.map(({ leaseToken }) => leaseToken);
      await registry.sendRows(await returnUnstarted(database, ids, tokens));
    } catch (error) {
      onError(error);
    }
  }

  /** Sends waiting jobs again, because the driver would hide their messages until the lease expires. */
  async function resendWaiting(): Promise<void> {
    const deliveries = priorities.flatMap((priority) => waiting.messages[priority].splice(0));
    if (deliveries.length === 0) return;
    try {
      const ids = [...new Set(deliveries.map(({ jobId }) => jobId))];
      await registry.sendRows(await resendJobs(database, ids));
      await acknowledge(deliveries);
    } catch (error) {
      onError(error);
    }
  }

  function capacity(): number {
    if (stopping.signal.aborted) return 0;
    const ahead = Math.floor(startRate.perSecond() * AHEAD_SECONDS);
    return free - claiming + ahead - waiting.count();
  }

  async function begin(jobs: readonly UnstartedJob[]): Promise<void> {
    if (stopping.signal.aborted) return returnToQueue(jobs);
    for (const job of jobs) waiting.leased[job.priority].push(job);
    outsideTraces(() => {
      dispatch();
      watchForLate();
    });
  }

  /** Looks for leased jobs whose time to start passes while no slot becomes free. */
  function watchForLate(): void {
    if (lateTimer !== undefined || !waiting.hasLeased()) return;
    lateTimer = setTimeout(() => {
      lateTimer = undefined;
      dispatch();
      watchForLate();
    }, START_WITHIN_MS / 2);
    lateTimer.unref();
  }

  return {
    start() {
      const own = registry.definitions().filter((definition) => definition.queue === queue);
      definitions = new Map(own.map((definition) => [definition.name, definition]));
      leases = JSON.stringify(
        Object.fromEntries(own.map((definition) => [definition.name, leaseMs(definition)])),
      );
      loops = priorities.map(receivePriority);
      extension = setInterval(() => {
        if (held.size === 0) return;
        driver.extend(queue, [...held], DELIVERY_LEASE_MS).catch(onError);
      }, DELIVERY_LEASE_MS / 3);
      extension.unref();
      registry.attachWorker(queue, { capacity, begin });
    },
    capacity,
    begin,
    async stop() {
      stopping.abort();
      for (const priority of priorities) onCapacity[priority]();
      await Promise.all(loops);
      await dispatching;
      await Promise.all([
        resendWaiting(),
        returnToQueue(waiting.takeLate(Number.POSITIVE_INFINITY)),
      ]);
      if (started > 0) {
        await new Promise<void>((resolve) => {
          onAllEnded = resolve;
        });
      }
      clearInterval(extension);
      clearTimeout(lateTimer);
    },
  };
}
