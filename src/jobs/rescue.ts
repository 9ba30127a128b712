import type { JobRegistry } from './jobs.ts';
import { rescueAbandoned, rescueUnclaimed } from './queries.ts';

const SLICE_MAX = 1_000;

/**
 * Sends jobs again that a driver lost or a worker abandoned: due and not claimed, or with an expired lease. Safe on
 * several servers at once. Returns their number. Does nothing while the driver is starting or unavailable (then it
 * rejects), so that no job is marked as sent in vain and has to wait longer.
 */
export async function rescueJobs(registry: JobRegistry): Promise<number> {
  if (!registry.isStarted()) return 0;
  await registry.driver.ping();
  let count = 0;
  for (const rescue of [rescueAbandoned, rescueUnclaimed]) {
    for (let more = true; more; ) {
      const rows = await rescue(registry.database, SLICE_MAX);
      await registry.sendRows(rows);
      count += rows.length;
      more = rows.length === SLICE_MAX;
    }
  }
  return count;
}
