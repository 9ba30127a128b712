import type { Database } from '../../database/database.ts';
import type { JobRegistry } from '../../jobs/index.ts';
import type { DetailedLog } from '../../shared/log.ts';
import type { Cursors } from '../../shared/pagination.ts';
import type { Module } from '../module.ts';
import type { InvariantResult } from './check-changes.ts';
import type { ReadHosts } from './database-hosts.ts';
import { listDeadLetters, redriveDeadLetter } from './dead-letters.ts';
import { createHealth, type Probe } from './health.ts';
import { listAudit } from './list-audit.ts';
import { listLogSeals } from './list-log-seals.ts';
import { readMail } from './list-mail.ts';
import { listQueues } from './list-queues.ts';
import type { Metrics } from './metrics.ts';
import { registerProbeRoutes } from './probe-routes.ts';
import { readActivity } from './read-activity.ts';
import { runFullCheck, runRegularCheck } from './regular-check.ts';
import { registerOperationsRoutes } from './routes.ts';
import { createSampler } from './sampler.ts';
import { CHECK_INVARIANTS, readViolationCounts } from './stored-checks.ts';
import type { Operations } from './use-cases.ts';

const CHECK_INTERVAL_MS = 5 * 60_000;
/** Violating rows in the log message. */
const EXAMPLES_MAX = 5;

export interface OperationsDependencies {
  readonly database: Database;
  readonly cursors: Cursors;
  readonly metrics: Metrics;
  readonly jobs: Pick<JobRegistry, 'definitions' | 'sendRows'>;
  /** The shop's currency. */
  readonly currency: string;
  readonly readLagSeconds: () => Promise<number>;
  /** False while the database is unavailable at the start or being migrated, and while the server stops. */
  readonly isPrepared: () => boolean;
  /** Checks of services that orders do not need, by their name in the health report. */
  readonly probes: Readonly<Record<string, Probe>>;
  readonly readHosts: ReadHosts;
  /** What callers of other machines send to read the metrics; null: they may not. */
  readonly metricsToken: string | null;
  /**
   * True if mail is captured instead of sent, outside production: admins may then read the texts of password resets.
   */
  readonly showsAccountTexts: boolean;
  /** Receives each violated invariant. */
  readonly log: Pick<DetailedLog, 'error'>;
}

export function createOperations(dependencies: OperationsDependencies): Module<Operations> {
  const { database, cursors, metrics, jobs, isPrepared, showsAccountTexts, log } = dependencies;
  metrics.watchInvariants(() => readViolationCounts(database));
  metrics.watchQueues(async () => (await listQueues(database, jobs.definitions())).data);
  const sampler = createSampler({
    readLagSeconds: dependencies.readLagSeconds,
    async readQueueDepth() {
      const { data } = await listQueues(database, jobs.definitions());
      return data.reduce((sum, row) => sum + row.waiting + row.delayed + row.active, 0);
    },
  });
  const operations: Operations = {
    health: createHealth({
      database,
      isPrepared,
      others: dependencies.probes,
      readHosts: dependencies.readHosts,
    }),
    metrics,
    sampler,
    readActivity: () => readActivity(database, dependencies.currency, sampler.samples()),
    checkInvariants: () => runFullCheck(database),
    checkChangedData: () => runRegularCheck(database),
    listMail: (context, input) => readMail(database, cursors, showsAccountTexts, context, input),
    listAudit: (input) => listAudit(database, cursors, input),
    listLogSeals: (input) => listLogSeals(database, cursors, input),
    listQueues: () => listQueues(database, jobs.definitions()),
    listDeadLetters: (input) => listDeadLetters(database, cursors, input),
    redriveDeadLetter: (context, id) => redriveDeadLetter(database, jobs, context, id),
  };
  return {
    api: operations,
    routes: (app) => registerOperationsRoutes(app, operations),
    probes: (app) => registerProbeRoutes(app, operations, dependencies.metricsToken),
    schedules: [
      {
        name: CHECK_INVARIANTS,
        everyMs: CHECK_INTERVAL_MS,
        // Until the first check the metric is unknown.
        runsAtStart: true,
        run: async () => logViolations(log, await operations.checkChangedData()),
      },
    ],
    start({ serves }) {
      if (serves) sampler.start();
    },
    stop: () => sampler.stop(),
  };
}

function logViolations(log: Pick<DetailedLog, 'error'>, results: readonly InvariantResult[]): void {
  for (const { name, violationCount, violations } of results) {
    const examples = violations.slice(0, EXAMPLES_MAX);
    if (violationCount > 0)
      log.error({ invariant: name, violationCount, examples }, 'invariant violated');
  }
}
