import { isLoopbackHost } from '../../../shared/loopback.ts';
import type { Config } from '../../config/config.ts';
import { givenSecrets, secretFaults } from '../../config/production-rules.ts';
import { findWeakness } from '../../config/secrets/weakness.ts';
import { trustsEveryone } from '../../config/trusted-proxies.ts';
import type { Insecurity } from '../../config/variables.ts';
import { formatDatabaseAddress } from '../../faults/database-fault.ts';
import { type Finding, ok } from './finding.ts';

/** What the configuration allows, and few want. */
export function settingsFindings(config: Config): Finding[] {
  return [
    ...secretFindings(config),
    ...limitFindings(config),
    ...(config.production ? productionFindings(config) : []),
  ];
}

function secretFindings({ jwtSecret, metricsToken, payments, dataDir }: Config): Finding[] {
  const given = givenSecrets({
    ...(jwtSecret.kind === 'given' ? { JWT_SECRET: jwtSecret.secrets } : {}),
    ...(metricsToken === null ? {} : { METRICS_TOKEN: metricsToken }),
    ...(payments.kind === 'stripe'
      ? {
          STRIPE_SECRET_KEY: payments.secretKey,
          STRIPE_WEBHOOK_SECRET: payments.webhookSecret,
        }
      : {}),
    ...(payments.kind === 'sandbox' && payments.webhookSecret !== null
      ? { SANDBOX_WEBHOOK_SECRET: payments.webhookSecret }
      : {}),
  });
  const faults = secretFaults(given);
  if (faults.length > 0) return faults.map((fault) => ok('secrets', 'wrong', fault));
  const made = `JWT_SECRET is generated and kept in ${dataDir}; production takes your own`;
  if (jwtSecret.kind === 'generated') return [ok('secrets', 'ok', made)];
  return [ok('secrets', 'ok', given.map(({ name }) => name).join(', '))];
}

function limitFindings(config: Config): Finding[] {
  const { rateLimits } = config;
  const off: [string, boolean, string][] = [
    ['RATE_LIMIT_AUTH', rateLimits.auth === null, 'passwords can be guessed without end'],
    ['RATE_LIMIT_CHECKOUT', rateLimits.checkout === null, 'one customer can order without end'],
    ['RATE_LIMIT_GLOBAL', rateLimits.global === null, 'one address can ask without end'],
    ['PENDING_ORDERS_MAX', config.pendingOrdersMax === 0, 'one customer can hold all of the stock'],
    [
      'CANCELLATIONS_PER_DAY_MAX',
      config.cancellationsPerDayMax === 0,
      'one customer can order and cancel without end',
    ],
    [
      'ORDER_EXPIRY_MINUTES',
      config.orderExpiryMinutes === 0,
      'orders that nobody pays hold their stock for ever',
    ],
    ['RETRY_BASE_SECONDS', config.retryBaseSeconds === 0, 'failed work is tried again at once'],
  ];
  return off
    .filter(([, isOff]) => isOff)
    .map(([name, , effect]) =>
      ok('limits', 'look', `${name} is 0, so that ${effect}; leave it out for the default`),
    );
}

function productionFindings(config: Config): Finding[] {
  const warnings: string[] = [];
  if (config.publicUrl.startsWith('http:')) {
    warnings.push(
      config.secureCookies
        ? 'PUBLIC_URL is not set, so that links in mails and payment pages lead to this machine; set the https address that people see'
        : 'PUBLIC_URL is http, so that passwords and sessions travel in the clear; put TLS before the server',
    );
  }
  if (trustsEveryone(config.trustedProxies)) {
    warnings.push(
      'TRUSTED_PROXIES holds so many addresses that anybody can call from any address; name the networks of your proxies',
    );
  }
  if (config.payments.kind === 'sandbox') {
    warnings.push('PAYMENT_PROVIDER is sandbox, in which no money moves; stripe takes some');
  }
  if (config.payments.kind === 'stripe') {
    const { secretKey, apiBase } = config.payments;
    if (/^(sk|rk)_test_/.test(secretKey)) {
      warnings.push(
        'STRIPE_SECRET_KEY is of the test mode, in which no money moves; take the live one',
      );
    }
    if (apiBase !== null)
      warnings.push('STRIPE_API_BASE is set, so that Stripe itself is not asked; leave it out');
  }
  if (config.webhooks.allowPrivateTargets) {
    warnings.push(
      'WEBHOOK_ALLOW_PRIVATE_TARGETS is true, so that an admin can have this server call machines in your network; leave it out',
    );
  }
  for (const origin of config.corsOrigins) {
    if (origin.startsWith('http:')) {
      warnings.push(
        `CORS_ORIGINS has ${origin}, whose pages anybody on the way can change; take https`,
      );
    }
  }
  return [...warnings, ...connectionWarnings(config)].map((warning) =>
    ok('settings', 'look', warning),
  );
}

interface Connection {
  /** By which ALLOW_INSECURE lets it be unsafe. */
  readonly name: Insecurity;
  readonly variable: string;
  readonly url: string;
  /** Whether its certificate is asked for and verified. */
  readonly isSafe: boolean;
  readonly remedy: string;
}

/** Connections to other machines that somebody between could read, and passwords that would be guessed. */
function connectionWarnings(config: Config): string[] {
  const { database, databaseReplicaUrls, redisUrl, mail, allowInsecure } = config;
  const postgres = (variable: string, url: string): Connection => ({
    name: 'database',
    variable,
    url,
    isSafe: /^(prefer|require|verify-ca|verify-full)$/.test(
      new URL(url).searchParams.get('sslmode') ?? '',
    ),
    remedy: 'add sslmode=verify-full',
  });
  const connections: Connection[] = [
    ...(database.kind === 'external' ? [postgres('DATABASE_URL', database.url)] : []),
    ...databaseReplicaUrls.map((url) => postgres('DATABASE_REPLICA_URLS', url)),
    ...(redisUrl === null
      ? []
      : [
          {
            name: 'redis' as const,
            variable: 'REDIS_URL',
            url: redisUrl,
            isSafe: /^rediss:/.test(redisUrl),
            remedy: 'take rediss://',
          },
        ]),
    ...(mail.kind === 'smtp'
      ? [
          {
            name: 'smtp' as const,
            variable: 'SMTP_URL',
            url: mail.url,
            isSafe: /^smtps:|@/.test(mail.url),
            remedy: 'take smtps://',
          },
        ]
      : []),
  ];
  return connections
    .filter(({ url }) => !isThisMachine(url))
    .map((one) => ({ ...one, isSafe: one.isSafe || allowInsecure.includes(one.name) }))
    .flatMap(listConnectionWarnings);
}

function listConnectionWarnings({ variable, url, isSafe, remedy }: Connection): string[] {
  const password = decodeURIComponent(new URL(url).password);
  const weakness = password === '' ? null : findWeakness(password);
  return [
    ...(isSafe
      ? []
      : [`${variable} leads to another machine without a certificate that is verified; ${remedy}`]),
    ...(weakness === null
      ? []
      : [
          `the password in ${variable} is weak: ${weakness}; take the output of "openssl rand -hex 24"`,
        ]),
  ];
}

function isThisMachine(url: string): boolean {
  const { hostname } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (host === '' || formatDatabaseAddress(url).startsWith('/')) return true;
  return isLoopbackHost(host);
}
