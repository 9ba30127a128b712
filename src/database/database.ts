import type pg from 'pg';
import type { ErrorDefinition } from '../shared/errors.ts';
import type { Tracing } from '../shared/tracing.ts';
import { createConnections } from './connections.ts';
import { isAfterFailure, isConnectionError, isRetryable, toCodedError } from './database-errors.ts';
import { createExecute } from './execute.ts';
import { createPipelinedReads } from './pipelined-reads.ts';
import { FOR_SHORT, FOR_TRANSACTIONS } from './plan-settings.ts';
import type { ConnectionKind } from './pooling.ts';
import { beginOn, runAlone, runOnPool } from './run-on-connection.ts';
import type { Queryable } from './statement.ts';
import { typeParsers } from './type-parsers.ts';

/**
 * One open transaction. Everything run on it commits or rolls back together. Statements called without waiting, as in
 * `Promise.all([a(tx), b(tx)])`, are sent at once and run in that order: one round trip instead of two.
 */
export interface Transaction extends Queryable {
  readonly inTransaction: true;
  /** False while it is under way, and for good when it was rolled back. */
  readonly isCommitted: boolean;
  /** Tells what it changes to `onCommit` of the database, once it is committed and before anybody is answered. */
  announce(change: Change): void;
  /**
   * Sends the COMMIT behind the statements that were called, in the same trip, and gives what `last`, their answers,
   * gives: for work that has nothing left to decide. One that the database refuses rolls back all the same. They must all
   * have been called by now, with values that can be sent: what is refused in this process stays behind alone.
   */
  commitBehind<T>(last: Promise<T>): Promise<T>;
}

/** What a copy in memory has to know: of this subject, only what bears this stamp or a later one is true from now on. */
export interface Change {
  readonly subject: string;
  /** Rises with every change of the subject. */
  readonly stamp: number;
}

export interface Database extends Queryable {
  /**
   * Runs `work` in one READ COMMITTED transaction. A throw rolls back and is thrown on. When PostgreSQL gives the
   * transaction up (deadlock, serialization), the whole of `work` is run again, at most `TRIES_MAX` times, so it must
   * not touch anything outside the transaction.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * Runs `work` on a connection of its own, in one read-only snapshot, for reports that take longer than a request's
   * statement may: each of theirs has `timeoutMs`.
   */
  snapshot<T>(work: (db: Queryable) => Promise<T>, timeoutMs: number): Promise<T>;
  /** A connection of one's own, without a bound on its statements, see `Connections.connect`. */
  connect(): Promise<pg.Client>;
  /** What the connection that was made last led to; null before the first one. */
  connectionKind(): ConnectionKind | null;
  connections(): { total: number; idle: number; waiting: number };
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  /** Connections, and two more for short statements. */
  readonly poolMax: number;
  /** Constraint name to refusal: a violation of it is an answer to the caller, not a fault. */
  readonly constraints: Readonly<Record<string, ErrorDefinition>>;
  readonly statementTimeoutMs?: number;
  /** Until a connection stands; default 3,000. */
  readonly connectTimeoutMs?: number;
  /** Called with the duration of each statement, for the metric. */
  readonly onQuery?: (name: string, durationSeconds: number) => void;
  readonly tracing?: Tracing | null;
  /** Called with what each transaction announced, in its order. Must not throw. */
  readonly onCommit?: (changes: readonly Change[]) => void;
  /** Called when an idle connection breaks. */
  readonly onConnectionLost?: (error: Error) => void;
}

const TRIES_MAX = 4;
const STATEMENT_TIMEOUT_MS = 10_000;
/** Few, so that much goes together. */
const SHORT_CONNECTIONS = 2;
/** Connects lazily: a database that is away at the start is an error of the first statement, not of this call. */
export function createDatabase(options: DatabaseOptions): Database {
  const statementTimeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS;
  const connections = createConnections({
    url: options.url,
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

  async function once<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let connectionError: Error | undefined;
    // A connection can break between two statements; without a listener Node would end the process.
    const onError = (error: Error) => {
      connectionError = error;
    };
    client.on('error', onError);
    const changes: Change[] = [];
    let isCommitted = false;
    let committing: Promise<pg.QueryResult> | null = null;
    const commit = () => {
      const committed = client.query('commit');
      // Who waits for the statements before it hears of them first, and of this one never.
      committed.catch(() => {});
      return committed;
    };
    // Of statements that travel together the first one says what is wrong; those after it only that something was.
    let firstFailure: unknown;
    const fail = (error: unknown): never => {
      firstFailure ??= error;
      throw error;
    };
    try {
      // Not waited for: it travels with the first statement, which fails when this one does.
      const begun = beginOn(client, { settings: FOR_TRANSACTIONS }).catch(fail);
      begun.catch(() => {});
      const result = await work({
        inTransaction: true,
        get isCommitted() {
          return isCommitted;
        },
        run: <Row>(name: string, text: string, parameters: readonly unknown[]) =>
          committing === null
            ? execute<Row>(client, name, text, parameters).catch(fail)
            : Promise.reject(new Error(`${name} comes after the commit`)),
        announce: (change) => changes.push(change),
        commitBehind(last) {
          committing = commit();
          return last;
        },
      });
      await begun;
      const { command } = await (committing ?? commit());
      // PostgreSQL answers the COMMIT of a failed transaction with a rollback and no error, which would be lost here.
      if (command !== 'COMMIT') {
        throw new Error('a statement of the transaction failed and its error was not thrown on');
      }
      isCommitted = true;
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

  return {
    async run<Row>(name: string, text: string, parameters: readonly unknown[], isShort = false) {
      try {
        const work = (client: pg.ClientBase) => execute<Row>(client, name, text, parameters);
        if (!isShort) return await runOnPool(pool, work);
        return await runPipelined((client) => runAlone(client, () => work(client)));
      } catch (error) {
        throw toCodedError(error, options.constraints);
      }
    },
    async transaction(work) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await once(work);
        } catch (error) {
          if (isRetryable(error) && attempt < TRIES_MAX) continue;
          throw toCodedError(error, options.constraints);
        }
      }
    },
    async snapshot(work, timeoutMs) {
      let client: pg.Client | undefined;
      try {
        const mine = await connections.connect(timeoutMs);
        client = mine;
        await beginOn(mine, { mode: 'isolation level repeatable read read only' });
        return await work({ run: (name, text, values) => execute(mine, name, text, values) });
      } catch (error) {
        throw toCodedError(error, options.constraints);
      } finally {
        await client?.end().catch(() => {});
      }
    },
    connect: () => connections.connect(0),
    connectionKind: connections.kind,
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
