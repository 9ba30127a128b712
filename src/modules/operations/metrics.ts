import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { type QueueRow, type TryReport, tryEnds } from '../../jobs/index.ts';
import type { Tally } from '../../shared/tally.ts';
import { createDurations, type Observe } from './durations.ts';
import { type ReadGauge, watchGauge } from './watch-gauge.ts';
import { withDeadline } from './with-deadline.ts';

/** From a cached read to the longest request that is let in (15 s). */
const HTTP_BUCKETS_SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];
/** From an index look-up to the statement timeout (10 s). */
const QUERY_BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2, 10];

/** From a mark in the database to the longest deadline (a minute). */
const JOB_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60];

/** A database that hangs must not hide the metrics that need none. */
const LAG_TIMEOUT_MS = 1_000;
/** The end of the name of a statement that is put together for a list's filters: hundreds of names, one label. */
const BUILT_FOR_FILTERS = /(?<=\.page)_.*$/;

export interface HttpObservation {
  /** Null where no route matched. */
  readonly operationId: string | null;
  readonly method: string;
  readonly status: number;
  readonly durationSeconds: number;
}

export type JobObservation = Pick<TryReport, 'job' | 'settled' | 'durationSeconds'>;

export interface PoolConnections {
  readonly total: number;
  readonly idle: number;
  readonly waiting: number;
}

/** What the product counts of itself, as plain functions that cost about a microsecond each. */
export interface Metrics {
  /** `route` is the operation's id: few and known, whatever paths are asked for. */
  observeHttp(observation: HttpObservation): void;
  observeQuery(statementName: string, durationSeconds: number): void;
  /** Names of jobs that this process may run. */
  expectJobs(names: readonly string[]): void;
  /** One try of a job: a kind of work and how it ended. */
  observeJob(report: JobObservation): void;
  /** What a module counts. */
  watchTally(tally: Tally): void;
  /** Where to ask how many rows broke each invariant when it was last checked, on whichever server. */
  watchInvariants(read: ReadGauge): void;
  /** Where to ask for the work of each queue. */
  watchQueues(read: () => Promise<readonly QueueRow[]>): void;
  /** Where to read the pool's connections when the metrics are asked for. */
  watchConnections(read: () => PoolConnections): void;
  /** Where to ask for the relay's lag, in seconds, when the metrics are asked for. */
  watchRelay(readLagSeconds: () => Promise<number>): void;
  /** Prometheus text. */
  render(): Promise<string>;
  readonly contentType: string;
}

function memoize<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

/** The first digit of a status. */
const STATUS_CLASSES = [2, 3, 4, 5] as const;

/**
 * A registry of its own, so that several servers in one process do not count into each other. What counts by few known
 * values of a label has a series of each from the beginning: `rate()` needs the 0 before the first one. Routes by their
 * statuses, and statements, are too many of fourteen lines each, so alerts go by `http_responses_total`.
 */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const responses = [0, 0, 0, 0, 0, 0];
  new Counter({
    name: 'http_responses_total',
    help: 'Replies by the class of their status, each from the start on.',
    labelNames: ['class'],
    registers,
    collect() {
      this.reset();
      for (const first of STATUS_CLASSES) this.inc({ class: `${first}xx` }, responses[first]!);
    },
  });
  const http = createDurations(registry, {
    name: 'http_request_duration_seconds',
    help: 'Time from a request to its reply.',
    bucketsSeconds: HTTP_BUCKETS_SECONDS,
  });
  const httpSeries = new Map<string, Map<string, Map<number, Observe>>>();
  const queries = createDurations(registry, {
    name: 'database_query_duration_seconds',
    help: 'Time of a statement as this server saw it.',
    bucketsSeconds: QUERY_BUCKETS_SECONDS,
  });
  const queriesByStatement = new Map<string, Observe>();
  const queriesByLabel = new Map<string, Observe>();
  const jobs = createDurations(registry, {
    name: 'job_duration_seconds',
    help: 'Time of one try of a job, by how it ended.',
    bucketsSeconds: JOB_BUCKETS_SECONDS,
  });
  const jobSeries = new Map<string, Map<string, Observe>>();
  const getJobSeries = (job: string, outcome: string): Observe => {
    const ofJob = memoize(jobSeries, job, () => new Map());
    return memoize(ofJob, outcome, () => jobs({ job, outcome }));
  };

  return {
    observeHttp({ operationId, method, status, durationSeconds }) {
      const route = operationId ?? 'none';
      const ofRoute = memoize(httpSeries, route, () => new Map());
      const ofMethod = memoize(ofRoute, method, () => new Map());
      const observe = memoize(ofMethod, status, () => http({ method, route, status }));
      observe(durationSeconds);
      responses[Math.trunc(status / 100)]! += 1;
    },
    observeQuery(name, durationSeconds) {
      const observe = memoize(queriesByStatement, name, () => {
        const statement = name.replace(BUILT_FOR_FILTERS, '');
        return memoize(queriesByLabel, statement, () => queries({ statement }));
      });
      observe(durationSeconds);
    },
    expectJobs(names) {
      for (const name of names) for (const end of tryEnds) getJobSeries(name, end);
    },
    observeJob: ({ job, settled, durationSeconds }) => getJobSeries(job, settled)(durationSeconds),
    watchTally({ name, help, label, counts }) {
      new Counter({
        name,
        help,
        labelNames: label === null ? [] : [label],
        registers,
        collect() {
          this.reset();
          for (const [value, count] of Object.entries(counts)) {
            this.inc(label === null ? {} : { [label]: value }, count);
          }
        },
      });
    },
    watchInvariants: (read) =>
      watchGauge(registry, {
        name: 'invariant_violations',
        help: 'Rows that broke an invariant when it was last checked; NaN before the first check.',
        label: 'name',
        read,
      }),
    watchQueues(readRows) {
      const counted =
        (count: (row: QueueRow) => number): ReadGauge =>
        async () =>
          new Map((await readRows()).map((row) => [row.name, count(row)]));
      watchGauge(registry, {
        name: 'queue_depth',
        help: 'Jobs that are asked for and not done: waiting, delayed or worked on.',
        label: 'queue',
        read: counted(({ waiting, delayed, active }) => waiting + delayed + active),
      });
      watchGauge(registry, {
        name: 'dead_letters',
        help: 'Jobs that used all their tries up and wait for somebody.',
        label: 'queue',
        read: counted(({ failed }) => failed),
      });
    },
    watchConnections(read) {
      new Gauge({
        name: 'database_pool_connections',
        help: 'Connections to the database, and callers that wait for one.',
        labelNames: ['state'],
        registers,
        collect() {
          const { total, idle, waiting } = read();
          this.set({ state: 'active' }, total - idle);
          this.set({ state: 'idle' }, idle);
          this.set({ state: 'waiting' }, waiting);
        },
      });
    },
    watchRelay(readLagSeconds) {
      new Gauge({
        name: 'relay_lag_seconds',
        help: 'Age of the oldest event that the relay has not carried on yet; absent when it cannot be told.',
        registers,
        async collect() {
          const seconds = await withDeadline(
            LAG_TIMEOUT_MS,
            readLagSeconds().catch(() => null),
            null,
          );
          if (seconds === null) this.remove();
          else this.set(seconds);
        },
      });
    },
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
