import type { Once } from '../../database/idempotency.ts';
import type { RequestContext } from '../../http/index.ts';
import type { Seal } from '../../seals/index.ts';
import type { Page } from '../../shared/pagination.ts';
import type { ActivityView } from './activity-schemas.ts';
import type { AuditView, ListAuditInput } from './audit-schemas.ts';
import type { InvariantResult } from './check-changes.ts';
import type { Health } from './health.ts';
import type { Metrics } from './metrics.ts';
import type { Sampler } from './sampler.ts';
import type {
  DeadLetterView,
  InvariantsReport,
  ListDeadLettersInput,
  ListMailInput,
  MailView,
  QueuesView,
  RedriveView,
} from './schemas.ts';
import type { ListSealsInput } from './seal-schemas.ts';

/** The use cases of the module, bound to their dependencies. */
export interface Operations {
  readonly health: Health;
  readonly metrics: Metrics;
  readonly sampler: Sampler;
  readActivity(): Promise<ActivityView>;
  checkInvariants(): Promise<InvariantsReport>;
  /** Checks what has changed since the last check, and the next part of everything else. */
  checkChangedData(): Promise<readonly InvariantResult[]>;
  /** Records the read in the audit. Only admins, not API keys, read the texts. */
  listMail(context: RequestContext, input: ListMailInput): Promise<Page<MailView>>;
  listAudit(input: ListAuditInput): Promise<Page<AuditView>>;
  listLogSeals(input: ListSealsInput): Promise<Page<Seal>>;
  listQueues(): Promise<QueuesView>;
  listDeadLetters(input: ListDeadLettersInput): Promise<Page<DeadLetterView>>;
  redriveDeadLetter(context: RequestContext, id: string): Promise<Once<RedriveView>>;
}
