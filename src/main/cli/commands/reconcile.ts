import { randomBytes } from 'node:crypto';
import {
  createPayments,
  type Difference,
  type ReconcileReport,
} from '../../../modules/payments/index.ts';
import { systemClock } from '../../../shared/clock.ts';
import { createCursors } from '../../../shared/pagination.ts';
import { createPaymentProvider } from '../../infrastructure/create-payment-provider.ts';
import { createCommandLogger } from '../../start/logger.ts';
import { loadSandboxSecret } from '../../start/sandbox-secret.ts';
import { formatTable, print, printError } from '../../terminal.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type NewDatabaseOption, withDatabase } from './with-database.ts';

const HOUR_MS = 3_600_000;

export interface ReconcileCommandOptions extends NewDatabaseOption {
  readonly hours: number;
  readonly json?: boolean;
}

/** Compares recent changes with the provider, repairs differences, and lists what a person must check. */
export function reconcile({
  hours,
  json = false,
  ...option
}: ReconcileCommandOptions): Promise<ExitCode> {
  return withDatabase(
    { migrated: false, secrets: true, ...option },
    async ({ config, database }) => {
      const { api: payments } = createPayments({
        database,
        // A command gives no cursors to clients.
        cursors: createCursors(randomBytes(32).toString('base64')),
        provider: await createPaymentProvider(config.payments, {
          sandboxSecret: await loadSandboxSecret(config),
          sandboxUrl: () => config.publicUrl,
          ownCertificate: () => null,
        }),
        clock: systemClock,
        publicUrl: config.publicUrl,
        retryBaseSeconds: config.retryBaseSeconds,
        attemptsMax: config.queueAttemptsMax,
        onError: (error) => printError(error instanceof Error ? error.message : String(error)),
        log: createCommandLogger(),
      });
      const report = await payments.reconcilePayments({
        since: new Date(Date.now() - hours * HOUR_MS),
      });
      while ((await payments.applyDueEvents()) > 0);
      print(json ? JSON.stringify(report, null, 2) : renderReport(report));
      const isClean = report.differing.length === 0 && report.unreachable.length === 0;
      return isClean ? exitCodes.ok : exitCodes.no;
    },
  );
}

function renderReport({
  payments,
  refunds,
  healed,
  differing,
  unreachable,
}: ReconcileReport): string {
  const rows = [
    ...toRows('repaired', healed),
    ...toRows('DIFFERS', differing),
    ...toRows('UNREACHABLE', unreachable),
  ];
  const table = rows.length === 0 ? [] : [formatTable(['', 'payment or refund', 'what'], rows), ''];
  const summary = `${payments} payments and ${refunds} refunds were compared.`;
  return [...table, summary].join('\n');
}

function toRows(word: string, differences: readonly Difference[]): string[][] {
  return differences.map(({ id, what }) => [word, id, what]);
}
