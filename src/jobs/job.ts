import type { Transaction } from '../database/database.ts';
import type { Priority } from '../drivers/queue/queue.ts';
import type { RetryPolicy } from '../shared/background/retry-policy.ts';
import type { Cause } from '../shared/caller.ts';

/** Work that is asked for, before it is written. */
export interface NewJob {
  /** The same for the same wish: a second one changes nothing. See `followingId`: a UUIDv7, as people see it in the list of dead letters. */
  readonly id: string;
  readonly name: string;
  readonly priority: Priority;
  /** JSON, small: ids rather than copies. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The event that asked for it; null for other causes. */
  readonly eventId: string | null;
  /** The trace that it goes on with; left out or null: none. */
  readonly traceparent?: string | null;
  /** 0 or left out: at once. */
  readonly delayMs?: number;
}

/** One try of a job. */
export interface RunningJob {
  readonly id: string;
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly eventId: string | null;
  /** 1…n. */
  readonly attempt: number;
  /** True when a failure of this try is the end: the job goes to the dead letters. */
  readonly isLastAttempt: boolean;
  /** Fires at the deadline, and when the process stops. What fails by a stop counts as no try. */
  readonly signal: AbortSignal;
  /** For what the job writes into the log. */
  readonly cause: Cause;
  /** Names this try's hold on the job, for `finishTogether`. */
  readonly leaseToken: string;
  /**
   * Marks the job done in the transaction of its effect. Throws `LeaseLostError` when another worker has taken it over
   * since: thrown on, it rolls the late effect back. A handler that has no transaction of its own just returns.
   */
  finish(tx: Transaction): Promise<void>;
}

/** A kind of job, defined once by the module that does it. */
export interface JobDefinition extends RetryPolicy {
  /** `<module>.<verb-noun>`, such as `notifications.send-mail`. */
  readonly name: string;
  readonly queue: string;
  /** A try that takes longer has failed. Below a minute, so that a lost job is found within one. */
  readonly deadlineMs: number;
  /**
   * Runs one try, any number at once. Calls to the outside happen outside any transaction, under a key that is the same
   * on every try. A throw is a failed try; `GiveUp` ends the tries; `RunLater` is none.
   */
  run(job: RunningJob): Promise<void>;
  /**
   * In the transaction that moves the job to the dead letters. Gives the jobs that follow from it, to be written in the
   * same transaction and sent after it.
   */
  onDead?(
    tx: Transaction,
    job: { id: string; data: RunningJob['data'] },
    error: string,
  ): Promise<readonly NewJob[]>;
}

/** Trying again would not help: the job goes to the dead letters at once. */
export class GiveUp extends Error {
  override readonly name = 'GiveUp';
}

/** Not now: the job comes again after `delayMs`, and this counts as no try. */
export class RunLater extends Error {
  override readonly name = 'RunLater';
  readonly delayMs: number;

  constructor(delayMs: number) {
    super(`not now, but in ${delayMs} ms`);
    this.delayMs = delayMs;
  }
}

/** Another worker has taken the job over. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}
