import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ORDERS_OF_A_CUSTOMER, seedOrders } from '../../bench/support/seed-orders.ts';
import { FOR_SELECTED_ROWS } from '../../src/database/plan-settings.ts';
import { testDatabase } from '../support/database.ts';
import { checkByIds } from '../support/invariants.ts';
import { addProduct } from '../support/shop.ts';

const { database, ownerUrl: url } = await testDatabase();
const client = await database.connect();
after(() => client.end());
const { rows: versions } = await client.query<{ number: number }>(
  `select current_setting('server_version_num')::int as number`,
);
const skip =
  versions[0]!.number < 180_000 && 'requires uuidv7() of PostgreSQL 18, with which the bench runs';

const SLICE = 200;
/** Even the customers of this shop are more than a slice. */
const SMALL = 300 * ORDERS_OF_A_CUSTOMER;
const LARGE = 4 * SMALL;
const HISTORY = ['orders', 'order_lines', 'events', 'users'];

/** Returns how many rows of each table of the history a regular check reads when nothing has changed. */
async function countRowsRead(): Promise<Record<string, number>> {
  await client.query(`begin isolation level repeatable read read only${FOR_SELECTED_ROWS}`);
  // It counts only rows of pages that vacuum has not marked as all-visible, and which it marks depends on what else runs.
  await client.query('set local enable_indexonlyscan = off');
  const results = await checkByIds(database, client, { sliceMin: SLICE });
  assert.deepEqual(
    results.filter(({ violationCount }) => violationCount > 0),
    [],
  );
  const { rows } = await client.query<{ table: string; count: string }>(
    `select relname as table, seq_tup_read + coalesce(idx_tup_fetch, 0) as count
       from pg_stat_xact_user_tables
      where relname = any($1)`,
    [HISTORY],
  );
  await client.query('rollback');
  // Otherwise the rows of this transaction are still counted in one that follows within a second.
  await client.query('select pg_stat_force_next_flush()');
  return Object.fromEntries(rows.map(({ table, count }) => [table, Number(count)]));
}

test('a regular check reads as many rows of a large shop as of a small one', { skip }, async () => {
  for (const sku of ['ONE', 'TWO', 'THREE']) await addProduct(database, { sku, onHand: 10 });
  const seed = { ordersMax: LARGE, onProgress() {} };
  await seedOrders(url, { ...seed, from: 0, upTo: SMALL });
  const small = await countRowsRead();
  await seedOrders(url, { ...seed, from: SMALL, upTo: LARGE });
  const large = await countRowsRead();
  for (const table of HISTORY) {
    const counts = `${table}: ${small[table]} and ${large[table]}`;
    assert.ok(large[table]! >= SLICE, counts);
    assert.ok(large[table]! <= small[table]! * 1.25, counts);
  }
});
