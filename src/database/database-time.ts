import { performance } from 'node:perf_hooks';
import { readTime } from './queries.ts';
import type { Queryable } from './statement.ts';

/** A clock that is not stepped drifts by milliseconds in this time. */
const ASKED_AGAIN_MS = 30_000;

/**
 * The database's time, for what a server whose own clock is off would judge wrongly, such as the age of a webhook. Asked
 * twice a minute at most, so that a flood of requests does not reach the database; in between, the monotonic clock goes
 * on, which no correction of the wall clock moves.
 */
export function createDatabaseTime(
  db: Queryable,
  elapsedMs: () => number = () => performance.now(),
): () => Promise<Date> {
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let offsetMs = 0;
  let asking: Promise<void> | null = null;

  async function readDatabaseTime(): Promise<void> {
    try {
      const [row] = await readTime(db);
      askedAtMs = elapsedMs();
      offsetMs = row!.now.getTime() - askedAtMs;
    } finally {
      asking = null;
    }
  }

  return async () => {
    if (elapsedMs() - askedAtMs > ASKED_AGAIN_MS) {
      asking ??= readDatabaseTime();
      await asking;
    }
    return new Date(elapsedMs() + offsetMs);
  };
}
