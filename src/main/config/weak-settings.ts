import { isLoopbackHost } from '../../shared/loopback.ts';
import type { Config } from './config.ts';
import { findSecretFaults, type GivenSecret, givenSecrets } from './production-rules.ts';
import { findWeakness } from './secrets/weakness.ts';
import { trustsEveryone } from './trusted-proxies.ts';
import type { Insecurity } from './variables.ts';

/** A setting that is allowed, but weaker than its default or than production requires. */
export interface WeakSetting {
  readonly variable: string;
  readonly group: 'secrets' | 'limits' | 'settings';
  /** The effect and what to do. Never contains a secret. */
  readonly say: string;
  /** The name in ALLOW_INSECURE that permits it; null if it needs no permission. */
  readonly permission: Insecurity | null;
}

/** Returns the variables whose settings are weak, each once, for the security log. */
export function weakSettings(config: Config): string[] {
  return [...new Set(findWeakSettings(config).map(({ variable }) => variable))];
}

/** Describes the settings that are weak. */
export function findWeakSettings(config: Config): WeakSetting[] {
  return [
    ...findWeakSecrets(config),
    ...findMissingLimits(config),
    ...findExposures(config),
    ...findMissingEncryption(config),
    ...findUnverifiedConnections(config),
    ...findWeakPasswords(config),
    ...findWeakAdminPassword(config),
  ];
}

/** Returns the secrets that the configuration contains. */
export function listSecrets({
  jwtSecret,
  factorKey,
  encryptionKey,
  sealKey,
  metricsToken,
  payments,
}: Config): GivenSecret[] {
  return givenSecrets({
    ...(jwtSecret.kind === 'given' ? { JWT_SECRET: jwtSecret.secrets } : {}),
    ...(factorKey.kind === 'given' ? { FACTOR_KEY: factorKey.secrets } : {}),
    ...(encryptionKey?.kind === 'given' ? { ENCRYPTION_KEY: encryptionKey.secrets } : {}),
    ...(sealKey.kind === 'given' ? { SEAL_KEY: sealKey.secrets } : {}),
    ...(metricsToken === null ? {} : { METRICS_TOKEN: metricsToken }),
    ...(payments.kind === 'stripe'
      ? {
          STRIPE_SECRET_KEY: payments.secretKey,
          ...(payments.webhookSecret === null
            ? {}
            : { STRIPE_WEBHOOK_SECRET: payments.webhookSecret }),
        }
      : {}),
    ...(payments.kind === 'sandbox' && payments.webhookSecret !== null
      ? { SANDBOX_WEBHOOK_SECRET: payments.webhookSecret }
      : {}),
  });
}

function findWeakSecrets(config: Config): WeakSetting[] {
  return findSecretFaults(listSecrets(config)).map(({ name, sentence }) => ({
    variable: name,
    group: 'secrets',
    say: sentence,
    permission: null,
  }));
}

function findMissingLimits(config: Config): WeakSetting[] {
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
      'one customer can have any number of unpaid orders',
    ],
    ['HELD_UNITS_MAX', config.heldUnitsMax === 0, 'one customer can reserve all of the stock'],
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
      'RETENTION_ORDER_PERSONAL_DATA_YEARS',
      config.orderDataYears === 0,
      'orders keep names and addresses for ever',
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
    [
      'STEP_UP_REFUND_MINOR',
      config.stepUpRefundMinor === 0,
      'a stolen session of an admin can refund without limit',
    ],
    ['RETRY_BASE_SECONDS', config.retryBaseSeconds === 0, 'failed work is retried at once'],
  ];
  return off
    .filter(([, isOff]) => isOff)
    .map(([variable, , effect]) => ({
      variable,
      group: 'limits',
      say: `${variable} is 0, so ${effect}; remove it to use the default`,
      permission: null,
    }));
}

