import assert from 'node:assert/strict';
import { after } from 'node:test';
import type { Database } from '../../src/database/database.ts';
import { createPostgresQueue } from '../../src/drivers/queue/postgres/postgres-queue.ts';
import type { QueueDriver } from '../../src/drivers/queue/queue.ts';
import {
  type AttemptReport,
  createJobs,
  createRunner,
  type JobDefinition,
  type JobRegistry,
  type NewJob,
  type RunnerOptions,
} from '../../src/jobs/index.ts';
import { newId } from '../../src/shared/ids.ts';
import { query, until } from '../support/until.ts';

export { buildDefinition as definitionOf } from './definitions.ts';

export interface Worker {
  readonly registry: JobRegistry;
  /** The reports of attempts, in the order in which they ended. */
  readonly reports: readonly AttemptReport[];
  readonly errors: readonly unknown[];
  /** Waits until a job is finished, and returns the report of its last attempt. */
  untilFinished(id: string): Promise<AttemptReport>;
  /** Writes and sends the jobs, as a use case does. */
  ask(...jobs: NewJob[]): Promise<void>;
  /** Stops doing jobs, but not creating them. */
  stopRunner(): Promise<void>;
  stop(): Promise<void>;
}

export interface WorkerOptions extends Partial<Pick<RunnerOptions, 'concurrency'>> {
  /** Default: PostgreSQL. */
  readonly driver?: QueueDriver;
  /** False for a process that only creates jobs. */
  readonly runs?: boolean;
}

/** Starts a process that does these jobs. It ends with the test file at the latest. */
export async function startWorker(
  db: { readonly database: Database; readonly url: string },
  definitions: readonly JobDefinition[],
  { driver, runs = true, ...options }: WorkerOptions = {},
): Promise<Worker> {
  const errors: unknown[] = [];
  const reports: AttemptReport[] = [];
  const onError = (error: unknown) => errors.push(error);
  const registry = createJobs({
    database: db.database,
    driver: driver ?? createPostgresQueue({ url: db.url, onError }),
    onError,
  });
  registry.define(definitions);
  const runner = createRunner({
    ...options,
    registry,
    onError,
    onAttempt: (report) => reports.push(report),
  });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= runner.stop().then(() => registry.stop());
    return stopped;
  };
  after(stop);
  registry.start();
  await registry.started();
  if (runs) runner.start();
  return {
    registry,
    reports,
    errors,
    untilFinished: (id) =>
      until(async () => {
        const last = reports.findLast(({ jobId }) => jobId === id);
        assert.equal(last?.settled, 'done');
        assert.equal(await readState(db.url, id), undefined);
        return last!;
      }),
    async ask(...jobs) {
      await registry.database.transaction((tx) => registry.add(tx, jobs));
      await registry.send(jobs);
    },
    stopRunner: () => runner.stop(),
    stop,
  };
}

export function buildJob(changes: Partial<NewJob> = {}): NewJob {
  return {
    id: newId(),
    name: 'test.work',
    priority: 'normal',
    data: {},
    eventId: null,
    ...changes,
  };
}

export interface JobState {
  readonly state: string;
  readonly attempts: number;
  readonly sendings: number;
  readonly last_error: string | null;
}

/** Returns undefined for a job that is finished. */
export async function readState(url: string, id: string): Promise<JobState | undefined> {
  const [row] = await query(
    url,
    'select state, attempts, sendings, last_error from jobs where id = $1',
    [id],
  );
  return row as JobState | undefined;
}
