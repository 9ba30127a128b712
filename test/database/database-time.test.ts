import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDatabaseTime } from '../../src/database/database-time.ts';
import type { Queryable } from '../../src/database/statement.ts';
import { testDatabase } from '../support/database.ts';

const { database } = await testDatabase();

test("the time is the database's, asked once for all who ask at once, and again after a while", async () => {
  let asked = 0;
  let elapsedMs = 1_000;
  const ahead: Queryable = {
    async run<Row>() {
      asked += 1;
      return [{ now: new Date(Date.parse('2026-01-01T00:10:00Z') + elapsedMs) }] as Row[];
    },
  };
  const now = createDatabaseTime(ahead, () => elapsedMs);
  const times = await Promise.all([now(), now(), now()]);
  assert.deepEqual(
    new Set(times.map((time) => time.toISOString())),
    new Set(['2026-01-01T00:10:01.000Z']),
  );
  elapsedMs += 20_000;
  assert.equal((await now()).toISOString(), '2026-01-01T00:10:21.000Z');
  assert.equal(asked, 1);
  elapsedMs += 20_000;
  await now();
  assert.equal(asked, 2);
});

test('a database that is away is asked again by the next one', async () => {
  let isAway = true;
  const now = createDatabaseTime({
    run: (name, text, parameters) =>
      isAway ? Promise.reject(new Error('away')) : database.run(name, text, parameters),
  });
  await assert.rejects(now(), /away/);
  isAway = false;
  assert.ok(Math.abs((await now()).getTime() - Date.now()) < 5_000);
});
