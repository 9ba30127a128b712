import type pg from 'pg';
import type { ErrorDefinition } from '../shared/errors.ts';
import type { Tracing } from '../shared/tracing.ts';
import { createConnections } from './connections.ts';
import {
  isAfterFailure,
  isClientTimeout,
  isConnectionError,
  isRetryable,
  toCodedError,
} from './database-errors.ts';
import { createExecute } from './execute.ts';
import { type PrimaryWatch, requireTrusted } from './failover/index.ts';
import { createKeyRing, type KeyRing } from './key-ring.ts';
import { createPipelinedReads } from './pipelined-reads.ts';
import { FOR_SHORT, FOR_TRANSACTIONS } from './plan-settings.ts';
import type { ConnectionKind } from './pooling.ts';
import { endWaitingSessions } from './queries.ts';
import { beginOn, runAlone, runOnPool } from './run-on-connection.ts';
import type { Queryable } from './statement.ts';
import { typeParsers } from './type-parsers.ts';

/**
 * One open transaction. Everything run on it commits or rolls back together. Statements called without waiting, as in
 * `Promise.all([a(tx), b(tx)])`, are sent together and run in that order: one round trip instead of two.
 */
export interface Transaction extends Queryable {
  readonly inTransaction: true;
  /** False until the transaction is committed, and forever if it was rolled back. */
  readonly isCommitted: boolean;
  /** Passes a change to `onCommit` of the database after the commit, before `transaction` returns. */
  announce(change: Change): void;
  /**
   * Calls `effect`, which must not throw, after the commit, before `transaction` returns; never if the transaction is
   * rolled back. For what this process keeps in memory.
   */
  afterCommit(effect: () => void): void;
  /**
   * Sends the COMMIT right after the statements already called, in the same round trip, and returns `last`, the promise
   * of their results. For work that has nothing left to decide. A statement that the database refuses still rolls back.
   * All statements must have been called with values that can be serialized: one that fails in this process is not
   * sent, and the others are committed without it.
   */
  pipelineCommit<T>(last: Promise<T>): Promise<T>;
}

/** A change for caches: from now on, only values of this subject with this stamp or a later one are current. */
export interface Change {
  readonly subject: string;
  /** Increases with every change of the subject. */
  readonly stamp: number;
}

export interface Database extends Queryable {
  /**
   * Runs `work` in one READ COMMITTED transaction. An error rolls it back and is rethrown. If PostgreSQL aborts the
   * transaction (deadlock, serialization), all of `work` is run again, at most `ATTEMPTS_MAX` times in total, so it
   * must not affect anything outside the transaction.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * Runs `work` on a dedicated connection, in one read-only snapshot, for reports whose statements take longer than
   * those of a request may. Each statement may take `timeoutMs`. `settings`: statements, see `plan-settings.ts`.
   */
  snapshot<T>(
    work: (db: Queryable) => Promise<T>,
    timeoutMs: number,
    settings?: string,
  ): Promise<T>;
  /** Opens a dedicated connection without a statement timeout, see `Connections.connect`. */
  connect(): Promise<pg.Client>;
  /** The same for COPY, see `Connections.connectForCopy`. */
  connectForCopy(): Promise<pg.Client>;
  /** Returns the kind of the latest connection, or null before the first one. */
  connectionKind(): ConnectionKind | null;
  connections(): { total: number; idle: number; waiting: number };
  /** See `Connections.generation`. */
  generation(): number;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  /** Required if the URL names several hosts. The caller closes it. */
  readonly primary?: PrimaryWatch | null;
  /** Maximum number of connections, not counting two more for short statements. */
  readonly poolMax: number;
  /** Maps constraint names to refusals: a violation is a response to the caller, not a bug. */
  readonly constraints: Readonly<Record<string, ErrorDefinition>>;
  /** Default: without keys, so that secrets are stored in clear. */
  readonly keyRing?: KeyRing;
  readonly statementTimeoutMs?: number;
  /** Limit for connecting. Default 3,000. */
  readonly connectTimeoutMs?: number;
  /** Called with the duration of each statement, for the metric. */
  readonly onQuery?: (name: string, durationSeconds: number) => void;
  readonly tracing?: Tracing | null;
  /** Called with the changes that a transaction announced, in order. Must not throw. */
  readonly onCommit?: (changes: readonly Change[]) => void;
  /** Called when an idle connection breaks. */
  readonly onConnectionLost?: (error: Error) => void;
}

const ATTEMPTS_MAX = 4;
const STATEMENT_TIMEOUT_MS = 10_000;
/** PostgreSQL learns of a COMMIT later than the clock that limits it was started. */
const LATE_SHARE = 0.8;
/** Few, so that many statements share one. */
const SHORT_CONNECTIONS = 2;

