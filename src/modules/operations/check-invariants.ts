import type { Database } from '../../database/database.ts';
import type { Queryable } from '../../database/statement.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { invariants, VIOLATIONS_SHOWN_MAX } from './invariants.ts';
import { findDescriptions } from './queries.ts';
import type { InvariantsReport } from './schemas.ts';

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
