import type { Database } from '../../database/database.ts';
import type { WebhookSender } from '../../drivers/webhooks/webhook-sender.ts';
import type { Jobs } from '../../jobs/index.ts';
import type { Cursors } from '../../shared/pagination.ts';

/** The shared dependencies of this module's use cases. */
export interface WebhooksParts {
  readonly database: Database;
  readonly cursors: Cursors;
  readonly jobs: Jobs;
  readonly sender: WebhookSender;
  /** The `source` of every message: PUBLIC_URL. */
  readonly publicUrl: string;
  readonly allowPrivateTargets: boolean;
}