/** Finds what lets others in, or listen in. */
function findExposures(config: Config): WeakSetting[] {
  const { publicUrl, trustedProxies, webhooks, corsOrigins, otlpEndpoint } = config;
  const found: [string, Insecurity | null, string][] = [];
  if (isUnencrypted(publicUrl)) {
    const effect = 'is http, so passwords and sessions are sent unencrypted';
    found.push(['PUBLIC_URL', 'public-url', `${effect}; put TLS in front of the server`]);
  }
  if (config.production && config.tls === null && !isLoopbackHost(config.host)) {
    const effect = `is not set and HOST is ${config.host}, so what a proxy and Prometheus exchange with this server is readable on the way`;
    const remedy = 'set it and TLS_KEY, or HOST=127.0.0.1 if both are on this machine';
    found.push(['TLS_CERTIFICATE', null, `${effect}; ${remedy}`]);
  }
  if (trustsEveryone(trustedProxies)) {
    const effect = 'covers so many addresses that anyone can forge their address';
    found.push(['TRUSTED_PROXIES', 'proxies', `${effect}; list only your proxies' networks`]);
  }
  if (config.production && !config.factorRequiredOf.includes('admin')) {
    const effect = 'is optional, so a password alone can be enough to sign in as an admin';
    found.push(['STAFF_SECOND_FACTOR', null, `${effect}; remove it`]);
  }
  if (webhooks.allowPrivateTargets) {
    const effect = 'is true, so an admin can make this server call machines in your network';
    found.push(['WEBHOOK_ALLOW_PRIVATE_TARGETS', null, `${effect}; remove it`]);
  }
  for (const origin of corsOrigins.filter(isUnencrypted)) {
    const effect = `contains ${origin}, whose pages can be altered in transit`;
    found.push(['CORS_ORIGINS', null, `${effect}; use https`]);
  }
  if (otlpEndpoint !== null && isUnencrypted(otlpEndpoint)) {
    const effect = 'is http, so others on the way can read and change traces';
    found.push(['OTEL_EXPORTER_OTLP_ENDPOINT', null, `${effect}; use https`]);
  }
  return found.map(([variable, permission, words]) => ({
    variable,
    group: 'settings',
    say: `${variable} ${words}`,
    permission,
  }));
}

/** Finds whether the database has what a copy of it should not reveal. */
export function findMissingEncryption({
  encryptionKey,
  production,
  dataDir,
}: Config): WeakSetting[] {
  if (encryptionKey?.kind === 'given' || (encryptionKey !== null && !production)) return [];
  const variable = 'ENCRYPTION_KEY';
  const exception =
    encryptionKey === null ? '' : `, unless an earlier start has generated a key in ${dataDir}`;
  const effect = `is not set, so the database and its backups contain the secrets of webhook endpoints and the keys of personal data unencrypted${exception}`;
  const remedy =
    'set it to the output of "openssl rand -base64 48", the same on every server and worker';
  const say = `${variable} ${effect}; ${remedy}`;
  return [{ variable, group: 'settings', say, permission: null }];
}

function isUnencrypted(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !isLoopbackHost(hostname.replace(/^\[|\]$/g, ''));
}

function findUnverifiedConnections({ remoteConnections }: Config): WeakSetting[] {
  return remoteConnections
    .filter(({ isVerified }) => !isVerified)
    .map(({ variable, permission, remedy }) => ({
      variable,
      group: 'settings',
      say: `${variable} connects to another machine without verified TLS; ${remedy}`,
      permission,
    }));
}

/** Finds passwords of other machines that can be guessed. */
function findWeakPasswords({ remoteConnections }: Config): WeakSetting[] {
  return remoteConnections.flatMap(({ variable, url }) => {
    const password = decodeURIComponent(new URL(url).password);
    const weakness = password === '' ? null : findWeakness(password);
    if (weakness === null) return [];
    const remedy = 'use the output of "openssl rand -hex 24"';
    const say = `the password in ${variable} is weak: ${weakness}; ${remedy}`;
    return [{ variable, group: 'settings', say, permission: null }];
  });
}

/**
 * Finds a password of the first admin that can be guessed, or that is a secret of something else. It prevents no start: the
 * admin may have chosen another one long ago.
 */
function findWeakAdminPassword(config: Config): WeakSetting[] {
  if (config.admin === null) return [];
  const variable = 'ADMIN_PASSWORD';
  const remedy =
    'use the output of "openssl rand -base64 18", or remove it if that admin has signed in';
  const given = { name: variable, secret: config.admin.password, remedy };
  return findSecretFaults([...listSecrets(config), given])
    .filter(({ name }) => name === variable)
    .map(({ sentence }) => ({
      variable,
      group: 'settings',
      say: sentence.replace(/\.$/, ''),
      permission: null,
    }));
}
