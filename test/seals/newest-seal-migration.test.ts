import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrate } from '../../src/database/migrate.ts';
import { openOldDatabase } from '../support/old-database.ts';
import { runUnguarded } from '../support/sealed-log.ts';
import { query } from '../support/until.ts';

const NUMBER = 45;

test('an upgrade records the newest seal, or that there is none', async () => {
  const insert = `insert into log_seals (number, format, log, previous, rows, first, last, root, hash, signature, at, leaves)
                  select number, 1, 'events', hash, 1, number, number, hash, hash, hash || hash, now(),
                         decode(repeat('00', 56), 'hex')
                    from (select number, decode(repeat('0' || number, 32), 'hex') as hash
                            from generate_series(1, 3) as number) as numbers`;
  for (const [before, number] of [
    ['select', 0],
    [insert, 3],
  ] as const) {
    const { database, url } = await openOldDatabase(NUMBER);
    await runUnguarded(database, [before]);
    await migrate(database);
    assert.deepEqual(
      await query(url, `select number::int, encode(hash, 'hex') as hash, lost from newest_seal`),
      [{ number, hash: `0${number}`.repeat(32), lost: null }],
    );
  }
});
