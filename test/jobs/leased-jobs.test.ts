import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDatabase } from '../../src/database/database.ts';
import { createPostgresQueue } from '../../src/drivers/queue/postgres/postgres-queue.ts';
import { type NewJob, rescueJobs } from '../../src/jobs/index.ts';
import { testDatabase } from '../support/database.ts';
import { query, until } from '../support/until.ts';
import { buildJob, definitionOf, readState, startWorker } from './jobs-fixture.ts';

/** Jobs that are inserted under a lease and started by the process that creates them. */
const db = await testDatabase();
const { url } = db;

const buildJobs = (count: number, changes: Partial<NewJob> = {}) =>
  Array.from({ length: count }, () => buildJob(changes));

/**
 * Starts a worker of two jobs at a time, leases two jobs to it, and lets others take its slots before it may start these.
 */
async function startBusyWorker(queue: string) {
  const goOn = Promise.withResolvers<void>();
  const started = new Set<string>();
  const definition = definitionOf({
    queue,
    async run(job) {
      started.add(job.id);
      const { promise, reject } = Promise.withResolvers<never>();
      job.signal.addEventListener('abort', () => reject(job.signal.reason));
      await Promise.race([goOn.promise, promise]);
    },
  });
  const worker = await startWorker(db, [definition], { concurrency: { [queue]: 2 } });
  const asking = await startWorker(db, [definition], { runs: false });
  const [leased, others] = [buildJobs(2), buildJobs(2)];
  await db.database.transaction((tx) => worker.registry.add(tx, leased));
  assert.deepEqual(await statesOf(leased), { running: 2 });
  await asking.ask(...others);
  await until(async () => assert.equal(started.size, 2));
  await worker.registry.send(leased);
  await asking.stop();
  return { worker, started, leased, others, release: goOn.resolve };
}

async function statesOf(jobs: readonly NewJob[]): Promise<Record<string, number>> {
  const rows = await query(
    url,
    'select state, count(*)::int as count from jobs where id = any($1::uuid[]) group by state',
    [jobs.map(({ id }) => id)],
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, count as number]));
}

test('what a worker of the same process can start costs an insert and a delete, and no message', async () => {
  const statements: string[] = [];
  const watched = createDatabase({
    url,
    poolMax: 4,
    constraints: {},
    onQuery: (name) => statements.push(name),
  });
  const driver = createPostgresQueue({ url, onError: () => {} });
  let sent = 0;
  const worker = await startWorker(
    { database: watched, url },
    [definitionOf({ queue: 'direct', run: async () => {} })],
    {
      concurrency: { direct: 50 },
      driver: {
        ...driver,
        send(queue, messages) {
          sent += messages.length;
          return driver.send(queue, messages);
        },
      },
    },
  );
  const jobs = buildJobs(50);
  await worker.ask(...jobs);
  for (const { id } of jobs) assert.equal((await worker.untilFinished(id)).attempt, 1);
  await worker.stop();
  await watched.close();
  assert.equal(sent, 0);
  assert.deepEqual([...new Set(statements)].sort(), ['jobs.finish', 'jobs.insert']);
  assert.equal(statements.filter((name) => name === 'jobs.insert').length, 1);
  assert.ok(statements.length < 10, `${statements.length} statements for 50 jobs`);
});

test('a full worker leases no more than it can start, and the queue driver carries the rest', async () => {
  const goOn = Promise.withResolvers<void>();
  const definition = definitionOf({ queue: 'full', run: () => goOn.promise });
  const worker = await startWorker(db, [definition], { concurrency: { full: 2 } });
  const jobs = buildJobs(6);
  await worker.ask(...jobs);
  await until(async () => assert.deepEqual(await statesOf(jobs), { running: 2, waiting: 4 }));
  goOn.resolve();
  for (const { id } of jobs) assert.equal((await worker.untilFinished(id)).attempt, 1);
  await worker.stop();
});

test('a leased job that finds no free slot within a second goes back to the queue', async () => {
  const { worker, started, leased, release } = await startBusyWorker('late');
  await until(async () => assert.deepEqual(await statesOf(leased), { waiting: 2 }));
  assert.ok(!leased.some(({ id }) => started.has(id)));
  release();
  for (const { id } of leased) {
    const { attempt } = await worker.untilFinished(id);
    assert.equal(attempt, 1, 'a start that did not happen is no attempt');
  }
  await worker.stop();
});

test('a stop returns leased jobs that have not started', async () => {
  const { worker, leased, others } = await startBusyWorker('ending');
  const stopped = worker.stop();
  const other = await startWorker(db, [definitionOf({ queue: 'ending', run: async () => {} })]);
  for (const { id } of [...leased, ...others]) {
    const { attempt } = await other.untilFinished(id);
    assert.equal(attempt, 1, 'a stop does not count as an attempt');
  }
  await Promise.all([stopped, other.stop()]);
});

test('jobs that are created while the worker of their process stops are done by another one', async () => {
  const worker = await startWorker(db, [definitionOf({ queue: 'gone', run: async () => {} })]);
  const [leased, sent] = [buildJob(), buildJob()];
  await db.database.transaction((tx) => worker.registry.add(tx, [leased]));
  assert.equal((await readState(url, leased.id))?.state, 'running');
  await worker.stopRunner();
  await worker.registry.send([leased]);
  await worker.ask(sent);
  assert.equal((await readState(url, leased.id))?.state, 'waiting');
  const other = await startWorker(db, [definitionOf({ queue: 'gone', run: async () => {} })]);
  for (const { id } of [leased, sent]) {
    assert.equal((await other.untilFinished(id)).attempt, 1);
  }
  await Promise.all([worker.stop(), other.stop()]);
});

test('a leased job whose process dies after the commit is rescued when its lease ends, and done once', async () => {
  let runs = 0;
  const definition = definitionOf({
    queue: 'crash',
    run: async () => {
      runs += 1;
    },
  });
  const dying = await startWorker(db, [definition]);
  const job = buildJob();
  // The process ends before it sends the job.
  await db.database.transaction((tx) => dying.registry.add(tx, [job]));
  assert.equal(await rescueJobs(dying.registry), 0, 'its lease is valid');
  const [lease] = await query(
    url,
    `select extract(epoch from leased_until - now())::float8 as seconds from jobs where id = $1`,
    [job.id],
  );
  // With the interval of the rescue, below a minute for the longest deadline, 50 s.
  assert.ok((lease?.seconds as number) <= 20 + 5, `${lease?.seconds} s`);
  await query(url, 'update jobs set leased_until = now() where id = $1', [job.id]);
  assert.equal(await rescueJobs(dying.registry), 1);
  await dying.untilFinished(job.id);
  await dying.stop();
  assert.equal(runs, 1);
});

test('a job whose commit took longer than its time to start is done, and at once', async () => {
  const worker = await startWorker(db, [
    definitionOf({ queue: 'slow-commit', run: async () => {} }),
  ]);
  const job = buildJob();
  await db.database.transaction(async (tx) => {
    await worker.registry.add(tx, [job]);
    await tx.run('test.slow', 'select pg_sleep(1.2)', []);
  });
  await worker.registry.send([job]);
  await worker.untilFinished(job.id);
  await worker.stop();
});
