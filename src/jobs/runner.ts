import { createBatcher } from '../shared/batcher.ts';
import { pause } from '../shared/pause.ts';
import { parseTraceparent } from '../shared/trace.ts';
import type { Tracing } from '../shared/tracing.ts';
import type { JobRegistry } from './jobs.ts';
import type { LeasedJob } from './local-work.ts';
import { finishJobs } from './queries.ts';
import { createQueueWorker, type QueueWorker } from './queue-worker.ts';
import { type AttemptOutcome, createRunAttempt } from './run-attempt.ts';
import {
  type AttemptResult,
  errorText,
  moveToDeadLetters,
  settleAttempt,
} from './settle-attempt.ts';

const CONCURRENCY_DEFAULT = 10;
const FINISHED_AT_ONCE_MAX = 500;
const FINISH_ATTEMPTS_MAX = 5;
const FINISH_RETRY_MS = 200;
/** How long jobs in progress may continue when the process stops, before their signal fires. */
const STOP_GRACE_MS = 5_000;

/** One finished attempt, for logs and metrics. */
export interface AttemptReport {
  readonly queue: string;
  readonly job: string;
  readonly jobId: string;
  readonly attempt: number;
  /** The trace of the job's cause, null without one. */
  readonly traceparent: string | null;
  readonly settled: AttemptResult;
  readonly durationSeconds: number;
  /** The error of a failed attempt. */
  readonly error: string | null;
}

export interface RunnerOptions {
  readonly registry: JobRegistry;
  /** Jobs at a time, by queue. Default 10. */
  readonly concurrency?: Readonly<Record<string, number>>;
  readonly onAttempt?: (report: AttemptReport) => void;
  readonly tracing?: Tracing | null;
  readonly onError: (error: unknown) => void;
}

/** Runs the jobs of every defined queue until the process stops. */
export interface Runner {
  start(): void;
  /**
   * Stops claiming jobs. Those in progress get a few seconds to end, then their signal fires. Any that continue are
   * returned to other servers, and their later writes are refused.
   */
  stop(): Promise<void>;
}

export function createRunner(options: RunnerOptions): Runner {
  const { registry, onError } = options;
  const onAttempt = options.onAttempt ?? (() => {});
  const tracing = options.tracing ?? null;
  const outOfTime = new AbortController();
  const attempt = createRunAttempt(outOfTime.signal);
  let workers: QueueWorker[] = [];

  /** Finishes jobs whose handlers did not do so themselves. */
  const finish = createBatcher<LeasedJob, null>({
    batchesMax: 1,
    sizeMax: FINISHED_AT_ONCE_MAX,
    waitingMax: Number.POSITIVE_INFINITY,
    exclusives: () => [],
    run: async (jobs) => {
      await finishAll(jobs);
      return jobs.map(() => null);
    },
    mayRetryAlone: () => false,
  });

  /**
   * Retries while the database is briefly unavailable: the effect exists already, and otherwise it would be repeated.
   */
  async function finishAll(jobs: readonly LeasedJob[]): Promise<void> {
    const ids = jobs.map(({ row }) => row.id);
    const tokens = jobs.map(({ leaseToken }) => leaseToken);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await finishJobs(registry.database, ids, tokens);
        return;
      } catch (error) {
        if (attempt === FINISH_ATTEMPTS_MAX) throw error;
        await pause(FINISH_RETRY_MS * attempt, { signal: outOfTime.signal });
      }
    }
  }

  async function work(job: LeasedJob): Promise<string | null> {
    const startedAt = performance.now();
    try {
      const { definition, row } = job;
      if (row.attempts > definition.attemptsMax) return await buryUnfinished(job, startedAt);
      const outcome = tracing === null ? await attempt(job, null) : await runInSpan(tracing, job);
      if (outcome.kind === 'done') {
        if (!outcome.isFinished) await finish(job);
        report(job, startedAt, 'done', null);
        return null;
      }
      const { settled, error } = await settleAttempt(registry, job, outcome);
      report(job, startedAt, settled, error);
      return settled === 'dead' ? error : null;
    } catch (error) {
      // The database is unavailable. When the lease has expired, the rescue sends the job again.
      onError(error);
      report(job, startedAt, 'lost', errorText(error));
      return null;
    }
  }

  async function buryUnfinished(job: LeasedJob, startedAt: number): Promise<string | null> {
    const error = `${job.definition.attemptsMax} workers started this job and none finished it`;
    const isBuried = await moveToDeadLetters(registry, job, error);
    report(job, startedAt, isBuried ? 'dead' : 'lost', error);
    return isBuried ? error : null;
  }

  async function runInSpan(tracing: Tracing, job: LeasedJob): Promise<AttemptOutcome> {
    const { definition, row } = job;
    const span = tracing.start(definition.name, {
      kind: 'consumer',
      parent: parseTraceparent(row.traceparent),
      attributes: { 'holdfast.job_id': row.id, 'holdfast.attempt': row.attempts },
    });
    const outcome = await tracing.inside(span, () => attempt(job, span.context));
    span.end(outcome.kind === 'failed' ? outcome.error : undefined);
    return outcome;
  }

  function report(
    { definition, row }: LeasedJob,
    startedAt: number,
    settled: AttemptResult,
    error: string | null,
  ): void {
    onAttempt({
      queue: definition.queue,
      job: definition.name,
      jobId: row.id,
      attempt: row.attempts,
      traceparent: row.traceparent,
      settled,
      durationSeconds: (performance.now() - startedAt) / 1000,
      error,
    });
  }

  return {
    start() {
      const queues = new Set(registry.definitions().map(({ queue }) => queue));
      workers = [...queues].map((queue) =>
        createQueueWorker({
          registry,
          queue,
          concurrency: options.concurrency?.[queue] ?? CONCURRENCY_DEFAULT,
          work,
          onError,
        }),
      );
      registry.started().then(
        () => {
          if (!outOfTime.signal.aborted) for (const worker of workers) worker.start();
        },
        () => {},
      );
    },
    async stop() {
      const timer = setTimeout(
        () => outOfTime.abort(new Error('the process stops')),
        STOP_GRACE_MS,
      );
      await Promise.all(workers.map((worker) => worker.stop()));
      clearTimeout(timer);
      outOfTime.abort();
    },
  };
}
