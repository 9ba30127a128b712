import { createDatabase, type Database } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { installPostgresQueue } from '../../src/drivers/queue/postgres/install.ts';
import { createPostgresQueue } from '../../src/drivers/queue/postgres/postgres-queue.ts';
import { appendEvents, createLogTail, createRelay, type NewEvent } from '../../src/events/index.ts';
import { createJobs, createRunner } from '../../src/jobs/index.ts';
import { createSubscriptions } from '../../src/main/infrastructure/subscriptions.ts';
import type { Plan } from '../../src/modules/module.ts';
import { systemActor } from '../../src/shared/caller.ts';
import { followingId } from '../../src/shared/ids.ts';
import { pause } from '../../src/shared/pause.ts';
import { ascending, quantile } from '../support/quantile.ts';
import type { Measurement, ScenarioInput } from './scenario.ts';
import { atLeast, JOBS_PER_SECOND_MIN } from './targets.ts';

const WRITTEN_PER_SECOND = 5_000;
const WRITTEN_AT_ONCE = 100;
/**
 * The backlog that is relayed without concurrent writes, which shows the maximum rate; in seconds of the steady rate.
 */
const BACKLOG_SECONDS_MAX = 10;
const NAME = 'bench_relay';
const JOB = 'bench.note-event';
/** The same concurrency as for mails. */
const CONCURRENCY = 100;

/**
 * Measures events that become one job each, on a database of its own: the maximum rate, and the delays at a steady
 * rate.
 */
export async function measureRelayLimit(
  { environment, durationSeconds }: ScenarioInput,
  scenario: string,
): Promise<Measurement> {
  await using stack = new AsyncDisposableStack();
  const url = await environment.createDatabase(NAME);
  stack.defer(() => environment.dropDatabase(NAME));
  const database = createDatabase({ url, poolMax: 8, constraints: {} });
  stack.defer(() => database.close());
  await migrate(database);
  const client = await database.connect();
  await installPostgresQueue(client);
  await client.end();
  const carried = await startCarrying(database, url, stack);

  const delays = await writeSteadily(database, durationSeconds, carried);
  await carried.relay.stop();
  const backlog = WRITTEN_PER_SECOND * Math.min(durationSeconds, BACKLOG_SECONDS_MAX);
  for (let written = 0; written < backlog; written += 1_000) await append(database, 1_000);
  const startedAt = performance.now();
  const done = carried.until(backlog);
  carried.relay.start();
  await done;
  const perSecond = backlog / ((performance.now() - startedAt) / 1_000);
  const rate = WRITTEN_PER_SECOND.toLocaleString('en');
  return {
    scenario,
    what: `an empty job for each of ${backlog.toLocaleString('en')} events; delays at ${rate} written a second`,
    perSecond,
    p50Ms: quantile(delays, 0.5),
    p99Ms: quantile(delays, 0.99),
    reference: null,
    cost: null,
    failures: carried.failures(),
    target: atLeast(perSecond, JOBS_PER_SECOND_MIN, 'a second'),
  };
}

async function startCarrying(database: Database, url: string, stack: AsyncDisposableStack) {
  let failuresCount = 0;
  const onError = (error: unknown) => {
    failuresCount += 1;
    process.stderr.write(`${String(error)}\n`);
  };
  const driver = createPostgresQueue({ url, onError });
  const jobs = createJobs({ database, driver, onError });
  let listener: (transaction: number) => void = () => {};
  jobs.define([
    {
      name: JOB,
      queue: 'bench',
      attemptsMax: 1,
      retryDelayMs: () => 0,
      deadlineMs: 1_000,
      run: async ({ data }) => listener(data.transaction as number),
    },
  ]);
  jobs.start();
  stack.defer(() => jobs.stop());
  await jobs.started();
  const subscriptions = createSubscriptions(jobs);
  subscriptions.define([oneJobEach], []);
  const runner = createRunner({ registry: jobs, concurrency: { bench: CONCURRENCY }, onError });
  stack.defer(() => runner.stop());
  runner.start();

  const tail = createLogTail({ database, onError });
  stack.defer(() => tail.stop());
  const relay = createRelay({
    database,
    tail,
    name: 'bench',
    onError,
    consume: subscriptions.consume,
    capacity: jobs.capacity,
  });
  stack.defer(() => relay.stop());
  relay.start();
  return {
    relay,
    failures: () => failuresCount,
    /** Registers a listener that is called for each job that runs, with the transaction that wrote its event. */
    onRun(listen: typeof listener) {
      listener = listen;
    },
    /** Resolves when this many more jobs have run. */
    until(count: number): Promise<void> {
      let left = count;
      return new Promise((resolve) => {
        listener = () => {
          left -= 1;
          if (left === 0) resolve();
        };
      });
    },
  };
}

type Carrying = Awaited<ReturnType<typeof startCarrying>>;

const oneJobEach: Plan = async (_tx, events) =>
  events.map(({ id, dataText }) => ({
    id: followingId(id, JOB),
    name: JOB,
    priority: 'normal' as const,
    data: { transaction: (JSON.parse(dataText) as { transaction: unknown }).transaction },
    eventId: id,
  }));

/** Returns for each event how many milliseconds after its commit its job ran. */
async function writeSteadily(
  database: Database,
  durationSeconds: number,
  carried: Carrying,
): Promise<number[]> {
  const delays: number[] = [];
  const transactions = Math.ceil((durationSeconds * WRITTEN_PER_SECOND) / WRITTEN_AT_ONCE);
  const committedAt: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  carried.onRun((transaction) => {
    const now = performance.now();
    // A job that runs before its commit is known here has not waited.
    delays.push(Math.max(0, now - (committedAt[transaction] ?? now)));
    if (delays.length === transactions * WRITTEN_AT_ONCE) resolve();
  });
  const startedAt = performance.now();
  const writing: Promise<void>[] = [];
  for (let index = 0; index < transactions; index += 1) {
    const dueMs = (index * WRITTEN_AT_ONCE * 1_000) / WRITTEN_PER_SECOND;
    const waitMs = startedAt + dueMs - performance.now();
    if (waitMs > 0) await pause(waitMs);
    writing.push(
      append(database, WRITTEN_AT_ONCE, index).then(() => {
        committedAt[index] = performance.now();
      }),
    );
  }
  await Promise.all([promise, ...writing]);
  return delays.sort(ascending);
}

async function append(database: Database, count: number, transaction = 0): Promise<void> {
  const event: NewEvent = {
    type: 'stock.adjusted',
    orderId: null,
    customerId: null,
    sequence: null,
    from: null,
    to: null,
    actor: systemActor,
    reason: null,
    cause: { requestId: null, traceId: null },
    data: { transaction },
  };
  await database.transaction((tx) =>
    appendEvents(
      tx,
      Array.from({ length: count }, () => event),
    ),
  );
}
