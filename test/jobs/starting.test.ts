import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPostgresQueue } from '../../src/drivers/queue/postgres/postgres-queue.ts';
import { createJobs, createRunner, createSchedules, rescueJobs } from '../../src/jobs/index.ts';
import { testDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';
import { buildJob, definitionOf, readState, startWorker } from './jobs-fixture.ts';

const db = await testDatabase();

/** Starts a process whose driver cannot reach its server. */
function startIsolated() {
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const registry = createJobs({
    database: db.database,
    driver: createPostgresQueue({ url: 'postgres://127.0.0.1:9/nowhere', onError: () => {} }),
    onError,
  });
  registry.define([definitionOf({ queue: 'lonely', run: async () => {} })]);
  const runner = createRunner({ registry, onError });
  const schedules = createSchedules({
    database: db.database,
    schedules: [{ name: 'jobs.rescue', everyMs: 50, run: () => rescueJobs(registry) }],
    onError,
  });
  registry.start();
  runner.start();
  schedules.start();
  return { registry, runner, schedules, errors };
}

test('with an unavailable driver jobs are accepted, errors are reported, and the process can be stopped', async () => {
  const { registry, runner, schedules, errors } = startIsolated();
  const job = buildJob();
  await db.database.transaction((tx) => registry.add(tx, [job]));
  await registry.send([job]);
  await until(async () => assert.ok(errors.length > 0));
  await schedules.stop();
  await runner.stop();
  await registry.stop();
  assert.equal((await readState(db.url, job.id))?.state, 'waiting');

  const worker = await startWorker(db, [definitionOf({ queue: 'lonely', run: async () => {} })]);
  await worker.registry.send([job]);
  await worker.untilFinished(job.id);
  await worker.stop();
});
