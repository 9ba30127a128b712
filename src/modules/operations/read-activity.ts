import type { Queryable } from '../../database/statement.ts';
import { money } from '../../shared/money.ts';
import { findHours } from './activity-queries.ts';
import type { ActivityView, SampleView } from './activity-schemas.ts';

/** Returns the shop's activity by hour, and this server's samples. */
export async function readActivity(
  db: Queryable,
  currency: string,
  samples: readonly SampleView[],
): Promise<ActivityView> {
  const rows = await findHours(db, currency);
  return {
    hours: rows.map(({ hour, placed, cancelled, completed, ...sums }) => ({
      hour: hour.toISOString(),
      placed,
      cancelled,
      completed,
      total: money(sums.placedMinor, currency),
      captured: money(sums.capturedMinor, currency),
      refunded: money(sums.refundedMinor, currency),
    })),
    samples: [...samples],
  };
}
