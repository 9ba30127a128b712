import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rescueJobs } from '../../src/jobs/index.ts';
import { testDatabase } from '../support/database.ts';
import { query, until } from '../support/until.ts';
import { buildJob, definitionOf, readState, startWorker } from './jobs-fixture.ts';

// One test breaks the invariants on purpose and repairs them.
const db = await testDatabase();
const { url } = db;
const doNothing = { run: async () => {} };

/** Moves the times at which a job was due and sent into the past. */
function age(id: string, seconds: number) {
  return query(
    url,
    `update jobs
        set due_at = due_at - $2 * interval '1 second', sent_at = sent_at - $2 * interval '1 second'
      where id = $1`,
    [id, seconds],
  );
}

test('every job is done even if the driver loses all messages', async () => {
  const definition = definitionOf({ queue: 'lost', ...doNothing });
  const asking = await startWorker(db, [definition], { runs: false });
  const jobs = Array.from({ length: 1_500 }, () => buildJob());
  await asking.ask(...jobs);
  await query(url, 'delete from pgboss.job');
  const worker = await startWorker(db, [definition]);
  assert.equal(await rescueJobs(asking.registry), 0, 'they are not overdue yet');
  await query(
    url,
    `update jobs set due_at = due_at - interval '31 seconds', sent_at = sent_at - interval '31 seconds'
      where queue = 'lost'`,
  );
  assert.equal(await rescueJobs(asking.registry), jobs.length);
  await until(async () => {
    const [row] = await query(url, `select count(*)::int as n from jobs where queue = 'lost'`);
    assert.equal(row?.n, 0);
  }, 60_000);
  assert.deepEqual(new Set(worker.reports.map(({ attempt }) => attempt)), new Set([1]));
  await Promise.all([worker.stop(), asking.stop()]);
});

test('a job that is not fetched is sent again after 30 s, and then each time after twice as long', async () => {
  const asking = await startWorker(db, [definitionOf({ queue: 'nobody', ...doNothing })], {
    runs: false,
  });
  const job = buildJob();
  await asking.ask(job);
  let sendings = 1;
  for (const [rescues, seconds] of [30, 60, 120, 240, 300, 300].entries()) {
    await age(job.id, seconds - 5);
    assert.equal(await rescueJobs(asking.registry), 0, `it was sent before ${seconds} s`);
    await age(job.id, 6);
    assert.equal(await rescueJobs(asking.registry), 1, `it was not sent after ${seconds} s`);
    // The first time under the same number, so that a job that only waits is not duplicated.
    sendings += rescues === 0 ? 0 : 1;
    assert.equal((await readState(url, job.id))?.sendings, sendings);
  }
  await asking.stop();
  await query(url, 'delete from jobs where id = $1', [job.id]);
});

test('a job whose lease has expired goes to another worker, and the attempt counts', async () => {
  const definition = definitionOf({ queue: 'ended', ...doNothing });
  const asking = await startWorker(db, [definition], { runs: false });
  const job = buildJob();
  await db.database.transaction((tx) => asking.registry.add(tx, [job]));
  await query(
    url,
    `update jobs
        set state = 'running', attempts = 1, lease_token = gen_random_uuid(),
            leased_until = now() - interval '1 second'
      where id = $1`,
    [job.id],
  );
  const worker = await startWorker(db, [definition]);
  assert.equal(await rescueJobs(asking.registry), 1);
  assert.equal((await worker.untilFinished(job.id)).attempt, 2);
  await Promise.all([worker.stop(), asking.stop()]);
});

test('the invariants report a forgotten job while the rescue runs', async () => {
  const asking = await startWorker(db, [definitionOf({ queue: 'forgotten', ...doNothing })], {
    runs: false,
  });
  const [unsent, abandoned] = [buildJob(), buildJob()];
  await asking.ask(unsent, abandoned);
  await age(unsent.id, 120);
  await query(
    url,
    `update jobs
        set state = 'running', lease_token = gen_random_uuid(), leased_until = now() - interval '2 minutes'
      where id = $1`,
    [abandoned.id],
  );
  const broken = async () => [
    await query(url, 'select id from inv_job_sendings'),
    await query(url, 'select id from inv_job_leases'),
  ];
  assert.deepEqual(await broken(), [[], []], 'no rescue runs, so jobs are not checked');
  await query(
    url,
    `insert into schedules (name, started_at, ended_at) values ('jobs.rescue', now(), now())`,
  );
  assert.deepEqual(await broken(), [[{ id: unsent.id }], [{ id: abandoned.id }]]);
  assert.equal(await rescueJobs(asking.registry), 2);
  assert.deepEqual(await broken(), [[], []]);
  await asking.stop();
});
