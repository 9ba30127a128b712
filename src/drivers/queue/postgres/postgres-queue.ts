import type pg from 'pg';
import { PgBoss } from 'pg-boss';
import { createConnections } from '../../../database/connections.ts';
import type { PrimaryWatch } from '../../../database/failover/index.ts';
import { runOnPool } from '../../../database/run-on-connection.ts';
import { type Priority, priorities, type QueueDriver } from '../queue.ts';
import { SCHEMA } from './install.ts';
import { createOpenPacks, type Handle, PACK_MAX, type PackContent, packMessages } from './packs.ts';
import { createQueueNotifier } from './queue-notifier.ts';

export interface PostgresQueueOptions {
  readonly url: string;
  /** Required if the URL names several hosts. */
  readonly primary?: PrimaryWatch | null;
  /** Receives the errors of pg-boss's own background work, which it retries. */
  readonly onError: (error: unknown) => void;
  /** Default 30, at least 10: pg-boss stores the lease with the message when it is sent. */
  readonly leaseSeconds?: number;
}

/** Failed messages, for people with SQL access; the dead letters themselves are in the table `jobs`. */
const BURIED_QUEUE = 'buried';
const BURIED_KEPT_SECONDS = 14 * 86_400;
const POOL_MAX = 4;
const STATEMENT_TIMEOUT_MS = 10_000;
const INSERT_MAX = 1_000;
const LEASE_SECONDS = 30;
/**
 * How often pg-boss checks for expired leases. Only a worker that died with messages lets a lease expire, and then the
 * rescue has mostly sent the jobs again before.
 */
const SUPERVISE_SECONDS = 5;
/** A message is delivered until it is acknowledged: the number of attempts is not decided here. */
const RETRIES_MAX = 1_000_000;
/** Longer than the longest backoff of a job; the rescue sends again what is lost by it. */
const KEPT_SECONDS = 30 * 86_400;

/**
 * Carries messages in PostgreSQL, in pg-boss's own schema and on separate connections. Only pg-boss's transport is
 * used: schedules, retries and dead letters are in our tables, the same for every driver. Jobs that are sent together
 * share messages, and so their leases. Needs `installPostgresQueue` before.
 */
