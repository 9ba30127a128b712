import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createDatabase } from '../../src/database/database.ts';
import { testDatabase } from '../support/database.ts';
import { query, until } from '../support/until.ts';

const { database, url } = await testDatabase();

const runShort = (text: string, parameters: readonly unknown[] = []) =>
  database.run<{ value: unknown }>(`test.${text}`.slice(0, 60), text, parameters, true);
const backend = async () =>
  (await runShort('select pg_backend_pid() as value'))[0]!.value as number;

describe('short statements', () => {
  test('of one tick are sent together on one connection', async () => {
    const backends = await Promise.all(Array.from({ length: 20 }, backend));
    assert.equal(new Set(backends).size, 1);
  });

  test('each get their own rows, whatever their tick', async () => {
    const values = Array.from({ length: 200 }, (_, index) => index);
    const answers = await Promise.all(
      values.map(async (value) => {
        if (value % 3 === 0) await backend();
        return (await runShort('select $1::int as value', [value]))[0]!.value;
      }),
    );
    assert.deepEqual(answers, values);
  });

  test('one that fails affects no other', async () => {
    const [before, failed, behind] = await Promise.allSettled([
      runShort('select 1 as value'),
      runShort('select 1 / $1::int as value', [0]),
      runShort('select 2 as value'),
    ]);
    assert.equal(before.status, 'fulfilled');
    assert.match(String(failed.status === 'rejected' && failed.reason), /division by zero/);
    assert.equal(behind.status, 'fulfilled');
    assert.equal((await runShort('select 3 as value'))[0]!.value, 3);
  });

  test('a lost connection is replaced', async () => {
    const own = createDatabase({ url, poolMax: 2, constraints: {} });
    after(() => own.close());
    const run = (text: string) => own.run<{ value: number }>('test.lost', text, [], true);
    const ownBackend = async () => (await run('select pg_backend_pid() as value'))[0]!.value;
    const first = await ownBackend();
    await query(url, 'select pg_terminate_backend($1::int)', [first]);
    await until(async () => assert.notEqual(await ownBackend(), first));
  });

  test('are planned once for all values, with an index if there is one', async () => {
    for (const [setting, value] of [
      ['plan_cache_mode', 'force_generic_plan'],
      ['enable_seqscan', 'off'],
      ['enable_sort', 'off'],
    ]) {
      const [row] = await runShort('select current_setting($1::text) as value', [setting]);
      assert.equal(row!.value, value, setting);
    }
  });
});
