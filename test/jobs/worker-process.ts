import { createInterface } from 'node:readline';
import { createDatabase } from '../../src/database/database.ts';
import { createPostgresQueue } from '../../src/drivers/queue/postgres/postgres-queue.ts';
import { createJobs, createRunner, type RunningJob } from '../../src/jobs/index.ts';
import { buildDefinition } from './definitions.ts';

/**
 * A process that does the jobs of one queue, to be killed and frozen: `node worker-process.ts QUEUE MODE`. It reports
 * what it does, a word and the job's id per line. Modes: `write` makes an effect in a transaction, `wait` does that after
 * it has read a line, `die` kills itself.
 */
const [queue = '', mode = ''] = process.argv.slice(2);
const onError = (error: unknown) => process.stderr.write(`${error}\n`);
const url = process.env.DATABASE_URL ?? '';
const database = createDatabase({ url, poolMax: 5, constraints: {} });
const registry = createJobs({ database, driver: createPostgresQueue({ url, onError }), onError });
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

function say(word: string, { id }: RunningJob): void {
  process.stdout.write(`${word} ${id}\n`);
}

async function write(job: RunningJob): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.run('test.effect', 'insert into effects (job_id) values ($1::uuid)', [job.id]);
    await tx.run('test.slow', 'select pg_sleep(0.01)', []);
    await job.finish(tx);
    await tx.run('test.slow', 'select pg_sleep(0.01)', []);
  });
}

registry.define([
  buildDefinition({
    queue,
    attemptsMax: mode === 'die' ? 3 : 1_000,
    deadlineMs: mode === 'wait' ? 30_000 : 300,
    async run(job) {
      say('began', job);
      if (mode === 'die') process.kill(process.pid, 'SIGKILL');
      if (mode === 'wait') await lines.next();
      try {
        await write(job);
        say('wrote', job);
      } catch (error) {
        say((error as Error).name, job);
        throw error;
      }
    },
  }),
]);
const runner = createRunner({ registry, concurrency: { [queue]: 5 }, onError });
registry.start();
runner.start();
