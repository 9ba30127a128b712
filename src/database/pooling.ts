import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { isPreparedFault } from './database-errors.ts';
import { UnfitDatabaseError } from './unfit-database.ts';

/**
 * What a connection leads to: PostgreSQL itself, or a pooler that gives each connection a server session of its own
 * (`session`) or one for each transaction (`transaction`).
 */
export type ConnectionKind = 'direct' | 'session' | 'transaction';

const POOLED_TOGETHER =
  'The connection pooler in front of PostgreSQL gives each transaction another server session and does not keep prepared statements with their connection, as PgBouncer before 1.21 in transaction pooling, or with max_prepared_statements = 0. Set pool_mode = session, or take PgBouncer 1.21 or later and set max_prepared_statements = 200.';
const NO_TRANSACTIONS =
  'The connection pooler in front of PostgreSQL takes no transactions (statement pooling). Set pool_mode = session, or pool_mode = transaction with PgBouncer 1.21 or later and max_prepared_statements = 200.';
/** PgBouncer's words. */
const TRANSACTION_REFUSED = /transaction blocks not allowed/;

/** The process of PostgreSQL that answered last, and whether that was another one before. */
interface Seen {
  readonly pids: Set<number>;
  ask(name: string): Promise<void>;
}

/**
 * What kind of pooler two connections lead through. They ask in an order in which a pooler that shares sessions has to
 * give one of them the session of the other, or another than before: the last one that became free, as PgBouncer does,
 * or each in turn. Names of statements are asked for by both and by one alone, so that those which stayed behind in a
 * session are found, and those which did not come along.
 * Throws UnfitDatabaseError when what we rely on is missing.
 */
export async function lookAtPooler(
  first: pg.ClientBase,
  second: pg.ClientBase,
  timeoutMs: number,
): Promise<'session' | 'transaction'> {
  const name = `holdfast_pooler_${randomBytes(8).toString('hex')}`;
  const one = observe(first, timeoutMs);
  const other = observe(second, timeoutMs);
  try {
    await one.ask(name);
    await one.ask(`${name}_first`);
    await other.ask(name);
    await other.ask(`${name}_second`);
    await other.ask(name);
    await one.ask(`${name}_first`);
    await one.ask(name);
    await other.ask(`${name}_second`);
  } catch (error) {
    if (isPreparedFault(error)) throw new UnfitDatabaseError(POOLED_TOGETHER, { cause: error });
    throw error;
  }
  const isShared =
    one.pids.size > 1 || other.pids.size > 1 || [...one.pids].some((pid) => other.pids.has(pid));
  if (!isShared) return 'session';
  try {
    await second.query('begin');
    await second.query('rollback');
  } catch (error) {
    if (!(error instanceof Error && TRANSACTION_REFUSED.test(error.message))) throw error;
    throw new UnfitDatabaseError(NO_TRANSACTIONS, { cause: error });
  }
  return 'transaction';
}

function observe(client: pg.ClientBase, timeoutMs: number): Seen {
  const pids = new Set<number>();
  return {
    pids,
    async ask(name) {
      const { rows } = await client.query<{ pid: number }>({
        name,
        text: 'select pg_catalog.pg_backend_pid() as pid',
        query_timeout: timeoutMs,
      } as pg.QueryConfig);
      pids.add(rows[0]!.pid);
    },
  };
}
