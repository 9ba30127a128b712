import type { Writable } from 'node:stream';
import type pg from 'pg';
import { isConnectionError } from './database-errors.ts';

const READ_COMMITTED = 'isolation level read committed';

/**
 * By connection whose transactions each meet another session of the server: what begins one with our settings in it.
 * Elsewhere the session has them.
 */
const prologues = new WeakMap<object, string>();

/** From now on each transaction of the connection begins with these settings. */
export function beginAllBy(client: pg.ClientBase, prologue: string): void {
  prologues.set(client, prologue);
}

/** Begins a transaction. Need not be waited for: the statements that are called after it travel with it. */
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

/** Runs one statement that is no part of a transaction, in a session that has our settings. */
export async function runAlone<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  if (!prologues.has(client)) return work();
  // The three are called at once, so that they go to the server as one, also when others use the connection.
  const begun = beginOn(client);
  const answer = work();
  const committed = client.query('commit');
  const [, result] = await Promise.all([begun, answer, committed]);
  return result;
}

/** The same, on a connection of a pool. Not `isAlone`: what may not be in a transaction, and needs none of our settings. */
export async function runOnPool<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  { isAlone = true }: { readonly isAlone?: boolean } = {},
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    return await (isAlone ? runAlone(client, () => work(client)) : work(client));
  } catch (error) {
    if (isConnectionError(error)) broken = error as Error;
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Connections that hold what they are given until the end of the turn. */
const held = new WeakSet<object>();

/**
 * Statements that are called in one turn of the event loop leave in one write: each write is a call of the system and
 * may wake the server's process, which costs both ends more than the statement's bytes.
 */
export function writeTogether(client: pg.ClientBase): void {
  const { stream } = (client as unknown as { connection: { stream: Writable } }).connection;
  if (held.has(stream)) return;
  held.add(stream);
  stream.cork();
  process.nextTick(() => {
    held.delete(stream);
    stream.uncork();
  });
}
