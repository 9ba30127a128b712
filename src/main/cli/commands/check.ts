import { checkInvariants, type InvariantsReport } from '../../../modules/operations/index.ts';
import { formatTable, print } from '../../terminal.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type NewDatabaseOption, withDatabase } from './with-database.ts';

const VIOLATIONS_SHOWN_MAX = 20;

export interface CheckOptions extends NewDatabaseOption {
  readonly json?: boolean;
}

/** Checks the invariants on the live data. */
export function check({ json = false, ...option }: CheckOptions): Promise<ExitCode> {
  return withDatabase({ migrated: false, ...option }, async ({ database }) => {
    const report = await checkInvariants(database);
    print(json ? JSON.stringify(report, null, 2) : renderReport(report));
    return report.ok ? exitCodes.ok : exitCodes.no;
  });
}

export function renderReport({ ok, invariants }: InvariantsReport): string {
  const rows = invariants.map(({ name, ok: holds, checked, violationCount, description }) => [
    holds ? 'ok' : 'BROKEN',
    name,
    checked,
    violationCount,
    description,
  ]);
  const lines = [formatTable(['', 'invariant', 'rows', 'broken', 'what holds'], rows)];
  for (const { name, violations, violationCount } of invariants) {
    if (violationCount === 0) continue;
    lines.push('', `${name}:`);
    for (const { id, detail } of violations.slice(0, VIOLATIONS_SHOWN_MAX)) {
      lines.push(`  ${id}  ${detail}`);
    }
    const more = violationCount - VIOLATIONS_SHOWN_MAX;
    if (more > 0) lines.push(`  and ${more} more`);
  }
  lines.push('', ok ? 'Every invariant holds.' : 'Some invariants are broken.');
  return lines.join('\n');
}
