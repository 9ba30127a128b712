import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDatabaseTime } from '../../src/database/database-time.ts';
import type { Queryable } from '../../src/database/statement.ts';
import { testDatabase } from '../support/database.ts';

const { database } = await testDatabase();

test("the time is the database's, read once for concurrent callers, and again after a while", async () => {
  let queries = 0;
  let elapsedMs = 1_000;
  const ahead: Queryable = {
    ...database,
    async run<Row>() {
      queries += 1;
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
  assert.equal(queries, 1);
  elapsedMs += 20_000;
  await now();
  assert.equal(queries, 2);
});

test('an unavailable database is queried again by the next caller', async () => {
  let isUnavailable = true;
  const now = createDatabaseTime({
    ...database,
    run: (name, text, parameters) =>
      isUnavailable
        ? Promise.reject(new Error('unavailable'))
        : database.run(name, text, parameters),
  });
  await assert.rejects(now(), /unavailable/);
  isUnavailable = false;
  assert.ok(Math.abs((await now()).getTime() - Date.now()) < 5_000);
});
