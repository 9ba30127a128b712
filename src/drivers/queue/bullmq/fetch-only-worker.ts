import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';

/** What a lock lasts from its taking; other leases are set right after. */
export const LOCK_MS = 30_000;

export interface FetchOnlyWorkerOptions {
  readonly connection: Redis;
  readonly prefix: string;
  readonly stalledIntervalMs: number;
  readonly onError: (error: unknown) => void;
}

/**
 * BullMQ's worker, used by hand: it fetches and waits, and runs nothing. What is done with a job, and how often, is
 * decided by the table of jobs.
 */
export class FetchOnlyWorker extends Worker {
  #blockMs = 0;
  #fetches = 0;

  constructor(
    name: string,
    { connection, prefix, stalledIntervalMs, onError }: FetchOnlyWorkerOptions,
  ) {
    super(name, null, {
      connection,
      prefix,
      autorun: false,
      lockDuration: LOCK_MS,
      stalledInterval: stalledIntervalMs,
      // A job whose worker died comes again, however often: its tries are counted in the database.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
    });
    this.on('error', onError);
  }

  /** A job that waits, or undefined at once. */
  takeNow() {
    return this.getNextJob(this.#newToken(), { block: false });
  }

  /** Waits for a job; undefined when `blockMs` have passed, or when it is worth asking again. One at a time. */
  takeWithin(blockMs: number) {
    this.#blockMs = blockMs;
    return this.getNextJob(this.#newToken(), { block: true });
  }

  /** BullMQ waits up to ten seconds for a delayed job, longer than a caller may want. */
  protected override getBlockTimeout(blockUntil: number): number {
    const seconds = super.getBlockTimeout(blockUntil);
    // Redis takes 0 for ever.
    return Math.min(seconds, Math.max(this.#blockMs / 1_000, this.minimumBlockTimeout));
  }

  /** One for each fetch, so that whoever lost a job to a later fetch, even of this process, cannot end it. */
  #newToken(): string {
    this.#fetches += 1;
    return `${this.id}:${this.#fetches}`;
  }
}
