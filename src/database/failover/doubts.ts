import type pg from 'pg';
import { DoubtfulConnectionError } from './errors.ts';

/** Why the answers of a connection count no more. */
const doubts = new WeakMap<object, DoubtfulConnectionError>();

/** The function of PostgreSQL in which a COMMIT waits for the synchronous standby. It is the same in every language. */
const WAITING = 'SyncRepWaitForLSN';

/** Makes `requireTrusted` throw for the connection from now on. */
export function distrust(client: pg.ClientBase, reason: string): DoubtfulConnectionError {
  const doubt = new DoubtfulConnectionError(reason);
  doubts.set(client, doubt);
  return doubt;
}

/**
 * Throws unless what the connection answered counts. To be called after each COMMIT, and after each statement that is a
 * transaction of its own: a COMMIT of a server that is not the primary any more must not be acknowledged.
 */
export function requireTrusted(client: pg.ClientBase): void {
  const doubt = doubts.get(client);
  if (doubt !== undefined) throw doubt;
}

/**
 * Distrusts the connection once PostgreSQL gives up waiting for the synchronous standby: it then answers COMMIT as if
 * nothing were wrong, with only a warning before it, although the standby may not have the transaction.
 */
export function watchForLostStandby(client: pg.ClientBase): void {
  client.on('notice', ({ routine, message }) => {
    if (routine === WAITING)
      distrust(client, message ?? 'the standby may not have the transaction');
  });
}

/** The socket of a connection, which `pg` has no way to close at once. */
export function getStream(client: pg.ClientBase): { destroy(error: Error): void } {
  return (client as unknown as { connection: { stream: { destroy(error: Error): void } } })
    .connection.stream;
}
