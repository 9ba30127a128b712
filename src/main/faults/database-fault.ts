import { once } from 'node:events';
import { connect } from 'node:net';
import { isDatabaseAway } from '../../database/unavailable.ts';
import { findUnfitDatabaseError, NoFreeSessionError } from '../../database/unfit-database.ts';
import { findInnermostCause, firstLine, isTlsError, networkFault } from './network-fault.ts';

/** Why an external database cannot be used. */
export interface DatabaseFault {
  /** What is wrong and what to do. Without the password. */
  readonly sentence: string;
  /** It may be over by itself, so that a server waits for it. */
  readonly mayPass: boolean;
}

/** The database of DATABASE_URL cannot be used; the message says why, and what to do. */
export class UnusableDatabaseError extends Error {
  override name = 'UnusableDatabaseError';
}

const PROBE_MS = 1_500;
/** Source: PostgreSQL documentation, "Message Formats", SSLRequest: its length, and a number that is no version. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** Null for an error that says nothing about the connection. */
export async function findDatabaseFault(
  error: unknown,
  url: string,
): Promise<DatabaseFault | null> {
  const cause = findInnermostCause(error);
  const { code = '', syscall, address, path, message } = cause;
  const place = formatDatabaseAddress(url);
  const isPermanent = (sentence: string): DatabaseFault => ({ sentence, mayPass: false });
  const isUnavailable = (why: string): DatabaseFault => ({
    sentence: `The database cannot be reached: ${why}`,
    mayPass: true,
  });
  const unfitness = findUnfitDatabaseError(error);
  if (unfitness !== null) return isPermanent(unfitness.message);
  if (cause instanceof NoFreeSessionError) return { sentence: cause.message, mayPass: true };
  const network = networkFault(cause, { place, variable: 'DATABASE_URL', program: 'PostgreSQL' });
  if (network !== null) return isUnavailable(network);
  switch (code) {
    // invalid_password, invalid_authorization_specification
    case '28P01':
    case '28000':
      return isPermanent(
        `PostgreSQL refuses the sign-in: ${message}. Look at user and password in DATABASE_URL, and at its pg_hba.conf.`,
      );
    // invalid_catalog_name
    case '3D000':
      return isPermanent(
        `PostgreSQL has no such database: ${message}. Create it, or look at DATABASE_URL.`,
      );
    // insufficient_privilege
    case '42501':
      return isPermanent(
        `PostgreSQL lets the user of DATABASE_URL do too little: ${message}. Make it the owner of the database, or grant it what is missing.`,
      );
  }
  if (syscall === 'connect' && code === 'ENOENT') {
    return isUnavailable(
      `there is no socket ${address}. Start PostgreSQL, or correct the folder in DATABASE_URL.`,
    );
  }
  if (syscall === 'connect') {
    return isPermanent(
      `The database cannot be reached: the socket or address ${address ?? place} cannot be used (${code}). Correct DATABASE_URL, or the rights of the folder.`,
    );
  }
  if (syscall === 'open' && path !== undefined) {
    return isPermanent(
      `The file ${path}, which DATABASE_URL names, cannot be read (${code}). Correct it.`,
    );
  }
  if (isTlsError(cause)) {
    return isPermanent(
      `The connection to the database at ${place} cannot be made safe: ${firstLine(message)}. Look at the server's certificate, and at sslmode and sslrootcert in DATABASE_URL.`,
    );
  }
  if (!isDatabaseAway(error)) return null;
  if (/^Connection terminated|timeout/.test(message) && (await isNotPostgres(url))) {
    return isPermanent(
      `What answers at ${place} is no PostgreSQL. Correct host and port in DATABASE_URL.`,
    );
  }
  return isUnavailable(
    `${firstLine(message)} (${place}). Is PostgreSQL running there, and is DATABASE_URL right?`,
  );
}

/** Whether what listens there says something that PostgreSQL does not: it answers this request with one letter. */
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
/** "E", which a server that is too old, or too busy, begins its answer with. */
const ERROR_RESPONSE = 0x45;

/** Host and port, or the folder of the socket. */
export function formatDatabaseAddress(databaseUrl: string): string {
  const { hostname, port, searchParams } = new URL(databaseUrl);
  const host = searchParams.get('host') ?? decodeURIComponent(hostname);
  if (host.startsWith('/')) return host;
  const at = searchParams.get('port') ?? (port === '' ? String(POSTGRES_PORT) : port);
  return `${host === '' ? 'localhost' : host}:${at}`;
}
