import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPurges, type Purge } from '../../src/jobs/index.ts';
import { createTestTable, testDatabase } from '../support/database.ts';
import { query } from '../support/until.ts';

const db = await testDatabase();
const { database } = db;
await createTestTable(db.owner, 'create table expired (id bigint primary key)');

const purge = (_: unknown, limit: number) =>
  query(
    db.url,
    'delete from expired where id in (select id from expired order by id limit $1) returning id',
    [limit],
  );

async function fill(count: number): Promise<void> {
  await query(db.url, 'insert into expired select generate_series(1, $1::int)', [count]);
}

async function countLeft(): Promise<number> {
  const [row] = await query(db.url, 'select count(*)::int as count from expired');
  return row!.count as number;
}

/** Creates one purge; `lines` has what its runs logged. */
function createTestPurge(slices: Purge['slices']) {
  const lines: object[] = [];
  const log = { info: (details: object) => lines.push(details) };
  const purges = [{ name: 'test.purge', everyMs: 1_000, slices }];
  return { ...createPurges({ database, log, purges }), lines };
}

test('a run purges slice by slice until nothing is left, counts what it removed and logs it once', async () => {
  await fill(2_500);
  const limits: number[] = [];
  const { schedules, tally, lines } = createTestPurge({
    expired: (given, limit) => {
      limits.push(limit);
      return purge(given, limit);
    },
    nothing: async () => [],
  });
  assert.deepEqual(tally.counts, { expired: 0, nothing: 0 });
  const { signal } = new AbortController();
  await schedules[0]!.run(signal);
  assert.equal(await countLeft(), 0);
  assert.deepEqual(limits, [1_000, 1_000, 1_000]);
  assert.deepEqual(tally.counts, { expired: 2_500, nothing: 0 });
  assert.deepEqual(lines, [{ schedule: 'test.purge', removed: { expired: 2_500 } }]);

  await schedules[0]!.run(signal);
  assert.equal(lines.length, 1);
});

test('a run that is stopped keeps what it did, and the next one continues', async () => {
  await fill(3_000);
  const stopping = new AbortController();
  const { schedules, tally, lines } = createTestPurge({
    expired: async (given, limit) => {
      const rows = await purge(given, limit);
      stopping.abort();
      return rows;
    },
  });
  await schedules[0]!.run(stopping.signal);
  assert.equal(await countLeft(), 2_000);
  assert.equal(tally.counts.expired, 1_000);
  await schedules[0]!.run(new AbortController().signal);
  assert.equal(await countLeft(), 0);
  assert.equal(lines.length, 2);
});

test('what a run removed before it failed is logged and counted', async () => {
  await fill(10);
  const { schedules, tally, lines } = createTestPurge({
    expired: purge,
    broken: () => Promise.reject(new Error('the database went away')),
  });
  await assert.rejects(schedules[0]!.run(new AbortController().signal), /went away/);
  assert.equal(tally.counts.expired, 10);
  assert.deepEqual(lines, [{ schedule: 'test.purge', removed: { expired: 10 } }]);
});
