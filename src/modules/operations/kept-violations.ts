import type { Queryable } from '../../database/statement.ts';
import { findReport, keepReport } from '../../jobs/index.ts';
import type { InvariantsReport } from './schemas.ts';

/** The schedule that checks the invariants; its report is what was found last, also by hand. */
export const CHECK_INVARIANTS = 'operations.check-invariants';

/** So that every server tells the same, whichever of them checked. */
export async function keepViolations(
  db: Queryable,
  { invariants }: InvariantsReport,
): Promise<void> {
  const counts = invariants.map(({ name, violationCount }) => [name, violationCount]);
  await keepReport(db, CHECK_INVARIANTS, JSON.stringify(Object.fromEntries(counts)));
}

/** By invariant; empty before the first check. */
export async function countViolations(db: Queryable): Promise<ReadonlyMap<string, number>> {
  const [kept] = await findReport(db, CHECK_INVARIANTS);
  return new Map(Object.entries((kept?.report ?? {}) as Record<string, number>));
}
