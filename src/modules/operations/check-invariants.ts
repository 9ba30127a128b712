import type { Database } from '../../database/database.ts';
import type { Queryable } from '../../database/statement.ts';
import { findSettledEnd } from '../../events/index.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { findSubjects, invariants, REMEMBERED_MAX, VIOLATIONS_SHOWN_MAX } from './invariants.ts';
import { findDescriptions } from './queries.ts';
import type { InvariantsReport } from './schemas.ts';
import { readSnapshotTime } from './scope-queries.ts';
import type { CheckProgress, Remembered } from './stored-checks.ts';

/** For one view. Views read whole tables, and a large shop has many rows. */
const VIEW_TIMEOUT_MS = 120_000;

/**
 * Checks on the live data that nothing was lost, oversold or left unexplained. All views run in one snapshot, so that
 * they show the same moment. It uses one connection and blocks nothing.
 */
export function checkInvariants(
  database: Database,
  clock: Clock = systemClock,
): Promise<InvariantsReport> {
  return database.snapshot((db) => reportInvariants(db, clock), VIEW_TIMEOUT_MS);
}

/**
 * The same, and returns where the regular check continues: what is broken is checked again, and the rest of its progress
 * stays as it was.
 */
export async function checkEverything(
  database: Database,
  last: CheckProgress | null,
): Promise<{ report: InvariantsReport; progress: CheckProgress }> {
  // Before the snapshot: what is settled by now is visible in it.
  const position = last?.position ?? (await findSettledEnd(database)) ?? 0;
  return database.snapshot(async (db) => {
    const [time] = await readSnapshotTime(db);
    const report = await reportInvariants(db);
    const remembered = await findBroken(db, report);
    const checkedAt = last?.checkedAt ?? time!.now.toISOString();
    return { report, progress: { position, checkedAt, cursors: last?.cursors ?? {}, remembered } };
  }, VIEW_TIMEOUT_MS);
}

/** Checks the invariants on the caller's connection, one view after the other. */
export async function reportInvariants(
  db: Queryable,
  clock: Clock = systemClock,
): Promise<InvariantsReport> {
  const checkedAt = clock.now().toISOString();
  const descriptions = new Map(
    (await findDescriptions(db)).map(({ name, description }) => [name, description ?? '']),
  );
  const results: InvariantsReport['invariants'] = [];
  for (const { name, check } of invariants) {
    const [row] = await check(db, VIOLATIONS_SHOWN_MAX);
    const { checked, violationCount, violations } = row!;
    results.push({
      name,
      description: descriptions.get(name) ?? '',
      ok: violationCount === 0,
      checked,
      violationCount,
      violations,
    });
  }
  return { ok: results.every((result) => result.ok), checkedAt, invariants: results };
}

async function findBroken(
  db: Queryable,
  report: InvariantsReport,
): Promise<Record<string, Remembered>> {
  const counts = new Map(report.invariants.map((result) => [result.name, result.violationCount]));
  const remembered: Record<string, Remembered> = {};
  for (const invariant of invariants) {
    const count = counts.get(invariant.name) ?? 0;
    if (count > REMEMBERED_MAX) remembered[invariant.name] = 'many';
    else if (count > 0) remembered[invariant.name] = await findSubjects(db, invariant);
  }
  return remembered;
}
