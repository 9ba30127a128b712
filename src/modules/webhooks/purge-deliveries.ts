import type { Database } from '../../database/database.ts';
import { purgeDeliveryRows } from './delivery-queries.ts';
import { purgeEndpoints } from './queries.ts';

/** As far back as a replay can reach. */
const RETENTION_DAYS = 31;
const SLICE_MAX = 1_000;

/**
 * Deletes deliveries that ended long ago, a batch at a time, and deleted endpoints without deliveries. Returns the
 * number of deliveries.
 */
export async function purgeDeliveries(database: Database): Promise<number> {
  let count = 0;
  for (let more = true; more; ) {
    const removed = await purgeDeliveryRows(database, SLICE_MAX, RETENTION_DAYS);
    count += removed.length;
    more = removed.length === SLICE_MAX;
  }
  await purgeEndpoints(database);
  return count;
}
