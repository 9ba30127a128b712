import type pg from 'pg';
import { pause } from '../../shared/pause.ts';
import { createConnections } from '../connections.ts';

/** Ownership of the data folder: a session-level lock in the database `postgres` of the embedded server. */
const OWNERSHIP_LOCK = 0x6f776e65;
/** How long the session of a killed owner may linger. */
const LINGER_MS = 2_000;
const POLL_MS = 50;

/** Another Holdfast server runs on the data folder. */
export class AlreadyOwnedError extends Error {
  override readonly name = 'AlreadyOwnedError';
}

/**
 * Takes ownership of the data folder until the returned connection ends. `url` names the database `postgres`.
 * Throws AlreadyOwnedError if another process owns it.
 */
export async function takeOwnership(url: string, dataDirectory: string): Promise<pg.Client> {
  const client = await createConnections({
    url,
    statementTimeoutMs: 0,
    applicationName: `holdfast owner ${process.pid}`,
  }).connect();
  try {
    const deadline = Date.now() + LINGER_MS;
    while (!(await tryLock(client))) {
      if (Date.now() > deadline) throw await alreadyOwned(client, dataDirectory);
      await pause(POLL_MS);
    }
    return client;
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(
    'select pg_try_advisory_lock($1::bigint) as taken',
    [OWNERSHIP_LOCK],
  );
  return rows[0]?.taken === true;
}

async function alreadyOwned(client: pg.Client, dataDirectory: string): Promise<AlreadyOwnedError> {
  const { rows } = await client.query<{ owner: string }>(
    `select application_name as owner
       from pg_locks
       join pg_stat_activity using (pid)
      where locktype = 'advisory'
        and granted
        and objid = $1::bigint::oid`,
    [OWNERSHIP_LOCK],
  );
  const pid = /^holdfast owner (\d+)$/.exec(rows[0]?.owner ?? '')?.[1];
  const owner = pid === undefined ? '' : ` (process ${pid})`;
  return new AlreadyOwnedError(
    `Another Holdfast server${owner} runs on the data folder ${dataDirectory}. Stop it, or set another DATA_DIR for this one.`,
  );
}
