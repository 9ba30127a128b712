import { listHosts } from '../../database/failover/host-list.ts';
import { isLoopbackHost } from '../../shared/loopback.ts';
import type { Environment } from './secret-files.ts';
import { type Insecurity, type Values, variableNames } from './variables.ts';

/** A configured connection to another machine. */
export interface RemoteConnection {
  readonly variable: string;
  /** May contain a password. */
  readonly url: string;
  /** Whether it is encrypted and the server's certificate and name are verified. */
  readonly isVerified: boolean;
  /** The name that permits it without that in ALLOW_INSECURE; null: nothing does. */
  readonly permission: Insecurity | null;
  /** How to verify it, as an imperative clause. */
  readonly remedy: string;
}

/** Includes variables for the database that do not exist yet. */
const DATABASE = /^DATABASE_(.+_)?URLS?$/;
const HTTP_SERVICES = [
  'AWS_ENDPOINT_URL',
  'SQS_QUEUE_URL',
  'SQS_PRIORITY_QUEUE_URL',
  'SQS_DEAD_LETTER_QUEUE_URL',
  'STRIPE_API_BASE',
] as const;

/**
 * Lists the connections to other machines over which secrets, orders or personal data travel. A machine in a private
 * network is another machine; only loopback addresses and sockets are not.
 */
export function listRemoteConnections(
  values: Values,
  environment: Environment,
): RemoteConnection[] {
  return [
    ...listDatabases(values, environment),
    ...(values.REDIS_URL === undefined ? [] : [describeRedis(values.REDIS_URL)]),
    ...(values.MAIL_DRIVER === 'smtp' && values.SMTP_URL !== undefined
      ? [describeSmtp(values, values.SMTP_URL)]
      : []),
    ...HTTP_SERVICES.flatMap((variable) => {
      const url = values[variable];
      return url === undefined ? [] : [describeHttp(variable, url)];
    }),
  ]
    .filter(({ host }) => !isThisMachine(host))
    .map(({ host: _, ...connection }) => connection);
}

/**
 * Returns whether mail must be sent over TLS, and not only if the server offers it: always with a password, and in
 * production without one too, unless ALLOW_INSECURE permits otherwise. A relay on this machine has no certificate, and
 * nobody can listen in between.
 */
export function requiresSmtpTls({ NODE_ENV, ALLOW_INSECURE = [] }: Values, url: string): boolean {
  if (isThisMachine(getHost(url))) return false;
  const isProduction = NODE_ENV === 'production' && !ALLOW_INSECURE.includes('smtp');
  return isProduction || new URL(url).username !== '';
}

type HostedConnection = RemoteConnection & { readonly host: string };

/**
 * The weaker modes that `pg` treats like verify-full today mean less to PostgreSQL's own programs, and will to `pg` from
 * its next version on.
 */
function listDatabases(values: Values, environment: Environment): HostedConnection[] {
  return variableNames
    .filter((name) => DATABASE.test(name))
    .flatMap((variable) =>
      [values[variable] ?? []].flat().map((value): HostedConnection => {
        const url = String(value);
        return {
          variable,
          url,
          host: findDatabaseHost(url, environment),
          isVerified: new URL(url).searchParams.get('sslmode') === 'verify-full',
          permission: 'database',
          remedy: 'add sslmode=verify-full to the URL, with sslrootcert=FILE for a CA of your own',
        };
      }),
    );
}

function describeRedis(url: string): HostedConnection {
  return {
    variable: 'REDIS_URL',
    url,
    host: getHost(url),
    isVerified: url.startsWith('rediss:'),
    permission: 'redis',
    remedy: 'use rediss://, with NODE_EXTRA_CA_CERTS=FILE for a CA of your own',
  };
}

function describeSmtp(values: Values, url: string): HostedConnection {
  return {
    variable: 'SMTP_URL',
    url,
    host: getHost(url),
    isVerified: url.startsWith('smtps:') || requiresSmtpTls(values, url),
    permission: 'smtp',
    remedy: 'use smtps://, or a server with STARTTLS',
  };
}

function describeHttp(variable: string, url: string): HostedConnection {
  return {
    variable,
    url,
    host: getHost(url),
    isVerified: url.startsWith('https:'),
    permission: null,
    remedy: 'use https://, with NODE_EXTRA_CA_CERTS=FILE for a CA of your own',
  };
}

/** Returns the host that `pg` connects to, or the folder of sockets; of several, the first on another machine. */
function findDatabaseHost(url: string, { PGHOST }: Environment): string {
  const hosts = listHosts(url).map(({ host }) => host || PGHOST || 'localhost');
  return hosts.find((host) => !isThisMachine(host)) ?? hosts[0]!;
}

function getHost(url: string): string {
  return new URL(url).hostname;
}

function isThisMachine(host: string): boolean {
  return host.startsWith('/') || isLoopbackHost(host.replace(/^\[|\]$/g, '').toLowerCase());
}
