import assert from 'node:assert/strict';
import type { Database } from '../../src/database/database.ts';
import { PATIENT_MS } from './patience.ts';
import { until } from './until.ts';

/** Rows or tables locked by a test, so that other sessions wait for them. */
export interface LockedRows {
  release(): Promise<void>;
}

/** Runs a statement that locks, in a transaction that stays open until the release. */
export async function lockRows(
  database: Database,
  statement: string,
  parameters: unknown[] = [],
): Promise<LockedRows> {
  const holder = await database.connect();
  try {
    // On a busy machine it can take long until another session waits.
    await holder.query('set idle_in_transaction_session_timeout = 0');
    await holder.query('begin');
    await holder.query(statement, parameters);
  } catch (error) {
    await holder.end();
    throw error;
  }
  return { release: () => holder.end() };
}

/** Waits until a statement like `pattern` is blocked by a lock. Advisory locks do not count. */
export async function waitUntilBlocked(
  database: Database,
  pattern = '%',
  timeoutMs = PATIENT_MS,
): Promise<void> {
  await until(async () => {
    const [row] = await database.run<{ count: number }>(
      'test.held_up',
      `select count(*)::int as count
         from pg_stat_activity
        where datname = current_database()
          and wait_event_type = 'Lock'
          and wait_event <> 'advisory'
          and query like $1::text`,
      [pattern],
    );
    assert.ok(row!.count > 0);
  }, timeoutMs);
}
