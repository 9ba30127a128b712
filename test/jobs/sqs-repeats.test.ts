import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSqsQueue } from '../../src/drivers/queue/sqs/sqs-queue.ts';
import { createTestTable, testDatabase } from '../support/database.ts';
import { startSqs } from '../support/sqs-server.ts';
import { query, until } from '../support/until.ts';
import { buildJob, definitionOf, startWorker } from './jobs-fixture.ts';

const db = await testDatabase();
const sqs = await startSqs();
await createTestTable(db.owner, 'create table effects (job_id uuid not null)');

/** The body of a job's message, as SQS stores it. */
const getBody = (jobId: string) => JSON.stringify({ queue: 'repeats', lane: 'normal', jobId });

function newDriver(name: string) {
  return createSqsQueue({
    region: sqs.region,
    endpoint: sqs.endpoint,
    queueUrl: sqs.createQueue(name),
    priorityQueueUrl: null,
    deadLetterQueueUrl: null,
    log: { info() {}, warn() {} },
  });
}

test('a job that SQS delivers twice, late, in reverse or while it is running takes effect once', async () => {
  let running = 0;
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const definition = definitionOf({
    queue: 'repeats',
    run: async (job) => {
      running += 1;
      if (running === 20) begun.resolve();
      await goOn.promise;
      await db.database.transaction(async (tx) => {
        await job.finish(tx);
        await tx.run('test.effect', 'insert into effects (job_id) values ($1::uuid)', [job.id]);
      });
    },
  });
  const workers = await Promise.all(
    [1, 2].map(() => startWorker(db, [definition], { driver: newDriver('jobs') })),
  );
  const jobs = Array.from({ length: 60 }, () => buildJob());
  const repeatAll = () => {
    for (const { id } of jobs.toReversed()) sqs.sendMessage('jobs', getBody(id));
  };
  await workers[0]!.ask(...jobs);
  repeatAll();
  // Each process runs ten at a time. The others wait, and many of the running ones are delivered again meanwhile.
  await begun.promise;
  repeatAll();
  goOn.resolve();
  await until(async () => {
    const [row] = await query(db.url, 'select count(*)::int as n from jobs');
    assert.equal(row?.n, 0);
  });
  repeatAll();
  await until(async () => {
    const { ready, delayed, inflight } = sqs.bodies('jobs');
    assert.equal(ready.length + delayed.length + inflight.length, 0);
  }, 60_000);
  const [effects] = await query(
    db.url,
    'select count(*)::int as total, count(distinct job_id)::int as jobs from effects',
  );
  assert.deepEqual(effects, { total: jobs.length, jobs: jobs.length });
  assert.equal(running, jobs.length);
  for (const worker of workers) {
    await worker.stop();
    assert.deepEqual(worker.errors, []);
  }
});
