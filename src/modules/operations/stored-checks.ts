import type { Queryable } from '../../database/statement.ts';
import { findReport, storeReport } from '../../jobs/index.ts';
import { invariants } from './invariants.ts';
import type { ScopeName } from './scope-queries.ts';

/** The schedule that checks the invariants; its report is the last result, including full checks. */
export const CHECK_INVARIANTS = 'operations.check-invariants';

/** The subjects of known violations by part of the invariant, or that there are too many to remember. */
export type Remembered = Readonly<Record<string, readonly string[]>> | 'many';

/** Where the regular check continues. */
export interface CheckProgress {
  /** The position in the log up to which changes have been checked. */
  readonly position: number;
  /** The time of the last check's snapshot, by the database's clock. */
  readonly checkedAt: string;
  /** The id after which the rotation through a scope continues. None: from its start. */
  readonly cursors: Readonly<Partial<Record<ScopeName, string>>>;
  /** Known violations by invariant, which are checked again each time until they are gone. */
  readonly remembered: Readonly<Record<string, Remembered>>;
}

interface StoredChecks {
  /** The number of violations of each invariant. */
  readonly violations?: Readonly<Record<string, number>>;
  readonly progress?: CheckProgress;
}

/** Stores a result, so that every server reports the same and continues there, whichever one checked. */
export async function storeChecks(
  db: Queryable,
  results: readonly { readonly name: string; readonly violationCount: number }[],
  progress: CheckProgress,
): Promise<void> {
  const counts = results.map(({ name, violationCount }) => [name, violationCount]);
  const stored: StoredChecks = { violations: Object.fromEntries(counts), progress };
  await storeReport(db, CHECK_INVARIANTS, JSON.stringify(stored));
}

/** Returns where the next regular check continues, or null if there was no check yet. */
export async function readProgress(db: Queryable): Promise<CheckProgress | null> {
  return (await readStored(db)).progress ?? null;
}

/** Returns the count of each invariant; NaN if it was never checked, because 0 would mean that it holds. */
export async function readViolationCounts(db: Queryable): Promise<ReadonlyMap<string, number>> {
  const { violations = {} } = await readStored(db);
  return new Map(invariants.map(({ name }) => [name, violations[name] ?? Number.NaN]));
}

async function readStored(db: Queryable): Promise<StoredChecks> {
  const [stored] = await findReport(db, CHECK_INVARIANTS);
  return (stored?.report ?? {}) as StoredChecks;
}
