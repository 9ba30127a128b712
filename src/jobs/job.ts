import type { Transaction } from '../database/database.ts';
import type { Priority } from '../drivers/queue/queue.ts';
import type { RetryPolicy } from '../shared/background/retry-policy.ts';
import type { Cause } from '../shared/caller.ts';

/** A job to be stored. */
export interface NewJob {
  /**
   * The same id for the same work: adding it again changes nothing until the job is finished and its row deleted. A
   * UUIDv7, see `followingId`; dead letters show it.
   */
  readonly id: string;
  readonly name: string;
  readonly priority: Priority;
  /** Small JSON: ids rather than copies. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The event that caused the job, null for other causes. */
  readonly eventId: string | null;
  /** The trace that the job continues. Default: none. */
  readonly traceparent?: string | null;
  /** Default 0: due at once. */
  readonly delayMs?: number;
}

/** One attempt of a job. */
export interface RunningJob {
  readonly id: string;
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly eventId: string | null;
  /** 1…n. */
  readonly attempt: number;
  /** Whether a failure of this attempt moves the job to the dead letters. */
  readonly isLastAttempt: boolean;
  /** Fires at the deadline, and when the process stops. A failure because of a stop does not count as an attempt. */
  readonly signal: AbortSignal;
  /** The cause of events that the job appends to the log. */
  readonly cause: Cause;
  /** Identifies this attempt's lease, for `finishJobsIn`. */
  readonly leaseToken: string;
  /** The last transaction in which the handler finished the job, written by `finishJobsIn`. */
  finishedIn?: Transaction | undefined;
  /**
   * Finishes the job in the transaction of its effect. Throws `LeaseLostError` if another worker has taken it over:
   * rethrown, it rolls back the late effect. A handler without a transaction just returns.
   */
  finish(tx: Transaction): Promise<void>;
}

/** A kind of job, defined by the module that does it. */
export interface JobDefinition extends RetryPolicy {
  /** `<module>.<verb-noun>`, such as `notifications.send-mail`. */
  readonly name: string;
  readonly queue: string;
  /** A longer attempt fails. Below a minute, so that a lost job is found within one. */
  readonly deadlineMs: number;
  /**
   * Runs one attempt. Any number may run concurrently. Calls to other systems happen outside transactions, with a key
   * that is the same on every attempt. An error fails the attempt. `GiveUp` is not retried, `RunLater` not counted.
   */
  run(job: RunningJob): Promise<void>;
  /**
   * Runs in the transaction that moves the job to the dead letters. Returns the jobs that follow, which are stored in
   * the same transaction and sent after it.
   */
  onDead?(
    tx: Transaction,
    job: { id: string; data: RunningJob['data'] },
    error: string,
  ): Promise<readonly NewJob[]>;
}

/** A failure that retries cannot fix: the job becomes a dead letter at once. */
export class GiveUp extends Error {
  override readonly name = 'GiveUp';
}

/** A postponement: the job runs again after `delayMs`, and this does not count as an attempt. */
export class RunLater extends Error {
  override readonly name = 'RunLater';
  readonly delayMs: number;

  constructor(delayMs: number) {
    super(`postponed by ${delayMs} ms`);
    this.delayMs = delayMs;
  }
}

/** Another worker has taken over the job. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}
