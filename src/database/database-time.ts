import { performance } from 'node:perf_hooks';
import { readTime } from './queries.ts';
import type { Queryable } from './statement.ts';

/** A monotonic clock drifts by only milliseconds in this time. */
const REREAD_MS = 30_000;

/**
 * Creates a clock that follows the database's time, for decisions that a server with a wrong clock would get wrong,
 * such as the age of a webhook. It reads the time at most twice a minute, so that a flood of requests does not reach
 * the database. In between it uses the monotonic clock, which corrections of the wall clock do not affect.
 */
export function createDatabaseTime(
  db: Queryable,
  elapsedMs: () => number = () => performance.now(),
): () => Promise<Date> {
  let readAtMs = Number.NEGATIVE_INFINITY;
  let offsetMs = 0;
  let reading: Promise<void> | null = null;

  async function readDatabaseTime(): Promise<void> {
    try {
      const [row] = await readTime(db);
      readAtMs = elapsedMs();
      offsetMs = row!.now.getTime() - readAtMs;
    } finally {
      reading = null;
    }
  }

  return async () => {
    if (elapsedMs() - readAtMs > REREAD_MS) {
      reading ??= readDatabaseTime();
      await reading;
    }
    return new Date(elapsedMs() + offsetMs);
  };
}
