import type { Logger } from 'pino';
import { purgeKeys } from '../../database/queries.ts';
import {
  type AttemptReport,
  createPurges,
  createRunner,
  createSchedules,
  type JobRegistry,
  type Purge,
  purgeJobErrors,
  rescueJobs,
  type Schedule,
} from '../../jobs/index.ts';
import type { Module } from '../../modules/module.ts';
import type { Tally } from '../../shared/tally.ts';
import { parseTraceparent } from '../../shared/trace.ts';
import type { Infrastructure } from '../infrastructure/create-infrastructure.ts';
import { createEncryptionSchedule } from './encryption-schedule.ts';

const RESCUE_INTERVAL_MS = 5_000;
/** Of the tables that belong to no module. */
const shellPurges: readonly Purge[] = [
  { name: 'database.purge-keys', everyMs: 60_000, slices: { idempotency_keys: purgeKeys } },
  {
    name: 'jobs.purge-errors',
    everyMs: 24 * 60 * 60_000,
    slices: { dead_letter_errors: purgeJobErrors },
  },
];

/** The background work of a process. */
export interface Background {
  /** What the purges removed. */
  readonly tally: Tally;
  /** Starts the relay, the job runner and the schedules. */
  start(): void;
}

/** Registers the modules' jobs and subscriptions, and builds the job runner and the schedules. */
export function createBackground(
  infrastructure: Infrastructure,
  modules: readonly Module<unknown>[],
  built: AsyncDisposableStack,
): Background {
  const { database, jobs, subscriptions, relay, sealing, metrics, tracing, log, onError } =
    infrastructure;
  jobs.define(modules.flatMap((module) => module.jobs ?? []));
  subscriptions.define(
    modules.flatMap((module) => module.subscriptions ?? []),
    modules.flatMap((module) => module.sealPlans ?? []),
  );
  if (infrastructure.duties.works) {
    metrics.expectJobs(jobs.definitions().map(({ name }) => name));
  }
  const runner = built.adopt(
    createRunner({
      registry: jobs,
      concurrency: Object.assign({}, ...modules.map((module) => module.concurrency)),
      tracing,
      onAttempt(report) {
        metrics.observeJob(report);
        if (report.settled === 'retried')
          log.warn(describeFailure(report), 'a job failed and will be retried');
        if (report.settled === 'dead')
          log.error(describeFailure(report), 'a job failed and became a dead letter');
      },
      onError,
    }),
    (it) => it.stop(),
  );
  const purges = createPurges({
    database,
    purges: [...shellPurges, ...modules.flatMap((module) => module.purges ?? [])],
    log,
  });
  const schedules = built.adopt(
    createSchedules({
      database,
      schedules: [
        rescueSchedule(jobs, log),
        sealing.schedule,
        createEncryptionSchedule(database, log),
        ...modules.flatMap((module) => module.schedules ?? []),
        ...purges.schedules,
      ],
      onError,
    }),
    (it) => it.stop(),
  );
  return {
    tally: purges.tally,
    start() {
      relay.start();
      runner.start();
      schedules.start();
    },
  };
}

/** Returns what the log says about a failed attempt. */
function describeFailure({ queue, job, jobId, attempt, traceparent, error }: AttemptReport) {
  const traceId = parseTraceparent(traceparent)?.traceId ?? null;
  return { queue, job, jobId, attempt, traceId, error };
}

function rescueSchedule(jobs: JobRegistry, log: Logger): Schedule {
  return {
    name: 'jobs.rescue',
    everyMs: RESCUE_INTERVAL_MS,
    async run() {
      const count = await rescueJobs(jobs);
      if (count > 0)
        log.warn({ count }, 'unfetched jobs and jobs with expired leases were sent again');
    },
  };
}
