import { isLoopbackHost } from '../../../shared/loopback.ts';
import type { Config } from '../../config/config.ts';
import { givenSecrets, secretFaults } from '../../config/production-rules.ts';
import { findWeakness } from '../../config/secrets/weakness.ts';
import { trustsEveryone } from '../../config/trusted-proxies.ts';
import type { Insecurity } from '../../config/variables.ts';
import { formatDatabaseAddress } from '../../faults/database-fault.ts';
import { createFinding, type Finding } from './finding.ts';

/** Lists settings that are allowed but rarely intended. */
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
  if (faults.length > 0) return faults.map((fault) => createFinding('secrets', 'wrong', fault));
  const made = `JWT_SECRET is generated and stored in ${dataDir}; production requires your own`;
  if (jwtSecret.kind === 'generated') return [createFinding('secrets', 'ok', made)];
  return [createFinding('secrets', 'ok', given.map(({ name }) => name).join(', '))];
}

function limitFindings(config: Config): Finding[] {
  const { rateLimits, guests } = config;
  const off: [string, boolean, string][] = [
    ['RATE_LIMIT_AUTH', rateLimits.auth === null, 'passwords can be guessed without limit'],
    ['RATE_LIMIT_CHECKOUT', rateLimits.checkout === null, 'one customer can order without limit'],
    ['RATE_LIMIT_CODES', rateLimits.codes === null, 'discount codes can be guessed without limit'],
    [
      'RATE_LIMIT_GLOBAL',
      rateLimits.global === null,
      'one address can send requests without limit',
    ],
    [
      'PENDING_ORDERS_MAX',
      config.pendingOrdersMax === 0,
      'one customer can reserve all of the stock',
    ],
    [
      'CANCELLATIONS_PER_DAY_MAX',
      config.cancellationsPerDayMax === 0,
      'one customer can order and cancel without limit',
    ],
    [
      'ORDER_EXPIRY_MINUTES',
      config.orderExpiryMinutes === 0,
      'unpaid orders reserve their stock for ever',
    ],
    [
      'GUEST_ORDER_EXPIRY_MINUTES',
      guests.mayOrder && guests.orderExpiryMinutes === 0,
      'unpaid orders of guests reserve their stock for ever',
    ],
    [
      'GUEST_PENDING_PER_ADDRESS_MAX',
      guests.mayOrder && guests.pendingPerAddressMax === 0,
      'one address can reserve all of the stock',
    ],
    ['RETRY_BASE_SECONDS', config.retryBaseSeconds === 0, 'failed work is retried at once'],
  ];
  return off
    .filter(([, isOff]) => isOff)
    .map(([name, , effect]) =>
      createFinding('limits', 'look', `${name} is 0, so ${effect}; remove it to use the default`),
    );
}

function productionFindings(config: Config): Finding[] {
  const warnings: string[] = [];
  if (config.publicUrl.startsWith('http:')) {
    warnings.push(
      config.secureCookies
        ? 'PUBLIC_URL is not set, so links in mail and payment pages point to this machine; set the https address that people use'
        : 'PUBLIC_URL is http, so passwords and sessions are sent unencrypted; put TLS in front of the server',
    );
  }
  if (trustsEveryone(config.trustedProxies)) {
    warnings.push(
      "TRUSTED_PROXIES covers so many addresses that anyone can forge their address; list only your proxies' networks",
    );
  }
  if (config.payments.kind === 'sandbox') {
    warnings.push(
      'PAYMENT_PROVIDER is sandbox, where no money moves; use stripe for real payments',
    );
  }
  if (config.payments.kind === 'stripe') {
    const { secretKey, apiBase } = config.payments;
    if (/^(sk|rk)_test_/.test(secretKey)) {
      warnings.push('STRIPE_SECRET_KEY is a test key, with which no money moves; use the live key');
    }
    if (apiBase !== null)
      warnings.push('STRIPE_API_BASE is set, so Stripe itself is not called; remove it');
  }
  if (config.webhooks.allowPrivateTargets) {
    warnings.push(
      'WEBHOOK_ALLOW_PRIVATE_TARGETS is true, so an admin can make this server call machines in your network; remove it',
    );
  }
  for (const origin of config.corsOrigins) {
    if (origin.startsWith('http:')) {
      warnings.push(
        `CORS_ORIGINS contains ${origin}, whose pages can be altered in transit; use https`,
      );
    }
  }
  return [...warnings, ...connectionWarnings(config)].map((warning) =>
    createFinding('settings', 'look', warning),
  );
}

interface Connection {
  /** Its name in ALLOW_INSECURE. */
  readonly name: Insecurity;
  readonly variable: string;
  readonly url: string;
  /** Whether its certificate is required and verified. */
  readonly isSafe: boolean;
  readonly remedy: string;
}

/** Lists connections to other machines that could be read in transit, and passwords that can be guessed. */
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
            remedy: 'use rediss://',
          },
        ]),
    ...(mail.kind === 'smtp'
      ? [
          {
            name: 'smtp' as const,
            variable: 'SMTP_URL',
            url: mail.url,
            isSafe: /^smtps:|@/.test(mail.url),
            remedy: 'use smtps://',
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
      : [`${variable} connects to another machine without verifying a certificate; ${remedy}`]),
    ...(weakness === null
      ? []
      : [
          `the password in ${variable} is weak: ${weakness}; use the output of "openssl rand -hex 24"`,
        ]),
  ];
}

function isThisMachine(url: string): boolean {
  const { hostname } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (host === '' || formatDatabaseAddress(url).startsWith('/')) return true;
  return isLoopbackHost(host);
}
