import { once } from 'node:events';
import { connect } from 'node:net';
import { isPrivilegeError } from '../../database/database-errors.ts';
import { listHosts, NoPrimaryError } from '../../database/failover/index.ts';
import { LET_THE_OWNER, MigrationError } from '../../database/migration-error.ts';
import { isDatabaseUnavailable } from '../../database/unavailable.ts';
import { findUnfitDatabaseError, NoFreeSessionError } from '../../database/unfit-database.ts';
import {
  describeTlsFault,
  findInnermostCause,
  firstLine,
  isTlsError,
  networkFault,
} from './network-fault.ts';

/** The reason why an external database cannot be used. */
export interface DatabaseFault {
  /** What is wrong and what to do. Never contains the password. */
  readonly sentence: string;
  /** Whether the fault may pass without intervention, so that a server waits. */
  readonly mayPass: boolean;
}

/** An error with the reason why the configured database cannot be used, and what to do. */
export class UnusableDatabaseError extends Error {
  override name = 'UnusableDatabaseError';
  readonly fault: DatabaseFault;

  constructor(fault: DatabaseFault, cause: unknown) {
    super(fault.sentence, { cause });
    this.fault = fault;
  }
}

const PROBE_MS = 1_500;
/**
 * SSLRequest: its length, and a number that is not a protocol version. Source: PostgreSQL documentation, "Message
 * Formats".
 */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/**
 * Explains an error of a database connection. Null if the error does not concern the connection. `variable` names the
 * one that contains the URL.
 */
export async function findDatabaseFault(
  error: unknown,
  url: string,
  variable = 'DATABASE_URL',
): Promise<DatabaseFault | null> {
  if (error instanceof UnusableDatabaseError) return error.fault;
  const cause = findInnermostCause(error);
  // It explains itself, unless it is the error of a connection that was lost meanwhile.
  if (error instanceof MigrationError && isPrivilegeError(cause)) return null;
  const { code = '', syscall, address, path, message } = cause;
  const place = formatDatabaseAddress(url);
  const permanent = (sentence: string): DatabaseFault => ({ sentence, mayPass: false });
  const temporary = (why: string): DatabaseFault => ({
    sentence: `The database cannot be reached: ${why}`,
    mayPass: true,
  });
  const unfitness = findUnfitDatabaseError(error);
  if (unfitness !== null) return permanent(unfitness.message);
  if (cause instanceof NoPrimaryError) return { sentence: cause.message, mayPass: true };
  if (cause instanceof NoFreeSessionError) return { sentence: cause.message, mayPass: true };
  const network = networkFault(cause, { place, variable, program: 'PostgreSQL' });
  if (network !== null) return temporary(network);
  switch (code) {
    // invalid_password, invalid_authorization_specification
    case '28P01':
    case '28000':
      return permanent(
        `PostgreSQL refused the sign-in: ${message}. Check the user and password in ${variable}, and pg_hba.conf.`,
      );
    // invalid_catalog_name
    case '3D000':
      return permanent(
        `The database does not exist: ${message}. Create it, or correct ${variable}.`,
      );
    // insufficient_privilege
    case '42501':
      return permanent(
        `The user of ${variable} lacks privileges: ${message}. ${variable === 'DATABASE_URL' ? LET_THE_OWNER : 'Make it the owner of the database.'}`,
      );
  }
  if (syscall === 'connect' && code === 'ENOENT') {
    return temporary(
      `there is no socket ${address}. Start PostgreSQL, or correct the folder in ${variable}.`,
    );
  }
  if (syscall === 'connect') {
    return permanent(
      `The database cannot be reached: the socket or address ${address ?? place} cannot be used (${code}). Correct ${variable}, or the folder's permissions.`,
    );
  }
  if (syscall === 'open' && path !== undefined) {
    return permanent(
      `The file ${path}, which ${variable} names, cannot be read (${code}). Correct it.`,
    );
  }
  if (isTlsError(cause)) {
    const { reason, kind } = describeTlsFault(cause);
    const remedy =
      kind === 'name'
        ? `Use a name from the certificate in ${variable}.`
        : `Check the server's certificate, and sslmode and sslrootcert in ${variable}.`;
    return permanent(
      `The connection to the database at ${place} cannot be secured: ${reason}. ${remedy}`,
    );
  }
  if (!isDatabaseUnavailable(error)) return null;
  if (/^Connection terminated|timeout/.test(message) && (await isNotPostgres(url))) {
    return permanent(
      `The server at ${place} is not PostgreSQL. Correct the host and port in ${variable}.`,
    );
  }
  return temporary(
    `${firstLine(message)} (${place}). Is PostgreSQL running there, and is ${variable} correct?`,
  );
}

/** Returns whether the server responds as PostgreSQL does not: PostgreSQL answers this request with one letter. */
async function isNotPostgres(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  if (hostname === '' || new URL(url).searchParams.has('host')) return false;
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? POSTGRES_PORT : Number(port),
  });
  try {
    socket.on('error', () => {});
    socket.write(SSL_REQUEST);
    const [first] = (await once(socket, 'data', { signal: AbortSignal.timeout(PROBE_MS) })) as [
      Buffer,
    ];
    return !(first.length === 1 && /[SN]/.test(first.toString())) && first[0] !== ERROR_RESPONSE;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const POSTGRES_PORT = 5432;
/** "E", with which the response of a server begins that is too old or too busy. */
const ERROR_RESPONSE = 0x45;

/** Returns host and port of each host, or the folder of its socket. */
export function formatDatabaseAddress(databaseUrl: string): string {
  return listHosts(databaseUrl)
    .map(({ host, port }) => {
      if (host.startsWith('/')) return host;
      const bracketed = host.includes(':') ? `[${host}]` : host || 'localhost';
      return `${bracketed}:${port}`;
    })
    .join(' or ');
}
