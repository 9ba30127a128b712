import type { Database } from '../../database/database.ts';
import { purgeDeliveryRows } from './delivery-queries.ts';
import { purgeEndpoints } from './queries.ts';

/** As far back as a replay reaches. */
const KEPT_DAYS = 31;
const SLICE_MAX = 1_000;

/** Removes deliveries that ended long ago, a slice at a time, and deleted endpoints that have none left. Gives how many. */
export async function purgeDeliveries(database: Database): Promise<number> {
  let count = 0;
  for (let more = true; more; ) {
    const removed = await purgeDeliveryRows(database, SLICE_MAX, KEPT_DAYS);
    count += removed.length;
    more = removed.length === SLICE_MAX;
  }
  await purgeEndpoints(database);
  return count;
}
