import type { Database, Transaction } from '../database/database.ts';
import type { Message, QueueDriver } from '../drivers/queue/queue.ts';
import { createRecurringTask } from '../shared/background/recurring-task.ts';
import { newId } from '../shared/ids.ts';
import type { JobDefinition, NewJob } from './job.ts';
import { leaseMs } from './lease.ts';
import { createLocalWork, type LocalWorker } from './local-work.ts';
import { insertJobs, type SendableRow } from './queries.ts';

/** How modules and the relay create jobs. */
export interface Jobs {
  /**
   * Stores jobs in the transaction of their cause, those that this process can start at once under a lease. Existing jobs
   * stay unchanged.
   */
  add(tx: Transaction, jobs: readonly NewJob[]): Promise<void>;
  /**
   * Starts the leased jobs and passes the others to the queue driver, after the commit. Never rejects: failures are
   * logged, and the rescue sends the jobs again within a minute, also if this is not called.
   */
  send(jobs: readonly NewJob[]): Promise<void>;
}

/** The kinds of jobs of one process, and its connection to the queue driver. */
export interface JobRegistry extends Jobs {
  /** Defines kinds of jobs, all of them before the start. Throws if a name is already defined. */
  define(definitions: readonly JobDefinition[]): void;
  definitions(): readonly JobDefinition[];
  readonly database: Database;
  readonly driver: QueueDriver;
  /** Returns how many further jobs the workers of this process could start about at once, at most of one queue. */
  capacity(): number;
  /** Announces that a worker of this process takes the jobs of a queue. */
  attachWorker(queue: string, worker: LocalWorker): void;
  /** Sends jobs that a statement has already marked as sent. Like `send`, it never rejects. */
  sendRows(rows: readonly SendableRow[]): Promise<void>;
  /** Connects the driver, retrying until it is available. Until then, jobs to send are kept in memory. */
  start(): void;
  /** Resolves when the driver has started. Rejects if this process stops before. */
  started(): Promise<void>;
  isStarted(): boolean;
  stop(): Promise<void>;
}

export interface JobsOptions {
  readonly database: Database;
  readonly driver: QueueDriver;
  /** Called with errors that resolve themselves: an unavailable driver, a failed send that the rescue repeats. */
  readonly onError: (error: unknown) => void;
}

const START_RETRY_MS = 1_000;
/** How many jobs to send are kept while the driver starts. The rescue sends the rest. */
const POSTPONED_MAX = 10_000;

export function createJobs({ database, driver, onError }: JobsOptions): JobRegistry {
  const definitions = new Map<string, JobDefinition>();
  const localWork = createLocalWork();
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => {});
  let state: 'new' | 'starting' | 'started' = 'new';
  let postponedSends: SendableRow[] = [];

  function requireDefinition(name: string): JobDefinition {
    const definition = definitions.get(name);
    if (definition === undefined) throw new Error(`no job is called ${name}`);
    return definition;
  }

  async function sendRows(rows: readonly SendableRow[]): Promise<void> {
    if (state !== 'started') {
      const capacity = POSTPONED_MAX - postponedSends.length;
      if (state === 'starting') postponedSends.push(...rows.slice(0, Math.max(capacity, 0)));
      return;
    }
    const byQueue = Map.groupBy(rows, ({ queue }) => queue);
    const sent = await Promise.allSettled(
      [...byQueue].map(([queue, ofQueue]) => driver.send(queue, ofQueue.map(toMessage))),
    );
    for (const one of sent) if (one.status === 'rejected') onError(one.reason);
  }

  const starting = createRecurringTask({
    retryMs: START_RETRY_MS,
    onError,
    ref: true,
    async work() {
      const queues = new Set([...definitions.values()].map(({ queue }) => queue));
      await driver.start([...queues]);
      state = 'started';
      ready.resolve();
      const rows = postponedSends;
      postponedSends = [];
      await sendRows(rows);
      return null;
    },
  });

  return {
    database,
    driver,
    define(added) {
      for (const definition of added) {
        const { name } = definition;
        if (definitions.has(name)) throw new Error(`the job ${name} is defined twice`);
        definitions.set(name, definition);
      }
    },
    definitions: () => [...definitions.values()],
    attachWorker: localWork.attach,
    capacity: localWork.capacity,
    async add(tx, jobs) {
      if (jobs.length === 0) return;
      const leaseToken = newId();
      const added = jobs.map((job) => ({ job, definition: requireDefinition(job.name) }));
      const leasedIds = localWork.reserve(tx, added, leaseToken);
      const rows = added.map(({ job, definition }) =>
        buildJobRow(job, definition.queue, leasedIds.has(job.id) ? leaseMs(definition) : null),
      );
      const inserted = await insertJobs(tx, JSON.stringify(rows), leaseToken);
      if (inserted.length === jobs.length) return;
      const insertedIds = new Set(inserted.map(({ id }) => id));
      localWork.release([...leasedIds].filter((id) => !insertedIds.has(id)));
    },
    async send(jobs) {
      const others = await localWork.begin(jobs);
      if (others.length === 0) return;
      await sendRows(
        others.map(({ id, name, priority: lane, delayMs = 0 }) => {
          const { queue } = requireDefinition(name);
          return { id, name, queue, lane, sendings: 1, delayMs };
        }),
      );
    },
    sendRows,
    start() {
      if (state !== 'new') return;
      state = 'starting';
      starting.start();
    },
    started: () => ready.promise,
    isStarted: () => state === 'started',
    async stop() {
      ready.reject(new Error('the process stops'));
      await starting.stop();
      await driver.stop();
    },
  };
}

/** Builds the row of a new job, for `insertJobs`; `leaseMs` is null for one that this process does not start. */
export function buildJobRow(job: NewJob, queue: string, leaseMs: number | null) {
  return {
    id: job.id,
    name: job.name,
    queue,
    lane: job.priority,
    data: job.data,
    event_id: job.eventId,
    traceparent: job.traceparent ?? null,
    delay_ms: job.delayMs ?? 0,
    lease_ms: leaseMs,
  };
}

function toMessage({ id, name, lane, sendings, delayMs }: SendableRow): Message {
  return {
    jobId: id,
    name,
    priority: lane,
    sending: sendings,
    delayMs: Math.max(Math.ceil(delayMs), 0),
  };
}
