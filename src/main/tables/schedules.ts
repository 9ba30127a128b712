import type { Logger } from 'pino';
import type { Database } from '../../database/database.ts';
import { purgeInSlices } from '../../database/purge-in-slices.ts';
import { purgeKeys } from '../../database/queries.ts';
import { purgeDeliveries as purgeSandboxDeliveries } from '../../drivers/payments/sandbox/index.ts';
import { type JobRegistry, purgeDoneJobs, rescueJobs, type Schedule } from '../../jobs/index.ts';
import { purgeFamilies, purgeResets, purgeSpentTokens } from '../../modules/accounts/index.ts';
import { purgeMail } from '../../modules/notifications/index.ts';
import { CHECK_INVARIANTS, type Operations } from '../../modules/operations/index.ts';
import { expireOrders } from '../../modules/orders/index.ts';
import type { Payments } from '../../modules/payments/index.ts';
import type { Webhooks } from '../../modules/webhooks/index.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

export interface ScheduledParts {
  readonly database: Database;
  readonly jobs: JobRegistry;
  readonly payments: Payments;
  readonly webhooks: Webhooks;
  readonly operations: Operations;
  readonly logger: Logger;
}

/** What the shop does at intervals, whatever happens: the one table of it. Each turn is taken by one server. */
export function createScheduleTable(parts: ScheduledParts): readonly Schedule[] {
  const { database, jobs, payments, webhooks, operations, logger } = parts;
  const purging = (
    name: string,
    everyMs: number,
    ...purges: readonly Parameters<typeof purgeInSlices>[1][]
  ): Schedule => ({
    name,
    everyMs,
    async run(signal) {
      for (const purge of purges) await purgeInSlices(database, purge, signal);
    },
  });
  return [
    {
      // An order expires within a second of its time, and gives its stock back.
      name: 'orders.expire-orders',
      everyMs: SECOND_MS,
      run: (signal) => expireOrders(database, signal),
    },
    {
      name: 'jobs.rescue',
      everyMs: 5 * SECOND_MS,
      async run() {
        const count = await rescueJobs(jobs);
        if (count > 0) logger.warn({ count }, 'jobs that nobody worked on were sent again');
      },
    },
    {
      name: 'payments.reconcile',
      everyMs: 5 * MINUTE_MS,
      run: () => payments.reconcileRegularly(),
    },
    {
      name: CHECK_INVARIANTS,
      everyMs: 5 * MINUTE_MS,
      // Until then the metric can only say that nobody knows.
      beginsAtOnce: true,
      async run() {
        const { invariants } = await operations.checkInvariants();
        const broken = invariants.filter(({ ok }) => !ok);
        for (const { name, violationCount, violations } of broken) {
          const examples = violations.slice(0, 5);
          logger.error({ invariant: name, violationCount, examples }, 'an invariant is broken');
        }
      },
    },
    {
      name: 'webhooks.purge-deliveries',
      everyMs: 60 * MINUTE_MS,
      run: () => webhooks.purgeDeliveries(),
    },
    purging('database.purge-keys', MINUTE_MS, purgeKeys),
    purging('jobs.purge-done', 10 * MINUTE_MS, purgeDoneJobs),
    purging(
      'accounts.purge-sessions',
      10 * MINUTE_MS,
      purgeFamilies,
      purgeSpentTokens,
      purgeResets,
    ),
    purging('notifications.purge-mail', 60 * MINUTE_MS, purgeMail),
    purging('sandbox.purge-deliveries', 60 * MINUTE_MS, purgeSandboxDeliveries),
  ];
}
