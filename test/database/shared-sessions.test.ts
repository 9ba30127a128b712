import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createDatabase } from '../../src/database/database.ts';
import { administer, testDatabase } from '../support/database.ts';
import { preparingPgBouncerMissing, startPgBouncer } from '../support/pgbouncer.ts';
import { prepared, withPrepared } from '../support/pooled.ts';

describe('connections that share sessions', withPrepared, async () => {
  if (preparingPgBouncerMissing !== false) return;
  const db = await testDatabase();
  await administer(
    `alter database ${new URL(db.url).pathname.slice(1)} set datestyle to 'SQL, DMY'`,
  );
  const pooler = await startPgBouncer(db.url, {
    settings: { ...prepared, default_pool_size: '2' },
    prepares: true,
  });
  const pooled = () => createDatabase({ url: pooler.url, poolMax: 6, constraints: {} });

  test('have our settings in each transaction and leave none behind for others', async () => {
    const database = pooled();
    try {
      const text = `select current_setting('DateStyle') as style, current_setting('enable_sort') as sort`;
      const answers = await Promise.all(
        Array.from({ length: 60 }, (_, index) =>
          index % 3 === 0
            ? database.transaction((tx) => tx.run('test.in_transaction', text, []))
            : database.run('test.alone', text, [], index % 3 === 1),
        ),
      );
      const expected = answers.map((_, index) => [
        { style: 'ISO, MDY', sort: index % 3 === 1 ? 'off' : 'on' },
      ]);
      assert.deepEqual(answers, expected);
      assert.equal(database.connectionKind(), 'transaction');
    } finally {
      await database.close();
    }
    const other = createDatabase({ url: pooler.url, poolMax: 1, constraints: {} });
    const own = await other.connect();
    const { rows } = await own.query(`show datestyle`);
    assert.deepEqual(rows, [{ DateStyle: 'SQL, DMY' }]);
    await own.end();
    await other.close();
  });

  test('a statement that fails affects no other and writes nothing', async () => {
    const database = pooled();
    try {
      const insert = 'insert into schedules (name) values ($1::text)';
      await database.run('test.insert', insert, ['one']);
      const outcomes = await Promise.allSettled([
        database.run('test.insert', insert, ['two']),
        database.run('test.insert', insert, ['one']),
        database.run('test.short', 'select 1 / $1::int', [0], true),
        database.run('test.fine', 'select 1 / $1::int as one', [1], true),
      ]);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
      );
      const rows = await database.run(
        'test.names',
        `select name from schedules where name in ('one', 'two') order by name`,
        [],
      );
      assert.deepEqual(rows, [{ name: 'one' }, { name: 'two' }]);
    } finally {
      await database.close();
    }
  });
});
