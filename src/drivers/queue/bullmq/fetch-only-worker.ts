import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';

/** The duration of a lock from the fetch; other leases are set right after. */
export const LOCK_MS = 30_000;

export interface FetchOnlyWorkerOptions {
  readonly connection: Redis;
  readonly prefix: string;
  readonly stalledIntervalMs: number;
  readonly onError: (error: unknown) => void;
}

/**
 * A BullMQ worker that only fetches and waits, and runs nothing. The table of jobs decides what is done with a job, and
 * how often.
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
      // A job whose worker died is sent again without limit: its attempts are counted in the database.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
    });
    this.on('error', onError);
  }

  /** Returns a waiting job, or undefined at once. */
  takeNow() {
    return this.getNextJob(this.#newToken(), { block: false });
  }

  /**
   * Waits for a job. Returns undefined if `blockMs` have passed, or if another call is worthwhile. One call at a time.
   */
  takeWithin(blockMs: number) {
    this.#blockMs = blockMs;
    return this.getNextJob(this.#newToken(), { block: true });
  }

  /** BullMQ waits up to ten seconds for a delayed job, longer than a caller may want. */
  protected override getBlockTimeout(blockUntil: number): number {
    const seconds = super.getBlockTimeout(blockUntil);
    // Redis interprets 0 as for ever.
    return Math.min(seconds, Math.max(this.#blockMs / 1_000, this.minimumBlockTimeout));
  }

  /**
   * Creates a token for each fetch, so that a worker that lost a job to a later fetch, even of this process, cannot end
   * it.
   */
  #newToken(): string {
    this.#fetches += 1;
    return `${this.id}:${this.#fetches}`;
  }
}
