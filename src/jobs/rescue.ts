import type { JobRegistry } from './jobs.ts';
import { rescueAbandoned, rescueUnclaimed } from './queries.ts';

const SLICE_MAX = 1_000;

/**
 * Sends again what a driver lost or a worker left lying: due and not taken, or its lease ended. Safe on several servers
 * at once. Gives how many. Nothing while the driver is away (then it rejects) or still starts, so that nothing is
 * written down as sent in vain and then waited for the longer.
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
