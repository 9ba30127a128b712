import pg from 'pg';
import { pause } from '../../src/shared/pause.ts';

const POLL_MS = 100;
const WAIT_MAX_MS = 120_000;

/**
 * Waits until the log is read to its end and no job is left, so that pending work of one scenario does not slow down
 * the next. Returns the milliseconds that this took.
 */
export async function untilSettled(databaseUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const startedAt = performance.now();
  try {
    for (;;) {
      const { rows } = await client.query<{ left: boolean }>(
        `select exists (select from jobs where state <> 'dead')
             or (select max(position) from events) > (select position from log_readers where name = 'relay') as left`,
      );
      const tookMs = performance.now() - startedAt;
      if (rows[0]?.left !== true) return tookMs;
      if (tookMs > WAIT_MAX_MS) throw new Error('the jobs of a scenario did not finish in time');
      await pause(POLL_MS);
    }
  } finally {
    await client.end();
  }
}
