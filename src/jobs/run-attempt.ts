import type { Transaction } from '../database/database.ts';
import type { Cause } from '../shared/caller.ts';
import { parseTraceparent, type TraceContext } from '../shared/trace.ts';
import { finishJobsIn, hasFinishedItself } from './finish-together.ts';
import { type JobDefinition, LeaseLostError, RunLater, type RunningJob } from './job.ts';
import type { LeasedJob } from './local-work.ts';

/** How one attempt ended. */
export type AttemptOutcome =
  | {
      readonly kind: 'done';
      /** Whether the handler has finished the job, with its effect. */
      readonly isFinished: boolean;
    }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** Postponed, and not counted as an attempt. */
  | { readonly kind: 'later'; readonly delayMs: number }
  /** Another worker has taken over the job. */
  | { readonly kind: 'lost' };

/** How long a handler may take to end after its signal has fired: a commit in progress still counts. */
export const AFTER_ABORT_MS = 1_000;

const DONE = { isFinished: false, kind: 'done' } as const;
const DONE_AND_FINISHED = { isFinished: true, kind: 'done' } as const;

class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/**
 * Runs one attempt within its deadline. Never rejects. `span` is the attempt's own; null: what it causes continues the
 * trace of the job.
 */
export type RunAttempt = (job: LeasedJob, span: TraceContext | null) => Promise<AttemptOutcome>;

/** Creates a function that runs attempts. `stopping` fires when the process has no more time for any of them. */
export function createRunAttempt(stopping: AbortSignal): RunAttempt {
  const running = new Set<Attempt>();
  // One listener for all attempts, instead of a signal of each that follows it.
  stopping.addEventListener(
    'abort',
    () => {
      for (const attempt of running) attempt.abort(stopping.reason);
    },
    { once: true },
  );

  return async function runAttempt(job, span) {
    const attempt = new Attempt(job, span);
    running.add(attempt);
    if (stopping.aborted) attempt.abort(stopping.reason);
    try {
      await attempt.run();
      return hasFinishedItself(attempt) ? DONE_AND_FINISHED : DONE;
    } catch (error) {
      if (error instanceof LeaseLostError) return { kind: 'lost' };
      if (error instanceof RunLater) return { kind: 'later', delayMs: error.delayMs };
      if (stopping.aborted && attempt.tooLate === null) return { kind: 'later', delayMs: 0 };
      return { kind: 'failed', error: attempt.tooLate ?? error };
    } finally {
      running.delete(attempt);
      attempt.end();
    }
  };
}

/** One attempt, as its handler sees it. A class, so that no functions are created per attempt: each order has some. */
class Attempt implements RunningJob {
  readonly id: string;
  readonly name: string;
  readonly data: RunningJob['data'];
  readonly eventId: string | null;
  readonly attempt: number;
  readonly isLastAttempt: boolean;
  readonly leaseToken: string;
  finishedIn: Transaction | undefined = undefined;
  /** Null until the deadline has passed. */
  tooLate: DeadlineError | null = null;
  readonly #definition: JobDefinition;
  readonly #traceparent: string | null;
  readonly #span: TraceContext | null;
  readonly #deadline: NodeJS.Timeout;
  /** Created when a handler asks for the signal, which most do not. */
  #controller: AbortController | null = null;
  #isAborted = false;
  #abortReason: unknown = undefined;
  #abandoning: NodeJS.Timeout | undefined = undefined;
  #abandon: (reason: unknown) => void = () => {};

  constructor({ definition, row, leaseToken }: LeasedJob, span: TraceContext | null) {
    this.id = row.id;
    this.name = definition.name;
    this.data = row.data;
    this.eventId = row.eventId;
    this.attempt = row.attempts;
    this.isLastAttempt = row.attempts >= definition.attemptsMax;
    this.leaseToken = leaseToken;
    this.#definition = definition;
    this.#traceparent = row.traceparent;
    this.#span = span;
    this.#deadline = setTimeout(Attempt.#passDeadline, definition.deadlineMs, this);
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#isAborted) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  get cause(): Cause {
    const trace = this.#span ?? parseTraceparent(this.#traceparent);
    return {
      requestId: null,
      traceId: trace?.traceId ?? null,
      ...(trace === null ? {} : { spanId: trace.spanId }),
      job: this.name,
    };
  }

  async finish(tx: Transaction): Promise<void> {
    const finished = await finishJobsIn(tx, [this]);
    if (!finished.has(this.id))
      throw new LeaseLostError(`another worker has taken over ${this.name} ${this.id}`);
  }

  /** Runs the handler. Rejects with the signal's reason if it continues for a while after the signal has fired. */
  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#abandon = reject;
      this.#definition.run(this).then(resolve, reject);
    });
  }

  abort(reason: unknown): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#abortReason = reason;
    this.#abandoning = setTimeout(() => this.#abandon(reason), AFTER_ABORT_MS);
    this.#controller?.abort(reason);
  }

  end(): void {
    clearTimeout(this.#deadline);
    clearTimeout(this.#abandoning);
  }

  static #passDeadline(attempt: Attempt): void {
    const { deadlineMs } = attempt.#definition;
    attempt.tooLate = new DeadlineError(`it took more than ${deadlineMs} ms`);
    attempt.abort(attempt.tooLate);
  }
}
