import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { isPreparedStatementError } from './database-errors.ts';
import { UnfitDatabaseError } from './unfit-database.ts';

/**
 * The other end of a connection: PostgreSQL itself, or a pooler that assigns a server session to each connection
 * (`session`) or to each transaction (`transaction`).
 */
export type ConnectionKind = 'direct' | 'session' | 'transaction';

const UNPREPARED_POOLER =
  'The connection pooler in front of PostgreSQL assigns each transaction another server session and loses prepared statements, like PgBouncer before 1.21 in transaction pooling, or with max_prepared_statements = 0. Set pool_mode = session, or use PgBouncer 1.21 or later and set max_prepared_statements = 200.';
const NO_TRANSACTIONS =
  'The connection pooler in front of PostgreSQL does not allow transactions (statement pooling). Set pool_mode = session, or pool_mode = transaction with PgBouncer 1.21 or later and max_prepared_statements = 200.';
/** PgBouncer's message. */
const TRANSACTION_REFUSED = /transaction blocks not allowed/;

/** The index of the connection that runs each query of the probe. */
const QUERY_SEQUENCE = [0, 1, 1, 0, 0, 1, 1, 0] as const;

/**
 * Detects the kind of pooler behind two connections. Both prepare a statement of the same name that returns the number
 * of the PostgreSQL process and of the connection. If sessions are shared, a connection meets the other's session, or
 * another than before; there the statement either has been carried over, is missing, already exists, or is the other's.
 * Throws UnfitDatabaseError if the pooler lacks a feature that we rely on.
 */
export async function detectPoolerMode(
  clients: readonly [pg.ClientBase, pg.ClientBase],
  timeoutMs: number,
): Promise<'session' | 'transaction'> {
  const name = `holdfast_pooler_${randomBytes(8).toString('hex')}`;
  const pids = [new Set<number>(), new Set<number>()] as const;
  try {
    for (const clientIndex of QUERY_SEQUENCE) {
      const { rows } = await clients[clientIndex].query<{ pid: number; asker: number }>({
        name,
        text: `select pg_catalog.pg_backend_pid() as pid, ${clientIndex} as asker`,
        query_timeout: timeoutMs,
      } as pg.QueryConfig);
      const { pid, asker } = rows[0]!;
      if (asker !== clientIndex) throw new UnfitDatabaseError(UNPREPARED_POOLER);
      pids[clientIndex].add(pid);
    }
  } catch (error) {
    if (isPreparedStatementError(error))
      throw new UnfitDatabaseError(UNPREPARED_POOLER, { cause: error });
    throw error;
  }
  const ownSessions =
    pids.every((seen) => seen.size === 1) && ![...pids[0]].some((pid) => pids[1].has(pid));
  if (ownSessions) return 'session';
  await requireTransactionSupport(clients[1]);
  return 'transaction';
}

async function requireTransactionSupport(client: pg.ClientBase): Promise<void> {
  try {
    // The database or the role may allow an idle transaction less time than a round trip takes.
    await client.query('begin; set local idle_in_transaction_session_timeout = 0');
    await client.query('rollback');
  } catch (error) {
    if (!(error instanceof Error && TRANSACTION_REFUSED.test(error.message))) throw error;
    throw new UnfitDatabaseError(NO_TRANSACTIONS, { cause: error });
  }
}
