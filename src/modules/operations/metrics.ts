import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { type AttemptReport, attemptOutcomes, type QueueRow } from '../../jobs/index.ts';
import type { Sealing } from '../../seals/index.ts';
import type { Tally } from '../../shared/tally.ts';
import type { ReadHosts } from './database-hosts.ts';
import { createDurations, type Observe } from './durations.ts';
import { type ReadGauge, watchGauge, watchNumber } from './watch-gauge.ts';
import { watchHosts } from './watch-hosts.ts';

/** From a cached read to the longest request allowed (15 s). */
const HTTP_BUCKETS_SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];
/** From an index lookup to the statement timeout (10 s). */
const QUERY_BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2, 10];

/** From one update in the database to the longest deadline (a minute). */
const JOB_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60];

/** The end of the name of a statement that is built for a list's filters: hundreds of names become one label. */
const BUILT_FOR_FILTERS = /(?<=\.page)_.*$/;

export interface HttpObservation {
  /** Null if no route matched. */
  readonly operationId: string | null;
  readonly method: string;
  readonly status: number;
  readonly durationSeconds: number;
}

export type JobObservation = Pick<AttemptReport, 'job' | 'settled' | 'durationSeconds'>;

export interface PoolConnections {
  readonly total: number;
  readonly idle: number;
  readonly waiting: number;
}

/** The product's own metrics, as plain functions that cost about a microsecond each. */
export interface Metrics {
  /** `route` is the operation's id, so labels are few and known, whatever paths are requested. */
  observeHttp(observation: HttpObservation): void;
  observeQuery(statementName: string, durationSeconds: number): void;
  /** Creates the series of the jobs that this process may run. */
  expectJobs(names: readonly string[]): void;
  /** Records one attempt of a job with its outcome. */
  observeJob(report: JobObservation): void;
  /** Adds a counter of a module. */
  watchTally(tally: Tally): void;
  /** Sets how to read the number of violations of each invariant at the last check, on whichever server it ran. */
  watchInvariants(read: ReadGauge): void;
  /** Sets how to read the jobs of each queue. */
  watchQueues(read: () => Promise<readonly QueueRow[]>): void;
  /** Sets how to read the pool's connections; called when the metrics are collected. */
  watchConnections(read: () => PoolConnections): void;
  /** Sets how to read what is known of the hosts of the database; called when the metrics are collected. */
  watchHosts(read: ReadHosts): void;
  /** Sets how to read the relay's lag in seconds; called when the metrics are collected. */
  watchRelay(readLagSeconds: () => Promise<number>): void;
  /** Sets how to read what is known of the seals; called when the metrics are collected. */
  watchSealing(sealing: Pick<Sealing, 'lagSeconds' | 'areSealsMissing'>): void;
  /** Sets how to read when the certificate of this server ends. Without TLS there is no such metric. */
  watchCertificate(readEndsAt: () => Date): void;
  /** Returns the metrics in the text format of Prometheus. */
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

/** The first digits of HTTP statuses. */
const STATUS_CLASSES = [2, 3, 4, 5] as const;

/**
 * Creates the metrics with a separate registry, so that several servers in one process are counted separately. A
 * counter whose label has few known values has a series for each from the start, because `rate()` needs the 0 before
 * the first count. Routes by status, and statements, would be too many at fourteen lines each, so alerts use
 * `http_responses_total`.
 */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const responses = [0, 0, 0, 0, 0, 0];
  new Counter({
    name: 'http_responses_total',
    help: 'Responses by status class; each series exists from the start.',
    labelNames: ['class'],
    registers,
    collect() {
      this.reset();
      for (const first of STATUS_CLASSES) this.inc({ class: `${first}xx` }, responses[first]!);
    },
  });
  const http = createDurations(registry, {
    name: 'http_request_duration_seconds',
    help: 'Time from a request to its response.',
    bucketsSeconds: HTTP_BUCKETS_SECONDS,
  });
  const httpSeries = new Map<string, Map<string, Map<number, Observe>>>();
  const queries = createDurations(registry, {
    name: 'database_query_duration_seconds',
    help: 'Duration of a statement, measured by this server.',
    bucketsSeconds: QUERY_BUCKETS_SECONDS,
  });
  const queriesByStatement = new Map<string, Observe>();
  const queriesByLabel = new Map<string, Observe>();
  const jobs = createDurations(registry, {
    name: 'job_duration_seconds',
    help: 'Duration of a job attempt, by outcome.',
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
      for (const name of names) for (const end of attemptOutcomes) getJobSeries(name, end);
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
        help: 'Rows that violated an invariant at the last check; NaN before the first check.',
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
        help: 'Unfinished jobs: waiting, delayed or running.',
        label: 'queue',
        read: counted(({ waiting, delayed, active }) => waiting + delayed + active),
      });
      watchGauge(registry, {
        name: 'dead_letters',
        help: 'Jobs that used all their attempts and wait for a person.',
        label: 'queue',
        read: counted(({ failed }) => failed),
      });
    },
    watchConnections(read) {
      new Gauge({
        name: 'database_pool_connections',
        help: 'Database connections, and callers waiting for one.',
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
    watchHosts: (read) => watchHosts(registry, read),
    watchRelay: (read) =>
      watchNumber(registry, {
        name: 'relay_lag_seconds',
        help: 'Age of the oldest event that the relay has not processed; absent if unknown.',
        read,
      }),
    watchSealing({ lagSeconds, areSealsMissing }) {
      watchNumber(registry, {
        name: 'log_seal_lag_seconds',
        help: 'Age of the oldest row of the log or the audit that is not sealed; absent if unknown.',
        read: lagSeconds,
      });
      watchNumber(registry, {
        name: 'log_seals_missing',
        help: '1 if it is known that seals of the log were removed, otherwise 0; absent if unknown.',
        read: async () => ((await areSealsMissing()) ? 1 : 0),
      });
    },
    watchCertificate(readEndsAt) {
      new Gauge({
        name: 'tls_certificate_ends_at_seconds',
        help: 'When the certificate of this server ends, in Unix time; absent without TLS.',
        registers,
        collect() {
          this.set(readEndsAt().getTime() / 1_000);
        },
      });
    },
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
