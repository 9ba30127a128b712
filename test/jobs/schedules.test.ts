import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createSchedules, type Schedule } from '../../src/jobs/index.ts';
import { testDatabase } from '../support/database.ts';
import { query, until } from '../support/until.ts';

const { database, url } = await testDatabase();

function startServer(schedules: readonly Schedule[]) {
  const errors: unknown[] = [];
  const server = createSchedules({ database, schedules, onError: (error) => errors.push(error) });
  after(() => server.stop());
  server.start();
  return { ...server, errors };
}

/** Moves the last run of a schedule into the past. */
function age(name: string, seconds: number) {
  return query(
    url,
    `insert into schedules (name, started_at) values ($1, now() - $2 * interval '1 second')
     on conflict (name) do update set started_at = excluded.started_at`,
    [name, seconds],
  );
}

test('one of several servers makes each run', async () => {
  let runs = 0;
  const everyMs = 200;
  const schedule = {
    name: 'test.often',
    everyMs,
    run: async () => {
      runs += 1;
    },
  };
  const startedAt = performance.now();
  const servers = Array.from({ length: 5 }, () => startServer([schedule]));
  await until(async () => assert.ok(runs >= 10));
  await Promise.all(servers.map((server) => server.stop()));
  const elapsedMs = performance.now() - startedAt;
  assert.ok(runs <= elapsedMs / everyMs + 1, `${runs} runs within ${elapsedMs} ms`);
  assert.deepEqual(
    servers.flatMap(({ errors }) => errors),
    [],
  );
});

test('an overdue run happens at once, and a new schedule starts with an interval', async () => {
  const taken: string[] = [];
  const hourly = (name: string) => ({
    name,
    everyMs: 3_600_000,
    run: async () => {
      taken.push(name);
    },
  });
  await age('test.overdue', 7_200);
  await age('test.recent', 60);
  const server = startServer([hourly('test.new'), hourly('test.recent'), hourly('test.overdue')]);
  await until(async () => assert.deepEqual(taken, ['test.overdue']));
  await until(async () => {
    const rows = await query(url, `select from schedules where name = 'test.new'`);
    assert.equal(rows.length, 1);
  });
  await server.stop();
  assert.deepEqual(taken, ['test.overdue']);
});

test('one of several servers starts a new schedule that begins at once', async () => {
  let runs = 0;
  const schedule = {
    name: 'test.at-once',
    everyMs: 3_600_000,
    runsAtStart: true,
    run: async () => {
      runs += 1;
    },
  };
  const servers = Array.from({ length: 5 }, () => startServer([schedule]));
  await until(async () => assert.equal(runs, 1));
  await Promise.all(servers.map((server) => server.stop()));
  const later = startServer([schedule]);
  await later.stop();
  assert.equal(runs, 1);
});

test('a failed run is recorded, and the next one follows', async () => {
  let runs = 0;
  await age('test.failing', 60);
  const server = startServer([
    {
      name: 'test.failing',
      everyMs: 100,
      run: async () => {
        runs += 1;
        if (runs === 1) throw new Error('the first one');
      },
    },
  ]);
  await until(async () => assert.ok(runs >= 2));
  await server.stop();
  assert.equal(server.errors.length, 1);
  const [row] = await query(
    url,
    `select ended_at is not null as ended, last_error from schedules where name = 'test.failing'`,
  );
  assert.deepEqual(row, { ended: true, last_error: null });
});
