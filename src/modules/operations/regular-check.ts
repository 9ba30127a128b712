import type { Database } from '../../database/database.ts';
import { checkChanges, type InvariantResult } from './check-changes.ts';
import { checkEverything } from './check-invariants.ts';
import type { InvariantsReport } from './schemas.ts';
import { readProgress, storeChecks } from './stored-checks.ts';

/** Checks all data and stores the result. */
export async function runFullCheck(database: Database): Promise<InvariantsReport> {
  const { report, progress } = await checkEverything(database, await readProgress(database));
  await storeChecks(database, report.invariants, progress);
  return report;
}

/**
 * Checks what has changed since the last check and the next part of everything else, and stores the result and how far it
 * got in one statement. If it fails, or a slower server overwrites that, something is checked again and nothing skipped.
 * The first check covers everything. `sliceMin` as in `checkChanges`.
 */
export async function runRegularCheck(
  database: Database,
  options: { readonly sliceMin?: number } = {},
): Promise<readonly InvariantResult[]> {
  const last = await readProgress(database);
  if (last === null) return (await runFullCheck(database)).invariants;
  const { invariants, progress } = await checkChanges(database, last, options);
  await storeChecks(database, invariants, progress);
  return invariants;
}
