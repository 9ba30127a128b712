import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GiveUp, RunLater } from '../../src/jobs/index.ts';
import { derivedId } from '../../src/shared/ids.ts';
import { createTestTable, testDatabase } from '../support/database.ts';
import { query, until } from '../support/until.ts';
import { buildJob, definitionOf, readState, startWorker } from './jobs-fixture.ts';

const db = await testDatabase();
const { url } = db;
await createTestTable(db.owner, 'create table effects (job_id uuid not null, note text)');

async function listEffects(id: string): Promise<number> {
  const [row] = await query(url, 'select count(*)::int as n from effects where job_id = $1', [id]);
  return row?.n as number;
}

/** Waits until a job is finished, by any worker. */
function untilGone(id: string): Promise<void> {
  return until(async () => assert.equal(await readState(url, id), undefined));
}

/** Waits until the job's row has this state. */
function untilState(id: string, state: string) {
  return until(async () => {
    const row = await readState(url, id);
    assert.equal(row?.state, state);
    return row!;
  });
}

test('a job is done with its data, and its row is deleted together with its effect', async () => {
  const worker = await startWorker(db, [
    definitionOf({
      queue: 'done',
      run: (job) =>
        db.database.transaction(async (tx) => {
          await job.finish(tx);
          await tx.run(
            'test.noted_effect',
            'insert into effects (job_id, note) values ($1::uuid, $2::text)',
            [job.id, job.data.note],
          );
        }),
    }),
  ]);
  const job = buildJob({ data: { note: 'hello' } });
  await worker.ask(job);
  assert.equal((await worker.untilFinished(job.id)).attempt, 1);
  assert.equal(await listEffects(job.id), 1);
  await worker.stop();
  assert.deepEqual(worker.errors, []);
  assert.equal(worker.reports.length, 1);
});

test('a finish that was rolled back does not count: the job is finished when its handler returns', async () => {
  const worker = await startWorker(db, [
    definitionOf({
      queue: 'end-rolled-back',
      run: async (job) => {
        const failing = db.database.transaction(async (tx) => {
          await job.finish(tx);
          throw new Error('the effect failed');
        });
        await failing.catch(() => {});
      },
    }),
  ]);
  const job = buildJob();
  await worker.ask(job);
  assert.equal((await worker.untilFinished(job.id)).attempt, 1);
  await worker.stop();
});

test('a job added many times by several processes, before it is finished, is done once', async () => {
  let runs = 0;
  const proceed = Promise.withResolvers<void>();
  const definition = definitionOf({
    queue: 'once',
    run: async () => {
      runs += 1;
      await proceed.promise;
    },
  });
  const [one, other] = [await startWorker(db, [definition]), await startWorker(db, [definition])];
  const job = buildJob({ id: derivedId('test', 'the same job') });
  await Promise.all([one.ask(job, job), other.ask(job), one.ask(job), other.ask(job)]);
  proceed.resolve();
  await untilGone(job.id);
  const last = buildJob();
  await other.ask(last);
  await other.untilFinished(last.id);
  await Promise.all([one.stop(), other.stop()]);
  assert.equal(runs, 2);
});

test('a job of a rolled-back transaction is never done', async () => {
  const worker = await startWorker(db, [
    definitionOf({ queue: 'rolled-back', run: async () => {} }),
  ]);
  const job = buildJob();
  await assert.rejects(
    db.database.transaction(async (tx) => {
      await worker.registry.add(tx, [job]);
      throw new Error('the cause failed');
    }),
  );
  // It is sent nevertheless, but there is no row to claim.
  await worker.registry.send([job]);
  const next = buildJob();
  await worker.ask(next);
  await worker.untilFinished(next.id);
  await worker.stop();
  assert.deepEqual(
    worker.reports.map(({ jobId }) => jobId),
    [next.id],
  );
});

