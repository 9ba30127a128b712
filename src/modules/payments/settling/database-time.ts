import { performance } from 'node:perf_hooks';
import type { Queryable } from '../../../database/statement.ts';
import { readTime } from '../inbox/queries.ts';

/** A clock that is not stepped drifts by milliseconds in this time. */
const ASKED_AGAIN_MS = 30_000;

/**
 * The database's time, which decides whether a webhook is too old or from the future: a server whose own clock is off
 * would refuse what is genuine. Asked twice a minute at most, so that a flood of forged webhooks does not reach the
 * database; between, the monotonic clock goes on, which no correction of the wall clock moves.
 */
export function createDatabaseTime(
  db: Queryable,
  elapsedMs: () => number = () => performance.now(),
): () => Promise<Date> {
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let offsetMs = 0;
  let asking: Promise<void> | null = null;

  async function ask(): Promise<void> {
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
      asking ??= ask();
      await asking;
    }
    return new Date(elapsedMs() + offsetMs);
  };
}
