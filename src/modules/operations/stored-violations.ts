import type { Queryable } from '../../database/statement.ts';
import { findReport, storeReport } from '../../jobs/index.ts';
import { invariants } from './invariants.ts';
import type { InvariantsReport } from './schemas.ts';

/** The schedule that checks the invariants; its report is the last result, including manual checks. */
export const CHECK_INVARIANTS = 'operations.check-invariants';

/** Stores the counts, so that every server reports the same result, whichever one checked. */
export async function storeViolations(db: Queryable, report: InvariantsReport): Promise<void> {
  const counts = report.invariants.map(({ name, violationCount }) => [name, violationCount]);
  await storeReport(db, CHECK_INVARIANTS, JSON.stringify(Object.fromEntries(counts)));
}

/** Returns the count of each invariant; NaN if it was never checked, because 0 would mean that it holds. */
export async function readViolationCounts(db: Queryable): Promise<ReadonlyMap<string, number>> {
  const [stored] = await findReport(db, CHECK_INVARIANTS);
  const counts = (stored?.report ?? {}) as Readonly<Record<string, number>>;
  return new Map(invariants.map(({ name }) => [name, counts[name] ?? Number.NaN]));
}
