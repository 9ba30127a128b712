import { join } from 'node:path';
import {
  createHighestTimeline,
  listHosts,
  type PrimaryWatch,
  watchPrimary,
} from '../../database/failover/index.ts';
import type { Log } from '../../shared/log.ts';

/** In DATA_DIR: the highest timeline that any process on it has seen. */
const TIMELINE_FILE = 'database-timeline';

/** Watches which host of the URL is the primary; null if it names one host. The caller closes it. */
export function openPrimaryWatch(url: string, dataDir: string, log: Log): PrimaryWatch | null {
  const hosts = listHosts(url);
  if (hosts.length === 1) return null;
  let isFirst = true;
  return watchPrimary({
    hosts,
    highest: createHighestTimeline(join(dataDir, TIMELINE_FILE), (error) =>
      log.warn(`the timeline of the database is remembered only in memory: ${String(error)}`),
    ),
    onChange(primary, reason) {
      if (primary === null) log.warn(`Nothing can be written to the database. ${reason}`);
      else if (!isFirst)
        log.info(`${primary.host} is the primary, on timeline ${primary.timeline}`);
      isFirst = false;
    },
  });
}
