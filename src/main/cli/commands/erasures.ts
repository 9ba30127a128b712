import { type AuditType, listAccessChanges } from '../../../audit/index.ts';
import { listErased } from '../../../modules/privacy/index.ts';
import { print } from '../../terminal.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { ListedChange } from '../restore/read-erasures.ts';
import { withDatabase } from './with-database.ts';

const PAGE = 1_000;
const YEAR_MS = 366 * 86_400_000;

/** What a restore brings back besides people: access that somebody had taken away or replaced. */
const accessTypes: readonly AuditType[] = [
  'api_key.created',
  'api_key.changed',
  'api_key.revoked',
  'user.password_changed',
  'user.email_changed',
  'user.factor_added',
  'user.factor_removed',
  'user.factors_reset',
  'user.recovery_codes_created',
];

/** Prints what a restore has to be told, one JSON object a line: ids and times, no personal data. */
export function erasuresCommand({ since }: { readonly since?: string }): Promise<ExitCode> {
  return withDatabase({ migrated: false, existing: true }, async ({ database }) => {
    const printChange = (change: ListedChange) => print(JSON.stringify(change));
    for (let last: { userId: string; erasedAt: string } | undefined, more = true; more; ) {
      const rows = await listErased(database, last?.erasedAt ?? null, last?.userId ?? null, PAGE);
      for (const { userId, erasedAt } of rows) {
        printChange({ type: 'user.erased', id: userId, at: erasedAt });
      }
      last = rows.at(-1);
      more = rows.length === PAGE;
    }
    const from = since ?? new Date(Date.now() - YEAR_MS).toISOString();
    for (let position = 0, more = true; more; ) {
      const rows = await listAccessChanges(database, accessTypes, from, position, PAGE);
      for (const { type, id, at } of rows) printChange({ type, id, at });
      position = rows.at(-1)?.position ?? position;
      more = rows.length === PAGE;
    }
    return exitCodes.ok;
  });
}