export function createPostgresQueue({
  url,
  primary = null,
  onError,
  leaseSeconds = LEASE_SECONDS,
}: PostgresQueueOptions): QueueDriver {
  const connections = createConnections({
    url,
    primary,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    applicationName: 'holdfast-queue',
    onConnectionLost: onError,
  });
  const pool = connections.createPool({ max: POOL_MAX });
  /** The statements that are running. The pool never answers those that still wait for a connection when it ends. */
  const running = new Set<Promise<unknown>>();
  function query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]) {
    const result = runOnPool(pool, (client) => client.query<Row>(text, values));
    running.add(result);
    const forget = () => running.delete(result);
    result.then(forget, forget);
    return result;
  }
  const boss = new PgBoss({
    db: { executeSql: (text, values) => query(text, values as unknown[]) },
    schema: SCHEMA,
    // The owner of the tables has installed it, see `install.ts`.
    migrate: false,
    schedule: false,
    reindex: false,
    monitorVacuum: false,
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
    maintenanceIntervalSeconds: 3_600,
    // Our metrics show a long queue; a slow statement ends at its timeout.
    warningQueueSize: 100_000_000,
  });
  boss.on('error', onError);
  const packs = createOpenPacks();
  /** The recent number of jobs per message of each queue, so that a receiver fetches about as many as it requested. */
  const jobsPerMessage = new Map<string, number>();
  const arrivals = createQueueNotifier({
    findWaiting: async (names) =>
      (await query<{ name: string }>(FIND_WAITING, [names])).rows.map(({ name }) => name),
    onError,
  });

  /** Calls `work` for each priority, because one pg-boss call concerns one queue. */
  async function forEachPriority(
    queue: string,
    handles: ReadonlyMap<Priority, Handle[]>,
    work: (name: string, handles: Handle[]) => Promise<unknown>,
  ): Promise<void> {
    await Promise.all(
      [...handles].map(([priority, ofPriority]) =>
        work(buildQueueName(queue, priority), ofPriority),
      ),
    );
  }

  return {
    kind: 'postgres',
    async start(queues) {
      await boss.start();
      const options = {
        heartbeatSeconds: leaseSeconds,
        expireInSeconds: 86_399,
        retryLimit: RETRIES_MAX,
        retentionSeconds: KEPT_SECONDS,
      };
      for (const queue of queues) {
        for (const priority of priorities)
          await boss.createQueue(buildQueueName(queue, priority), options);
      }
      await boss.createQueue(BURIED_QUEUE, { retentionSeconds: BURIED_KEPT_SECONDS });
    },
    async send(queue, messages) {
      for (const priority of priorities) {
        const ofPriority = packMessages(
          messages.filter((message) => message.priority === priority),
        );
        for (let start = 0; start < ofPriority.length; start += INSERT_MAX) {
          await boss.insert(
            buildQueueName(queue, priority),
            ofPriority.slice(start, start + INSERT_MAX),
          );
        }
        if (ofPriority.length > 0) arrivals.announce(buildQueueName(queue, priority));
      }
    },
    async receive(queue, priority, { max, leaseMs, waitMs, signal }) {
      if (leaseMs > leaseSeconds * 1000) {
        throw new RangeError(`a lease lasts ${leaseSeconds} s here, not ${leaseMs} ms`);
      }
      const name = buildQueueName(queue, priority);
      const deadline = performance.now() + waitMs;
      while (!signal.aborted) {
        const arrival = arrivals.listen(name);
        try {
          const expected = jobsPerMessage.get(name) ?? PACK_MAX;
          const fetched = await boss.fetch<PackContent>(name, {
            batchSize: Math.ceil(max / expected),
          });
          if (fetched.length > 0) {
            const deliveries = fetched
              .sort(groupBySending)
              .flatMap(({ id, retryCount, data }) =>
                packs.open({ id, retryCount }, priority, data.jobIds),
              );
            jobsPerMessage.set(name, Math.max(expected / 2, deliveries.length / fetched.length));
            return deliveries;
          }
          const leftMs = deadline - performance.now();
          if (leftMs <= 0) break;
          await arrival.wait(leftMs, signal);
        } finally {
          arrival.close();
        }
      }
      return [];
    },
    /** Extends by the lease that the message was sent with. */
    extend: (queue, deliveries) =>
      forEachPriority(queue, packs.findHandles(deliveries), (name, held) => boss.touch(name, held)),
    acknowledge: (queue, deliveries) =>
      forEachPriority(queue, packs.close(deliveries), (name, ended) => boss.deleteJob(name, ended)),
    async bury(queue, delivery, error) {
      const { jobId } = delivery;
      await boss.insert(BURIED_QUEUE, [{ data: { jobId, queue, error } }]);
      await forEachPriority(queue, packs.close([delivery]), (name, ended) =>
        boss.deleteJob(name, ended),
      );
    },
    async ping() {
      await query('select 1');
    },
    async stop() {
      arrivals.stop();
      await boss.stop({ graceful: false });
      await Promise.allSettled(running);
      await pool.end();
    },
  };
}

/** Finds the queues that have a due message: one query for all, so that an idle server sends ten queries a second. */
const FIND_WAITING = `
  select name
    from unnest($1::text[]) as name
   where exists (
     select
       from ${SCHEMA}.job
      where job.name = name.name
        and job.state < 'active'
        and not job.blocked
        and job.start_after <= now())`;

/** Compares by sending: a fetch returns the oldest messages, but in any order. */
function groupBySending(one: { data: PackContent }, other: { data: PackContent }): number {
  return one.data.sentAs < other.data.sentAs ? -1 : 1;
}

function buildQueueName(queue: string, priority: Priority): string {
  return `${queue}.${priority}`;
}
