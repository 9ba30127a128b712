import { ErrorCode, type Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { beforeAbort, within } from '../before-abort.ts';
import type { Message, ReceiveOptions } from '../queue.ts';
import { FetchOnlyWorker, LOCK_MS } from './fetch-only-worker.ts';

export const COMMAND_TIMEOUT_MS = 2_000;

/** Our keys are `holdfast:queue:<queue>:…`. */
const PREFIX = 'holdfast:queue';
/** Kept for people to inspect; the dead letters themselves are in the database. */
const FAILED_KEPT_MAX = 1_000;
/** BullMQ's own events, which Holdfast does not read. */
const EVENTS_KEPT_MAX = 100;

/** Another worker has the job by now, or it is gone. */
const lostCodes: ReadonlySet<unknown> = new Set([
  ErrorCode.JobNotExist,
  ErrorCode.JobLockNotExist,
  ErrorCode.JobNotInState,
  ErrorCode.JobLockMismatch,
]);

export interface ChannelOptions {
  readonly connection: Redis;
  readonly stalledIntervalMs: number;
  readonly commandTimeoutMs: number;
  readonly onError: (error: unknown) => void;
}

/**
 * One BullMQ queue: one priority of one of our queues. Priorities within a BullMQ queue cannot be fetched separately.
 */
export interface Channel {
  readonly queue: Queue;
  send(messages: readonly Message[]): Promise<void>;
  /** Rejects if Redis is unavailable. */
  receive(options: ReceiveOptions, end: AbortSignal, endsAt: number): Promise<Job[]>;
  extend(jobs: readonly Job[], leaseMs: number): Promise<void>;
  close(): Promise<void>;
}

export function createChannel(name: string, options: ChannelOptions): Channel {
  const { connection, onError } = options;
  const queue = new Queue(name, {
    connection,
    prefix: PREFIX,
    // Otherwise its first query would decide for good whether the queue works.
    skipVersionCheck: true,
    streams: { events: { maxLen: EVENTS_KEPT_MAX } },
  });
  queue.on('error', onError);

  let opened: {
    readonly worker: FetchOnlyWorker;
    readonly ready: Promise<FetchOnlyWorker>;
  } | null = null;
  let blocked: Promise<Job | undefined> | null = null;
  let isClosed = false;

  /**
   * Creates the worker on the first receive, because it costs a connection that waits, and again after Redis was lost.
   */
  function open(): Promise<FetchOnlyWorker> {
    if (opened !== null) return opened.ready;
    const worker = new FetchOnlyWorker(name, { ...options, prefix: PREFIX });
    const ready = waitUntilReady(worker).catch((error: unknown) => {
      opened = null;
      throw error;
    });
    opened = { worker, ready };
    return ready;
  }

  async function waitForOne(it: FetchOnlyWorker, end: AbortSignal, endsAt: number) {
    // BullMQ waits once per worker. A second caller looks again when the first has been served.
    if (blocked !== null) return void (await beforeAbort(end, blocked));
    blocked = it.takeWithin(endsAt - performance.now()).finally(() => {
      blocked = null;
    });
    return beforeAbort(end, blocked, (job) => void returnJob(job).catch(onError));
  }

  return {
    queue,
    async send(messages) {
      await queue.addBulk(messages.map(bulkJob));
    },
    async receive({ max, leaseMs }, end, endsAt) {
      const it = await beforeAbort(end, open());
      while (it !== undefined && !isClosed) {
        const jobs = await fetchWaiting(it, max, options.commandTimeoutMs);
        if (jobs.length === 0 && !end.aborted) {
          const job = await waitForOne(it, end, endsAt);
          if (job !== undefined)
            jobs.push(job, ...(await fetchWaiting(it, max - 1, options.commandTimeoutMs)));
        }
        if (jobs.length > 0 && leaseMs !== LOCK_MS) await extendLocks(it, jobs, leaseMs);
        if (jobs.length > 0 || end.aborted) return jobs;
      }
      return [];
    },
    async extend(jobs, leaseMs) {
      await extendLocks(await open(), jobs, leaseMs);
    },
    async close() {
      isClosed = true;
      const waiting = blocked;
      // Also closes a worker that still waits for a Redis that does not respond.
      await opened?.worker.close(true);
      // While Redis is unavailable this could wait for ever, for nothing.
      if (waiting !== null && connection.status === 'ready') {
        await within(COMMAND_TIMEOUT_MS, waiting.then(returnJob)).catch(onError);
      }
      await queue.close();
    },
  };
}

/** Rejects if Redis is lost before the worker is ready. */
async function waitUntilReady(worker: FetchOnlyWorker): Promise<FetchOnlyWorker> {
  try {
    await worker.waitUntilReady();
    await worker.startStalledCheckTimer();
    return worker;
  } catch (error) {
    await worker.close(true);
    throw error;
  }
}

function bulkJob({ jobId, name, sending, delayMs }: Message) {
  return {
    name,
    data: { jobId },
    opts: {
      jobId: `${jobId}.${sending}`,
      ...(delayMs > 0 ? { delay: Math.ceil(delayMs) } : {}),
      attempts: 1,
      removeOnComplete: true,
      removeOnFail: { count: FAILED_KEPT_MAX },
      // The stack of this driver at the time of a failure helps nobody.
      stackTraceLimit: 0,
    },
  };
}

/**
 * Fetches up to `max` waiting jobs, oldest first. A fetch is one script for one job, so fetches are sent together, four
 * times as many each time: an idle queue costs one round trip, a full one five for its hundred.
 */
async function fetchWaiting(
  worker: FetchOnlyWorker,
  max: number,
  commandTimeoutMs: number,
): Promise<Job[]> {
  const jobs: Job[] = [];
  for (let request = 1; jobs.length < max; request *= 4) {
    const count = Math.min(request, max - jobs.length);
    const takes = Array.from({ length: count }, () => within(commandTimeoutMs, worker.takeNow()));
    const answers = await Promise.allSettled(takes);
    const taken = answers.flatMap((answer) =>
      answer.status === 'fulfilled' ? (answer.value ?? []) : [],
    );
    jobs.push(...taken);
    const failed = answers.find((answer) => answer.status === 'rejected');
    // The jobs fetched before Redis failed can still be worked on.
    if (failed !== undefined && jobs.length === 0) throw failed.reason;
    if (taken.length < count) break;
  }
  return jobs;
}

async function extendLocks(worker: FetchOnlyWorker, jobs: readonly Job[], leaseMs: number) {
  await worker.extendJobLocks(
    jobs.map(({ id }) => id!),
    jobs.map(({ token }) => token!),
    leaseMs,
  );
}

async function returnJob(job: Job | undefined): Promise<void> {
  if (job === undefined) return;
  await within(COMMAND_TIMEOUT_MS, ignoreLostLock(job.moveToWait(job.token)));
}

/** Ignores the error that another worker has the job by now. */
export async function ignoreLostLock(ending: Promise<unknown> | undefined): Promise<void> {
  try {
    await ending;
  } catch (error) {
    if (!lostCodes.has((error as { code?: unknown }).code)) throw error;
  }
}
