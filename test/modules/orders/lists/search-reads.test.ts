import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { findMatches } from '../../../../src/modules/orders/lists/search-orders.ts';
import { testDatabase } from '../../../support/database.ts';
import { query } from '../../../support/until.ts';

const ROWS = 5_000;

/** Many customers and names, of which a search should read few. */
const { database, ownerUrl, url } = await testDatabase();
await query(
  url,
  `insert into users (id, email, email_key, name, password_hash)
   select gen_random_uuid(), address, address, 'Test', 'none'
     from (select 'müller' || n || '@example.com' as address from generate_series(1, ${ROWS}) as n) as addresses`,
);
await query(
  url,
  `insert into sold_names (sku, name)
   select 'SKU-' || n, 'Crème ' || md5(n::text) from generate_series(1, ${ROWS}) as n`,
);
await query(ownerUrl, 'analyze');

test('a search uses the indexes, with or without accents', async () => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const run = async <Row>(name: string, text: string, values: readonly unknown[]) =>
    (await client.query({ name, text, values: [...values] })).rows as Row[];
  try {
    await client.query('begin; set local plan_cache_mode = force_generic_plan');
    for (const [search, customers, names] of [
      ['muller4711@example.com', 1, 0],
      ['MÜLLER4711', 1, 0],
      ['crème c4ca4238a0b923820dcc509a6f75849b', 0, 1],
      ['creme c4ca4238', 0, 1],
    ] as const) {
      const found = await findMatches({ ...database, run }, search, 100);
      assert.deepEqual(
        [found?.customerIds.length, found?.names.length],
        [customers, names],
        search,
      );
    }
    const { rows } = await client.query(
      `select relname, seq_tup_read::int as looked
         from pg_stat_xact_user_tables
        where relname in ('users', 'sold_names')
        order by relname`,
    );
    assert.deepEqual(rows, [
      { relname: 'sold_names', looked: 0 },
      { relname: 'users', looked: 0 },
    ]);
  } finally {
    await client.end();
  }
});
