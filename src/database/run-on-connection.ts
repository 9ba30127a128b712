import type { Writable } from 'node:stream';
import type pg from 'pg';
import { isConnectionError } from './database-errors.ts';
import { requireTrusted } from './failover/index.ts';

const READ_COMMITTED = 'isolation level read committed';

/**
 * For connections whose transactions may each use a different server session: the statements that apply our settings at
 * the start of each. On other connections the session has them.
 */
const prologues = new WeakMap<object, string>();

/** Makes each further transaction of the connection start with these statements. */
export function setPrologue(client: pg.ClientBase, prologue: string): void {
  prologues.set(client, prologue);
}

/** Begins a transaction. Need not be awaited: statements called after it are sent with it. */
export function beginOn(
  client: pg.ClientBase,
  {
    mode = READ_COMMITTED,
    settings = '',
  }: { readonly mode?: string; readonly settings?: string } = {},
): Promise<unknown> {
  writeTogether(client);
  return client.query(`begin ${mode}${prologues.get(client) ?? ''}${settings}`);
}

/** Runs one statement outside a transaction, in a session that has our settings. */
export async function runAlone<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  if (!prologues.has(client)) {
    const alone = await work();
    requireTrusted(client);
    return alone;
  }
  // All three are called at once, so that they stay together even if others use the connection.
  const begun = beginOn(client);
  const response = work();
  const committed = client.query('commit');
  const [, result] = await Promise.all([begun, response, committed]);
  requireTrusted(client);
  return result;
}

/** The same on a pooled connection. */
export async function runOnPool<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    return await runAlone(client, () => work(client));
  } catch (error) {
    if (isConnectionError(error)) broken = error as Error;
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Streams that buffer their writes until the end of the current operation. */
const corked = new WeakSet<object>();

/**
 * Sends statements that are called in the same tick in one write: each write is a system call and may wake the server's
 * process, which costs both ends more than the statement's bytes.
 */
export function writeTogether(client: pg.ClientBase): void {
  const { stream } = (client as unknown as { connection: { stream: Writable } }).connection;
  if (corked.has(stream)) return;
  corked.add(stream);
  stream.cork();
  process.nextTick(() => {
    corked.delete(stream);
    stream.uncork();
  });
}
