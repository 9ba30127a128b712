import type { Transaction } from '../database/database.ts';
import type { Priority } from '../drivers/queue/queue.ts';
import type { JobDefinition, NewJob } from './job.ts';
import type { ClaimedRow } from './queries.ts';

/**
 * How soon a job that was inserted under a lease must start. It is part of the lease's margin, so that the lease of a job
 * that waited also outlasts its deadline.
 */
export const START_WITHIN_MS = 1_000;
/** How long a reservation is kept for its transaction. A commit that took too long to start the job is noticed then. */
const KEPT_MS = 60_000;

/** A job whose row has a lease of this process. */
export interface LeasedJob {
  readonly definition: JobDefinition;
  readonly row: ClaimedRow;
  readonly leaseToken: string;
}

/** A leased job whose attempt has not started. */
export interface UnstartedJob extends LeasedJob {
  readonly priority: Priority;
  /** The latest time to start it, by `performance.now()`. */
  readonly startBy: number;
}

/** The worker of one queue in this process. */
export interface LocalWorker {
  /** Returns how many further jobs it could start about at once. */
  capacity(): number;
  /** Starts jobs, by priority. Those that do not start in time, or because the worker stops, go back to the queue. */
  begin(jobs: readonly UnstartedJob[]): Promise<void>;
}

/** A job that is being inserted. */
export interface AddedJob {
  readonly job: NewJob;
  readonly definition: JobDefinition;
}

/**
 * The jobs that this process creates and starts itself. They are inserted under a lease, so neither a message of the
 * queue driver nor a claim is needed for them.
 */
export interface LocalWork {
  /** Announces that a worker takes jobs of a queue. */
  attach(queue: string, worker: LocalWorker): void;
  /** Returns the largest capacity of a queue. */
  capacity(): number;
  /** Chooses the jobs to lease, as far as the workers have capacity. Returns their ids. */
  reserve(tx: Transaction, jobs: readonly AddedJob[], leaseToken: string): ReadonlySet<string>;
  /** Forgets jobs that were not inserted after all, because they exist already. */
  release(ids: Iterable<string>): void;
  /**
   * Starts those of the jobs that were leased in a transaction that is now committed. Returns the others, which the queue
   * driver is to carry.
   */
  begin(jobs: readonly NewJob[]): Promise<readonly NewJob[]>;
}

interface Reservation {
  readonly tx: Transaction;
  readonly unstarted: UnstartedJob;
}

export function createLocalWork(): LocalWork {
  const workers = new Map<string, LocalWorker>();
  /** By job id, oldest first. */
  const reservations = new Map<string, Reservation>();

  /** Removes reservations whose transaction failed, or whose outcome is unknown: the rescue finds such jobs. */
  function removeOld(now: number): void {
    for (const [id, { unstarted }] of reservations) {
      if (unstarted.startBy + KEPT_MS > now) return;
      reservations.delete(id);
    }
  }

  function findCapacities(now: number): Map<string, number> {
    const capacities = new Map(
      [...workers].map(([queue, worker]) => [queue, worker.capacity()] as const),
    );
    for (const { unstarted } of reservations.values()) {
      if (unstarted.startBy <= now) continue;
      const { queue } = unstarted.definition;
      capacities.set(queue, (capacities.get(queue) ?? 0) - 1);
    }
    return capacities;
  }

  return {
    attach(queue, worker) {
      workers.set(queue, worker);
    },
    capacity: () => Math.max(0, ...findCapacities(performance.now()).values()),
    reserve(tx, jobs, leaseToken) {
      const reserved = new Set<string>();
      if (workers.size === 0) return reserved;
      const now = performance.now();
      removeOld(now);
      const capacities = findCapacities(now);
      for (const { job, definition } of jobs) {
        const { id, priority, data, eventId, traceparent = null, delayMs = 0 } = job;
        const capacity = capacities.get(definition.queue) ?? 0;
        // Another transaction may be inserting the same job.
        if (capacity <= 0 || delayMs > 0 || reservations.has(id)) continue;
        capacities.set(definition.queue, capacity - 1);
        const row = { id, name: job.name, data, eventId, traceparent, attempts: 1 };
        const startBy = now + START_WITHIN_MS;
        reservations.set(id, {
          tx,
          unstarted: { definition, row, leaseToken, priority, startBy },
        });
        reserved.add(id);
      }
      return reserved;
    },
    release(ids) {
      for (const id of ids) reservations.delete(id);
    },
    async begin(jobs) {
      const others: NewJob[] = [];
      const begun: UnstartedJob[] = [];
      for (const job of jobs) {
        const reservation = reservations.get(job.id);
        if (reservation?.tx.isCommitted === true) {
          reservations.delete(job.id);
          begun.push(reservation.unstarted);
        } else others.push(job);
      }
      const byQueue = Map.groupBy(begun, ({ definition }) => definition.queue);
      await Promise.all([...byQueue].map(([queue, ofQueue]) => workers.get(queue)!.begin(ofQueue)));
      return others;
    },
  };
}