test('a failing job is retried at growing intervals until it is done', async () => {
  const startedAt: number[] = [];
  const worker = await startWorker(db, [
    definitionOf({
      queue: 'again',
      retryDelayMs: (attempt) => 100 * 2 ** (attempt - 1),
      run: async (job) => {
        startedAt.push(performance.now());
        assert.equal(job.attempt, startedAt.length);
        if (job.attempt < 4) throw new Error(`try ${job.attempt} failed`);
      },
    }),
  ]);
  const job = buildJob();
  await worker.ask(job);
  assert.equal((await worker.untilFinished(job.id)).attempt, 4);
  for (const [index, atLeastMs] of [100, 200, 400].entries()) {
    assert.ok(startedAt[index + 1]! - startedAt[index]! >= atLeastMs - 20);
  }
  await worker.stop();
  assert.deepEqual(
    worker.reports.map(({ settled }) => settled),
    ['retried', 'retried', 'retried', 'done'],
  );
});

test('after its last attempt a job is a dead letter, together with what its module writes about it', async () => {
  const lastAttempts: boolean[] = [];
  const worker = await startWorker(db, [
    definitionOf({
      queue: 'dying',
      attemptsMax: 3,
      run: async (job) => {
        lastAttempts.push(job.isLastAttempt);
        throw new Error('no use');
      },
      onDead: async (tx, { id }, error) => {
        await tx.run(
          'test.dead',
          'insert into effects (job_id, note) values ($1::uuid, $2::text)',
          [id, error],
        );
        return [];
      },
    }),
  ]);
  const job = buildJob();
  await worker.ask(job);
  const row = await untilState(job.id, 'dead');
  assert.deepEqual(row, { state: 'dead', attempts: 3, sendings: 3, last_error: 'Error: no use' });
  assert.deepEqual(lastAttempts, [false, false, true]);
  assert.equal(await listEffects(job.id), 1);
  await worker.stop();
});

test('a job that gives up is a dead letter at once', async () => {
  const worker = await startWorker(db, [
    definitionOf({
      queue: 'giving-up',
      run: () => Promise.reject(new GiveUp('the address does not exist')),
    }),
  ]);
  const job = buildJob();
  await worker.ask(job);
  const row = await untilState(job.id, 'dead');
  assert.equal(row.attempts, 1);
  assert.match(row.last_error ?? '', /the address does not exist/);
  await worker.stop();
});

test('a job that asks to be postponed is repeated without using an attempt', async () => {
  let runs = 0;
  const worker = await startWorker(db, [
    definitionOf({
      queue: 'later',
      attemptsMax: 1,
      run: async (job) => {
        assert.equal(job.attempt, 1);
        runs += 1;
        if (runs < 5) throw new RunLater(20);
      },
    }),
  ]);
  const job = buildJob();
  await worker.ask(job);
  assert.equal((await worker.untilFinished(job.id)).attempt, 1);
  assert.equal(runs, 5);
  await worker.stop();
});

test('a delayed job waits for its time', async () => {
  const worker = await startWorker(db, [definitionOf({ queue: 'delayed', run: async () => {} })]);
  const job = buildJob({ delayMs: 800 });
  const startedAt = performance.now();
  await worker.ask(job);
  await worker.untilFinished(job.id);
  assert.ok(performance.now() - startedAt >= 780);
  await worker.stop();
});

test('an attempt past its deadline has failed, and its later writes are refused', async () => {
  const late = Promise.withResolvers<unknown>();
  const goOn = Promise.withResolvers<void>();
  const worker = await startWorker(db, [
    definitionOf({
      queue: 'slow',
      deadlineMs: 100,
      run: async (job) => {
        if (job.attempt > 1) return;
        // The handler ignores its signal.
        await goOn.promise;
        const write = db.database.transaction(async (tx) => {
          await tx.run('test.effect', 'insert into effects (job_id) values ($1::uuid)', [job.id]);
          await job.finish(tx);
        });
        late.resolve(await write.catch((error: Error) => error));
      },
    }),
  ]);
  const job = buildJob();
  await worker.ask(job);
  assert.equal((await worker.untilFinished(job.id)).attempt, 2);
  assert.match(worker.reports[0]!.error ?? '', /more than 100 ms/);
  goOn.resolve();
  assert.equal(((await late.promise) as Error).name, 'LeaseLostError');
  assert.equal(await listEffects(job.id), 0);
  await worker.stop();
});

