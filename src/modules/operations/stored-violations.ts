import type { Queryable } from '../../database/statement.ts';
import { findReport, keepReport } from '../../jobs/index.ts';
import { invariants } from './invariants.ts';
import type { InvariantsReport } from './schemas.ts';

/** The schedule that checks the invariants; its report is what was found last, also by hand. */
export const CHECK_INVARIANTS = 'operations.check-invariants';

/** So that every server tells the same, whichever of them checked. */
export async function storeViolations(db: Queryable, report: InvariantsReport): Promise<void> {
  const counts = report.invariants.map(({ name, violationCount }) => [name, violationCount]);
  await keepReport(db, CHECK_INVARIANTS, JSON.stringify(Object.fromEntries(counts)));
}

/** Of each invariant; NaN while it has never been checked, since 0 would say that it holds. */
export async function readViolationCounts(db: Queryable): Promise<ReadonlyMap<string, number>> {
  const [kept] = await findReport(db, CHECK_INVARIANTS);
  const counts = (kept?.report ?? {}) as Readonly<Record<string, number>>;
  return new Map(invariants.map(({ name }) => [name, counts[name] ?? Number.NaN]));
}
