import type { Writable } from 'node:stream';
import pg from 'pg';
import type { ErrorDefinition } from '../shared/errors.ts';
import type { SpanOptions, Tracing } from '../shared/tracing.ts';
import { isAfterFailure, isConnectionFault, isRetryable, toCodedError } from './database-errors.ts';
import type { Queryable } from './statement.ts';
import { createTurns } from './turns.ts';

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
  /** A connection of one's own, for session locks. The caller closes it. */
  connect(): Promise<pg.Client>;
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
  /** Called with the duration of each statement, for the metric. */
  readonly onQuery?: (name: string, durationSeconds: number) => void;
  readonly tracing?: Tracing | null;
  /** Called with what each transaction announced, in its order. Must not throw. */
  readonly onCommit?: (changes: readonly Change[]) => void;
  /** Called when an idle connection breaks. */
  readonly onConnectionLost?: (error: Error) => void;
}

const TRIES_MAX = 4;
const CONNECT_TIMEOUT_MS = 3_000;
const STATEMENT_TIMEOUT_MS = 10_000;
/**
 * Plans are kept per connection, those of foreign key checks too. One that was made while a table was small reads the
 * whole table and stays so until the next analyze, a minute away at worst: on a new shop under load, 22 ms a batch
 * instead of 2. A short transaction never wants a sequential scan, so none is planned where an index serves. Then a plan is
 * good for every value too: without the last setting, a statement that takes an array is planned anew each time, which
 * took a twentieth of the database's time for a checkout.
 */
const BEGIN =
  'begin; set local enable_seqscan = off; set local jit = off; set local plan_cache_mode = force_generic_plan';
/** Few, so that much goes together. */
const SHORT_CONNECTIONS = 2;
/**
 * A short statement is read off an index whose order it has: whatever else the planner may take it for, by its guesses
 * about the values or by statistics that are old, costs more.
 */
const FOR_SHORT = `set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_bitmapscan = off;
  set enable_sort = off; set jit = off`;

/** Of the span of a statement, whose name says which one: parameters hold what people typed. */
const STATEMENT: SpanOptions = {
  kind: 'client',
  attributes: { 'db.system.name': 'postgresql' },
};

/** bigint columns hold money and stock, both bounded far inside the exact integers, so they are read as numbers. */
const typeParsers = new pg.TypeOverrides();
typeParsers.setTypeParser(pg.types.builtins.INT8, (text) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint out of the exact range: ${text}`);
  return value;
});

/** Connections that hold what they are given until the end of the turn. */
const held = new WeakSet<object>();

/**
 * Statements that are called in one turn of the event loop leave in one write: each write is a call of the system and
 * may wake the server's process, which costs both ends more than the statement's bytes.
 */
function writeTogether(client: pg.ClientBase): void {
  const { stream } = (client as unknown as { connection: { stream: Writable } }).connection;
  if (held.has(stream)) return;
  held.add(stream);
  stream.cork();
  process.nextTick(() => {
    held.delete(stream);
    stream.uncork();
  });
}

/** Connects lazily: a database that is away at the start is an error of the first statement, not of this call. */
export function createDatabase(options: DatabaseOptions): Database {
  const statementTimeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS;
  const clientConfig: pg.ClientConfig = {
    connectionString: options.url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    // The server may be frozen or cut off, and then only the client's own clock ends the wait.
    query_timeout: statementTimeoutMs + 2_000,
    idle_in_transaction_session_timeout: statementTimeoutMs + 5_000,
    keepAlive: true,
    application_name: 'holdfast',
    // Statements that are called without waiting for one another travel together, in the order of the calls.
    pipeline: true,
    types: typeParsers,
  };
  const createPool = (max: number): pg.Pool => {
    const created = new pg.Pool({ ...clientConfig, max, idleTimeoutMillis: 30_000 });
    created.on('error', (error) => options.onConnectionLost?.(error));
    // The pool takes its own listener off before it hands a connection out. When the server's last words come in the same
    // packet as its answer, nobody would listen yet, and Node would end the process. The next statement fails all the same.
    created.on('connect', (client) => client.on('error', () => {}));
    return created;
  };
  const pool = createPool(options.poolMax);
  const shortPool = createPool(SHORT_CONNECTIONS);
  // Sent before the first statement, which fails when this one does.
  shortPool.on('connect', (client) => client.query(FOR_SHORT).catch(() => {}));
  const runInTurn = createTurns(shortPool);

  const observe = options.onQuery ?? (() => {});
  const tracing = options.tracing ?? null;
  const onCommit = options.onCommit ?? (() => {});

  async function execute<Row>(
    client: pg.Pool | pg.ClientBase,
    name: string,
    text: string,
    parameters: readonly unknown[],
  ): Promise<Row[]> {
    const startedAt = performance.now();
    if (!(client instanceof pg.Pool)) writeTogether(client);
    // What no request and no job asked for, such as the look of a poller, is in no trace.
    const isTraced = tracing !== null && tracing.current() !== null;
    const span = isTraced ? tracing.start(name, STATEMENT) : null;
    try {
      const result = await client.query({ name, text, values: parameters as unknown[] });
      span?.end();
      return result.rows as Row[];
    } catch (error) {
      span?.end(error);
      throw error;
    } finally {
      observe(name, (performance.now() - startedAt) / 1000);
    }
  }

  async function once<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let broken: Error | undefined;
    // A connection can break between two statements; without a listener Node would end the process.
    const onError = (error: Error) => {
      broken = error;
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
      writeTogether(client);
      const begun = client.query(BEGIN).catch(fail);
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
      if (isConnectionFault(error)) broken = error as Error;
      else {
        await client.query('rollback').catch((rollbackError: Error) => {
          broken = rollbackError;
        });
      }
      throw error;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }

  return {
    async run<Row>(name: string, text: string, parameters: readonly unknown[], isShort = false) {
      try {
        if (!isShort) return await execute<Row>(pool, name, text, parameters);
        return await runInTurn((client) => execute<Row>(client, name, text, parameters));
      } catch (error) {
        throw toCodedError(error, options.constraints);
      }
    },
    async transaction(work) {
      for (let tries = 1; ; tries += 1) {
        try {
          return await once(work);
        } catch (error) {
          if (isRetryable(error) && tries < TRIES_MAX) continue;
          throw toCodedError(error, options.constraints);
        }
      }
    },
    async snapshot(work, timeoutMs) {
      const client = new pg.Client({
        ...clientConfig,
        statement_timeout: timeoutMs,
        query_timeout: timeoutMs + 2_000,
      });
      client.on('error', (error) => options.onConnectionLost?.(error));
      try {
        await client.connect();
        await client.query('begin isolation level repeatable read read only');
        return await work({ run: (name, text, values) => execute(client, name, text, values) });
      } catch (error) {
        throw toCodedError(error, options.constraints);
      } finally {
        await client.end().catch(() => {});
      }
    },
    async connect() {
      const client = new pg.Client({ ...clientConfig, statement_timeout: 0, query_timeout: 0 });
      client.on('error', (error) => options.onConnectionLost?.(error));
      await client.connect();
      return client;
    },
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
