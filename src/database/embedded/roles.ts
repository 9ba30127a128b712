import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { createConnections } from '../connections.ts';
import { createFileOnce } from './create-file-once.ts';
import { OWNER_ROLE } from './initialise.ts';

/** The name of Holdfast's database. */
export const DATABASE = 'holdfast';
/** The role that the product runs as. It owns nothing; migrations grant it what it needs. */
export const RUNTIME_ROLE = 'holdfast_app';
/** The file of the data folder with the password of the runtime role. That of the owner is `postgres-password`. */
export const RUNTIME_PASSWORD_FILE = 'postgres-app-password';

/** Serializes changes of the role: of two at once, PostgreSQL would refuse one. "role" in ASCII. */
const ROLE_LOCK = 0x726f6c65;
/** Source: PostgreSQL documentation, Appendix A. The code is the same if the role does not exist. */
export const INVALID_PASSWORD = '28P01';

/** Returns the password of the runtime role, created if missing, as in data folders of earlier versions. */
export function loadRuntimePassword(folder: string): Promise<string> {
  return createFileOnce(join(folder, RUNTIME_PASSWORD_FILE), () =>
    randomBytes(24).toString('base64url'),
  );
}

export function buildOwnerUrl(password: string, port: number, database = DATABASE): string {
  return buildUrl(OWNER_ROLE, password, port, database);
}

export function buildRuntimeUrl(password: string, port: number, database = DATABASE): string {
  return buildUrl(RUNTIME_ROLE, password, port, database);
}

/** Disables TLS, which the server does not have, regardless of PGSSLMODE. */
function buildUrl(role: string, password: string, port: number, database: string): string {
  const url = new URL(`postgres://127.0.0.1:${port}/${database}?sslmode=disable`);
  url.username = role;
  url.password = password.trim();
  return url.href;
}

/** Returns whether the runtime role exists with the password in the URL. */
export async function canSignIn(url: string): Promise<boolean> {
  try {
    const client = await createConnections({
      url,
      statementTimeoutMs: 0,
      applicationName: 'holdfast role',
    }).connect();
    await client.end();
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === INVALID_PASSWORD) return false;
    throw error;
  }
}

/**
 * Creates the runtime role, or gives it this password if it has another one. A data folder of an earlier version does
 * not have the role; its tables belong to the owner already.
 */
export async function writeRuntimeRole(owner: pg.ClientBase, password: string): Promise<void> {
  await owner.query('begin');
  try {
    await owner.query('select pg_advisory_xact_lock($1::bigint)', [ROLE_LOCK]);
    const { rows } = await owner.query('select from pg_roles where rolname = $1::text', [
      RUNTIME_ROLE,
    ]);
    const command = rows.length === 0 ? 'create' : 'alter';
    await owner.query(
      `${command} role ${RUNTIME_ROLE} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password ${pg.escapeLiteral(password.trim())}`,
    );
    // Everyone may create temporary tables by default.
    await owner.query(`revoke temporary on database ${DATABASE} from public`);
    await owner.query('commit');
  } catch (error) {
    await owner.query('rollback').catch(() => {});
    throw error;
  }
}