/** Creates a database that connects lazily: if it is unavailable, the first statement fails, not this call. */
export function createDatabase(options: DatabaseOptions): Database {
  const statementTimeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS;
  const connections = createConnections({
    url: options.url,
    primary: options.primary ?? null,
    statementTimeoutMs,
    applicationName: 'holdfast',
    types: typeParsers,
    ...(options.connectTimeoutMs === undefined
      ? {}
      : { connectTimeoutMs: options.connectTimeoutMs }),
    ...(options.onConnectionLost === undefined
      ? {}
      : { onConnectionLost: options.onConnectionLost }),
  });
  const pool = connections.createPool({ max: options.poolMax });
  const shortPool = connections.createPool({ max: SHORT_CONNECTIONS, settings: FOR_SHORT });
  const runPipelined = createPipelinedReads(shortPool);

  const execute = createExecute({
    observe: options.onQuery ?? (() => {}),
    tracing: options.tracing ?? null,
    onPreparedFault: connections.forgetPoolerKind,
  });
  const onCommit = options.onCommit ?? (() => {});
  const keyRing = options.keyRing ?? createKeyRing([]);
  // PostgreSQL limits the duration of statements, but not how long a COMMIT waits for a synchronous standby.
  const commitQuery = { text: 'commit', query_timeout: statementTimeoutMs };

  async function runOnce<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let connectionError: Error | undefined;
    // A connection can break between two statements.
    const onError = (error: Error) => {
      connectionError = error;
    };
    client.on('error', onError);
    const changes: Change[] = [];
    const effects: (() => void)[] = [];
    let isCommitted = false;
    let committing: Promise<pg.QueryResult> | null = null;
    const commit = () => {
      const committed = client.query(commitQuery);
      // A caller who awaits the earlier statements gets their error first and never awaits this one.
      committed.catch(() => {});
      return committed;
    };
    // Of statements sent together, only the first failure states the cause; later ones only report that there was one.
    let firstFailure: unknown;
    const fail = (error: unknown): never => {
      firstFailure ??= error;
      throw error;
    };
    try {
      // Not awaited: it is sent with the first statement, which fails if this one does.
      const begun = beginOn(client, { settings: FOR_TRANSACTIONS }).catch(fail);
      begun.catch(() => {});
      const result = await work({
        inTransaction: true,
        keyRing,
        get isCommitted() {
          return isCommitted;
        },
        run: <Row>(name: string, text: string, parameters: readonly unknown[]) =>
          committing === null
            ? execute<Row>(client, name, text, parameters).catch(fail)
            : Promise.reject(new Error(`${name} comes after the commit`)),
        announce: (change) => changes.push(change),
        afterCommit: (effect) => effects.push(effect),
        pipelineCommit(last) {
          committing = commit();
          return last;
        },
      });
      await begun;
      const { command } = await (committing ?? commit());
      // PostgreSQL responds to the COMMIT of a failed transaction with ROLLBACK and no error, which would go unnoticed.
      if (command !== 'COMMIT') {
        throw new Error('a statement of the transaction failed and its error was swallowed');
      }
      requireTrusted(client);
      isCommitted = true;
      for (const effect of effects) effect();
      if (changes.length > 0) onCommit(changes);
      return result;
    } catch (caught) {
      const error = isAfterFailure(caught) ? (firstFailure ?? caught) : caught;
      if (isConnectionError(error)) connectionError = error as Error;
      else {
        await client.query('rollback').catch((rollbackError: Error) => {
          connectionError = rollbackError;
        });
      }
      throw error;
    } finally {
      client.off('error', onError);
      client.release(connectionError);
    }
  }

  async function run<Row>(
    name: string,
    text: string,
    parameters: readonly unknown[],
    isShort = false,
  ): Promise<Row[]> {
    try {
      const work = (client: pg.ClientBase) => execute<Row>(client, name, text, parameters);
      if (!isShort) return await runOnPool(pool, work);
      return await runPipelined((client) => runAlone(client, () => work(client)));
    } catch (error) {
      throw translate(error);
    }
  }

  /** Returns the error for the caller. */
  function translate(error: unknown): unknown {
    // A statement that only takes long ends at PostgreSQL's own limit, which is shorter.
    if (isClientTimeout(error)) endLateCommits();
    return toCodedError(error, options.constraints);
  }

  /** Callers have their answer by then. */
  function endLateCommits(): void {
    runPipelined((client) =>
      endWaitingSessions(
        { keyRing, run: (name, text, values) => execute(client, name, text, values) },
        statementTimeoutMs * LATE_SHARE,
      ),
    ).catch(() => {});
  }

  return {
    keyRing,
    run,
    async transaction(work) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await runOnce(work);
        } catch (error) {
          if (isRetryable(error) && attempt < ATTEMPTS_MAX) continue;
          throw translate(error);
        }
      }
    },
    async snapshot(work, timeoutMs, settings = '') {
      let client: pg.Client | undefined;
      try {
        const connection = await connections.connect(timeoutMs);
        client = connection;
        await beginOn(connection, { mode: 'isolation level repeatable read read only', settings });
        return await work({
          keyRing,
          run: (name, text, values) => execute(connection, name, text, values),
        });
      } catch (error) {
        throw toCodedError(error, options.constraints);
      } finally {
        await client?.end().catch(() => {});
      }
    },
    connect: () => connections.connect(0),
    connectForCopy: connections.connectForCopy,
    connectionKind: connections.kind,
    generation: connections.generation,
    connections: () => ({
      total: pool.totalCount + shortPool.totalCount,
      idle: pool.idleCount + shortPool.idleCount,
      waiting: pool.waitingCount + shortPool.waitingCount,
    }),
    async close() {
      await Promise.all([pool.end(), shortPool.end()]);
    },
  };
}
