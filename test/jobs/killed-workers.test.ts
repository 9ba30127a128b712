import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { rescueJobs } from '../../src/jobs/index.ts';
import { createTestTable, testDatabase } from '../support/database.ts';
import { query, until } from '../support/until.ts';
import { buildJob, definitionOf, readState, startWorker } from './jobs-fixture.ts';

const db = await testDatabase();
const { url } = db;
await createTestTable(db.owner, 'create table effects (job_id uuid not null)');

/** Each starts a process, which takes about a second of one core. */
const KILLS = 16;
const program = fileURLToPath(new URL('./worker-process.ts', import.meta.url));
const children = new Set<ChildProcess>();
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** Starts a worker in a separate process. */
function startProcess(queue: string, mode: 'write' | 'wait' | 'die') {
  const child = spawn(process.execPath, [program, queue, mode], {
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.add(child);
  const ended = once(child, 'exit').then(() => children.delete(child));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    ended,
    /** Returns the first word of the next line. */
    async readWord(): Promise<string> {
      const { value, done } = await lines.next();
      assert.ok(done !== true, 'the process ended');
      return (value as string).split(' ')[0] ?? '';
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function listEffects(id: string): Promise<number> {
  const [row] = await query(url, 'select count(*)::int as n from effects where job_id = $1', [id]);
  return row?.n as number;
}

/** Expires the lease of every running job of a queue. */
function endLeases(queue: string) {
  return query(url, `update jobs set leased_until = now() where queue = $1 and state = 'running'`, [
    queue,
  ]);
}

test('each effect happens once although workers are killed repeatedly in the middle of jobs', async () => {
  const count = 200;
  const queue = 'killed';
  const asking = await startWorker(db, [definitionOf({ queue, run: async () => {} })], {
    runs: false,
  });
  await asking.ask(...Array.from({ length: count }, () => buildJob()));
  let kills = 0;
  const killWorkers = async (offset: number) => {
    while (kills < KILLS) {
      const worker = startProcess(queue, 'write');
      // Some are killed during their first job, some between jobs, some later.
      const linesToRead = 1 + ((kills * 7 + offset * 3) % 10);
      for (let linesRead = 0; linesRead < linesToRead; linesRead += 1) await worker.readWord();
      await worker.kill();
      kills += 1;
      await endLeases(queue);
      await rescueJobs(asking.registry);
    }
  };
  await Promise.all([killWorkers(0), killWorkers(1)]);
  const last = startProcess(queue, 'write');
  await until(async () => {
    await rescueJobs(asking.registry);
    const [row] = await query(url, `select count(*)::int as n from jobs where queue = $1`, [queue]);
    assert.equal(row?.n, 0);
  }, 60_000);
  await last.kill();
  const [effects] = await query(
    url,
    'select count(*)::int as rows, count(distinct job_id)::int as jobs from effects',
  );
  assert.deepEqual(effects, { rows: count, jobs: count });
  await asking.stop();
});

test('a worker frozen beyond its lease writes nothing when it continues', async () => {
  const queue = 'frozen';
  const frozen = startProcess(queue, 'wait');
  const asking = await startWorker(db, [definitionOf({ queue, run: async () => {} })], {
    runs: false,
  });
  const job = buildJob();
  await asking.ask(job);
  assert.equal(await frozen.readWord(), 'began');
  frozen.child.kill('SIGSTOP');
  await endLeases(queue);
  await rescueJobs(asking.registry);
  const other = await startWorker(db, [
    definitionOf({
      queue,
      run: (again) =>
        db.database.transaction(async (tx) => {
          await tx.run('test.effect', 'insert into effects (job_id) values ($1::uuid)', [again.id]);
          await again.finish(tx);
        }),
    }),
  ]);
  await other.untilFinished(job.id);
  frozen.child.kill('SIGCONT');
  frozen.child.stdin.write('go on\n');
  assert.equal(await frozen.readWord(), 'LeaseLostError');
  assert.equal(await listEffects(job.id), 1);
  await Promise.all([frozen.kill(), other.stop(), asking.stop()]);
});

test('a job that kills every worker is a dead letter after its last attempt', async () => {
  const queue = 'poison';
  const asking = await startWorker(db, [definitionOf({ queue, run: async () => {} })], {
    runs: false,
  });
  const job = buildJob();
  await asking.ask(job);
  for (let tries = 1; tries <= 3; tries += 1) {
    const worker = startProcess(queue, 'die');
    await worker.ended;
    assert.equal((await readState(url, job.id))?.attempts, tries);
    await endLeases(queue);
    await rescueJobs(asking.registry);
  }
  const last = await startWorker(db, [
    definitionOf({ queue, attemptsMax: 3, run: () => assert.fail('it was started a fourth time') }),
  ]);
  await until(async () => assert.equal((await readState(url, job.id))?.state, 'dead'));
  const row = await readState(url, job.id);
  assert.equal(row?.attempts, 3);
  assert.match(row?.last_error ?? '', /3 workers started this job/);
  await Promise.all([last.stop(), asking.stop()]);
});
