import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import pg from 'pg';
import { findDueOrders } from '../../../src/modules/orders/index.ts';
import { testDatabase } from '../../support/database.ts';
import { addUser } from '../../support/shop.ts';
import { query } from '../../support/until.ts';

/** A shop that has run for twelve years, with an order a day. The orders have neither goods nor a log. */
const { database, url, ownerUrl } = await testDatabase({ invariants: false });
const DAYS = 12 * 365;

before(async () => {
  const { id } = await addUser(database);
  await query(
    ownerUrl,
    `with old as (select set_config('session_replication_role', 'replica', false))
     insert into orders (id, number, customer_id, status, vip, total_minor, currency, created_at, updated_at, ended_at,
                         forgotten_at)
     select gen_random_uuid(), day::text, $1, 'COMPLETED', false, 0, 'GBP', at, at, at,
            case when at < now() - interval '10 years 7 days' then now() end
       from old, generate_series(1, $2::int) as day
      cross join lateral (select now() - day * interval '1 day' - interval '1 hour') as ended (at)`,
    [id, DAYS],
  );
  await query(ownerUrl, 'vacuum analyze orders');
});

/** Runs the statement that finds due orders by a generic plan. */
async function findDue(years: number, limit: number) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin; set local plan_cache_mode = force_generic_plan');
    const { statementName: name, text } = findDueOrders;
    const { rowCount } = await client.query({ name, text, values: [years, limit] });
    const { rows } = await client.query<{ looked: number }>(
      `select (seq_tup_read + idx_tup_fetch)::int as looked
         from pg_stat_xact_user_tables
        where relname = 'orders'`,
    );
    return { found: rowCount, rowsRead: rows[0]!.looked };
  } finally {
    await client.end();
  }
}

test('a daily purge reads the orders that have become due, and neither younger nor forgotten ones', async () => {
  const { found, rowsRead } = await findDue(10, 1_000);
  assert.equal(found, 7);
  assert.equal(rowsRead, 7);
});

test('a slice reads no more orders than it forgets, however many are due', async () => {
  assert.deepEqual(await findDue(1, 100), { found: 100, rowsRead: 100 });
});

test('a purge without due orders reads none', async () => {
  assert.deepEqual(await findDue(11, 1_000), { found: 0, rowsRead: 0 });
});
