import type { Database } from '../../database/database.ts';
import type { Once } from '../../database/idempotency.ts';
import type { RequestContext } from '../../http/index.ts';
import type { JobRegistry } from '../../jobs/index.ts';
import { type Caller, isAdmin } from '../../shared/caller.ts';
import type { Cursors, Page } from '../../shared/pagination.ts';
import type { ActivityView } from './activity-schemas.ts';
import { checkInvariants } from './check-invariants.ts';
import { listDeadLetters, redriveDeadLetter } from './dead-letters.ts';
import { createHealth, type Health, type Probe } from './health.ts';
import { countViolations, keepViolations } from './kept-violations.ts';
import { listMail, withoutTexts } from './list-mail.ts';
import { listQueues } from './list-queues.ts';
import type { Metrics } from './metrics.ts';
import { readActivity } from './read-activity.ts';
import { createSampler, type Sampler } from './sampler.ts';
import type {
  DeadLetterView,
  InvariantsReport,
  ListDeadLettersInput,
  ListMailInput,
  MailView,
  QueuesView,
  RedriveView,
} from './schemas.ts';

export interface OperationsDeps {
  readonly database: Database;
  readonly cursors: Cursors;
  readonly metrics: Metrics;
  readonly jobs: Pick<JobRegistry, 'definitions' | 'sendRows'>;
  /** Of the shop. */
  readonly currency: string;
  readonly readLagSeconds: () => Promise<number>;
  /** False while the database is away at the start or being migrated, and while the server stops. */
  readonly isPrepared: () => boolean;
  /** What orders are taken without, by the name it has in the report of health. */
  readonly probes: Readonly<Record<string, Probe>>;
  /** True where mail is kept and sent nowhere, outside production: admins may read the texts of password resets. */
  readonly showsResetTexts: boolean;
}

export interface Operations {
  readonly health: Health;
  readonly metrics: Metrics;
  readonly sampler: Sampler;
  readActivity(): Promise<ActivityView>;
  checkInvariants(): Promise<InvariantsReport>;
  /** Texts are for admins who are people. */
  listMail(caller: Caller, input: ListMailInput): Promise<Page<MailView>>;
  listQueues(): Promise<QueuesView>;
  listDeadLetters(input: ListDeadLettersInput): Promise<Page<DeadLetterView>>;
  redriveDeadLetter(context: RequestContext, id: string): Promise<Once<RedriveView>>;
}

export function createOperations(deps: OperationsDeps): Operations {
  const { database, cursors, metrics, jobs, isPrepared, showsResetTexts } = deps;
  metrics.watchInvariants(() => countViolations(database));
  metrics.watchQueues(async () => (await listQueues(database, jobs.definitions())).data);
  const sampler = createSampler({
    readLagSeconds: deps.readLagSeconds,
    async readQueueDepth() {
      const { data } = await listQueues(database, jobs.definitions());
      return data.reduce((sum, row) => sum + row.waiting + row.delayed + row.active, 0);
    },
  });
  return {
    health: createHealth({ database, isPrepared, others: deps.probes }),
    metrics,
    sampler,
    readActivity: () => readActivity(database, deps.currency, sampler.samples()),
    async checkInvariants() {
      const report = await checkInvariants(database);
      await keepViolations(database, report);
      return report;
    },
    async listMail(caller, input) {
      const page = await listMail(database, cursors, showsResetTexts, input);
      return isAdmin(caller) ? page : withoutTexts(page);
    },
    listQueues: () => listQueues(database, jobs.definitions()),
    listDeadLetters: (input) => listDeadLetters(database, cursors, input),
    redriveDeadLetter: (context, id) => redriveDeadLetter(database, jobs, context, id),
  };
}