test('a stop hands unstarted and unfinished jobs to other workers at once', async () => {
  const started: string[] = [];
  const hanging = definitionOf({
    queue: 'stopping',
    run: (job) =>
      new Promise((_resolve, reject) => {
        started.push(job.id);
        job.signal.addEventListener('abort', () => reject(job.signal.reason));
      }),
  });
  const stopping = await startWorker(db, [hanging], { concurrency: { stopping: 2 } });
  const jobs = Array.from({ length: 6 }, () => buildJob());
  await stopping.ask(...jobs);
  await until(async () => assert.equal(started.length, 2));
  const stopped = stopping.stop();
  const other = await startWorker(db, [definitionOf({ queue: 'stopping', run: async () => {} })]);
  for (const { id } of jobs) {
    const { attempt } = await other.untilFinished(id);
    assert.equal(attempt, 1, 'a stop does not count as an attempt');
  }
  await Promise.all([stopped, other.stop()]);
});

test('a job of a newer program is left to that program, and a job delivered early waits', async () => {
  const [old, newer] = [
    await startWorker(db, [definitionOf({ queue: 'mixed', run: async () => {} })]),
    await startWorker(
      db,
      [definitionOf({ name: 'test.newer', queue: 'mixed', run: async () => {} })],
      {
        runs: false,
      },
    ),
  ];
  const unknown = buildJob({ name: 'test.newer' });
  await newer.ask(unknown);
  const early = buildJob({ delayMs: 1_000 });
  await db.database.transaction((tx) => old.registry.add(tx, [early]));
  // As a driver without delays does.
  await old.registry.send([{ ...early, delayMs: 0 }]);
  await until(async () => assert.equal((await readState(url, unknown.id))?.sendings, 2));
  assert.equal((await readState(url, unknown.id))?.attempts, 0);
  await until(async () => assert.ok((await readState(url, early.id))!.sendings >= 2));
  await old.untilFinished(early.id);
  await Promise.all([old.stop(), newer.stop()]);
  await query(url, 'delete from jobs where id = $1', [unknown.id]);
});

test('high priority comes before normal, and at most ten high ones before a waiting normal one', async () => {
  const order: string[] = [];
  const definition = definitionOf({
    queue: 'priorities',
    run: async (job) => {
      order.push(job.data.priority as string);
    },
  });
  const asking = await startWorker(db, [definition], { runs: false });
  const jobs = Array.from({ length: 60 }, (_, index) => {
    const priority = index < 30 ? ('normal' as const) : ('high' as const);
    return buildJob({ priority, data: { priority } });
  });
  await asking.ask(...jobs);
  const worker = await startWorker(db, [definition], { concurrency: { priorities: 1 } });
  await until(async () => assert.equal(order.length, 60));
  await Promise.all([asking.stop(), worker.stop()]);
  // Jobs before the first of high priority do not count.
  const together = order.slice(order.indexOf('high'), order.lastIndexOf('high') + 1);
  const expected = Array.from({ length: 32 }, (_, index) =>
    index % 11 === 10 ? 'normal' : 'high',
  );
  assert.deepEqual(together, expected);
});

test('two processes do thousands of jobs, each once', async () => {
  const count = 1_000;
  const definition = definitionOf({
    queue: 'many',
    run: (job) =>
      db.database.transaction(async (tx) => {
        await job.finish(tx);
        await tx.run('test.many', `insert into effects (job_id, note) values ($1::uuid, 'many')`, [
          job.id,
        ]);
      }),
  });
  const [one, other] = [await startWorker(db, [definition]), await startWorker(db, [definition])];
  const jobs = Array.from({ length: count }, () => buildJob({ data: { many: true } }));
  await one.ask(...jobs);
  const countDone = `
    select (select count(*)::int from jobs where queue = 'many') as left,
           count(distinct job_id)::int as distinct, count(*)::int as effects
      from effects
     where note = 'many'`;
  await until(async () => {
    assert.deepEqual(await query(url, countDone), [{ left: 0, distinct: count, effects: count }]);
  }, 60_000);
  await Promise.all([one.stop(), other.stop()]);
});
