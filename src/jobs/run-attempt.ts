import type { TraceContext } from '../shared/trace.ts';
import { finishJobsIn, hasFinishedItself } from './finish-together.ts';
import { type JobDefinition, LeaseLostError, RunLater, type RunningJob } from './job.ts';
import type { ClaimedRow } from './queries.ts';

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

class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/** Runs one attempt within its deadline. Never rejects. `stopping` fires when the process has no more time for it. */
export async function runAttempt(
  definition: JobDefinition,
  row: ClaimedRow,
  leaseToken: string,
  stopping: AbortSignal,
  trace: TraceContext | null = null,
): Promise<AttemptOutcome> {
  const deadline = new AbortController();
  const timer = setTimeout(
    () => deadline.abort(new DeadlineError(`it took more than ${definition.deadlineMs} ms`)),
    definition.deadlineMs,
  );
  const signal = AbortSignal.any([deadline.signal, stopping]);
  const job = runningJob(definition, row, leaseToken, signal, trace);
  const abandoned = afterAbort(signal);
  try {
    // In a microtask, so that a handler that throws before its first await fails only its own attempt.
    const running = Promise.resolve().then(() => definition.run(job));
    running.catch(() => {});
    await Promise.race([running, abandoned.promise]);
    return { kind: 'done', isFinished: hasFinishedItself(job) };
  } catch (error) {
    if (error instanceof LeaseLostError) return { kind: 'lost' };
    if (error instanceof RunLater) return { kind: 'later', delayMs: error.delayMs };
    if (stopping.aborted && !deadline.signal.aborted) return { kind: 'later', delayMs: 0 };
    return { kind: 'failed', error: deadline.signal.aborted ? deadline.signal.reason : error };
  } finally {
    clearTimeout(timer);
    abandoned.cancel();
  }
}

function runningJob(
  { name, attemptsMax }: JobDefinition,
  { id, data, eventId, attempts }: ClaimedRow,
  leaseToken: string,
  signal: AbortSignal,
  trace: TraceContext | null,
): RunningJob {
  const job: RunningJob = {
    id,
    name,
    data,
    eventId,
    attempt: attempts,
    isLastAttempt: attempts >= attemptsMax,
    signal,
    cause: {
      requestId: null,
      traceId: trace?.traceId ?? null,
      ...(trace === null ? {} : { spanId: trace.spanId }),
      job: name,
    },
    leaseToken,
    async finish(tx) {
      const finished = await finishJobsIn(tx, [job]);
      if (!finished.has(id))
        throw new LeaseLostError(`another worker has taken over ${name} ${id}`);
    },
  };
  return job;
}

/** Rejects with the signal's reason, a while after it has fired. */
function afterAbort(signal: AbortSignal): { promise: Promise<never>; cancel(): void } {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    timer = setTimeout(() => reject(signal.reason), AFTER_ABORT_MS);
  };
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  return {
    promise,
    cancel() {
      clearTimeout(timer);
      signal.removeEventListener('abort', begin);
    },
  };
}
