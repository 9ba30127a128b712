import { isAbsolute, resolve } from 'node:path';
import type { Rate } from '../../drivers/limits/rate-limiter.ts';
import { chooseCache } from './cache-choice.ts';
import type { Config, DatabaseChoice, SecretChoice } from './config.ts';
import { listRemoteConnections } from './connections.ts';
import { chooseMail } from './mail-choice.ts';
import { choosePasskeys } from './passkey-choice.ts';
import { choosePayment } from './payment-choice.ts';
import { chooseQueue } from './queue-choice.ts';
import type { Environment, SecretFile } from './secret-files.ts';
import { isSecretVariable } from './secret-variables.ts';
import { chooseTls } from './tls-choice.ts';
import { splitZeroNetwork } from './trusted-proxies.ts';
import type { Values } from './variables.ts';

export interface ConfigSources {
  readonly environment: Environment;
  readonly secretFiles: readonly SecretFile[];
  /** Relative paths start here. */
  readonly home: string;
}

/** Builds the configuration from checked values and the defaults. */
export function buildConfig(
  values: Values,
  { environment, secretFiles, home }: ConfigSources,
): Config {
  const production = values.NODE_ENV === 'production';
  const port = values.PORT ?? 3000;
  const tls = chooseTls(values, secretFiles);
  const scheme = tls === null ? 'http' : 'https';
  const publicUrl = values.PUBLIC_URL ?? `${scheme}://localhost:${port}`;
  const consoleUrl = values.CONSOLE_URL ?? null;
  const shopName = values.SHOP_NAME ?? 'Holdfast';
  return {
    production,
    role: values.ROLE ?? 'all',
    host: values.HOST ?? '127.0.0.1',
    port,
    tls,
    publicUrl,
    consoleUrl,
    secureCookies: production && !values.PUBLIC_URL?.startsWith('http:'),
    allowInsecure: values.ALLOW_INSECURE ?? [],
    remoteConnections: listRemoteConnections(values, environment),
    secretFiles: secretFiles.filter(({ variable }) =>
      isSecretVariable(variable.replace(/_FILE$/, '')),
    ),
    logLevel: values.LOG_LEVEL ?? 'info',
    accessLog: values.ACCESS_LOG ?? production,
    dataDir: resolve(home, values.DATA_DIR ?? '.holdfast'),
    database: chooseDatabase(values, home),
    databaseReplicaUrls: (values.DATABASE_REPLICA_URLS ?? []).map((url) =>
      withPathsFrom(home, url),
    ),
    databasePoolMax: values.DATABASE_POOL_MAX ?? 10,
    redisUrl: values.REDIS_URL ?? null,
    cache: chooseCache(values),
    jwtSecret: chooseSecret(values.JWT_SECRET),
    factorKey: chooseSecret(values.FACTOR_KEY),
    encryptionKey: chooseEncryptionKey(values),
    sealKey: chooseSecret(values.SEAL_KEY),
    logSealSeconds: values.LOG_SEAL_SECONDS ?? 60,
    passkeys: choosePasskeys(values, { publicUrl, consoleUrl }),
    accessTokenMinutes: values.ACCESS_TOKEN_MINUTES ?? 15,
    sessionLimits: {
      customerDays: values.SESSION_CUSTOMER_DAYS ?? 180,
      customerIdleDays: values.SESSION_CUSTOMER_IDLE_DAYS ?? values.REFRESH_TOKEN_DAYS ?? 30,
      staffDays: values.SESSION_STAFF_DAYS ?? 14,
      staffIdleHours: values.SESSION_STAFF_IDLE_HOURS ?? 12,
    },
    factorRequiredOf: chooseFactorRequired(values.STAFF_SECOND_FACTOR, production),
    stepUpRefundMinor: values.STEP_UP_REFUND_MINOR ?? 10_000,
    admin:
      values.ADMIN_EMAIL === undefined || values.ADMIN_PASSWORD === undefined
        ? null
        : { email: values.ADMIN_EMAIL, password: values.ADMIN_PASSWORD },
    demoData: chooseDemoData(values.DEMO_DATA, production),
    corsOrigins: values.CORS_ORIGINS ?? [],
    trustedProxies: (values.TRUSTED_PROXIES ?? []).flatMap(splitZeroNetwork),
    currency: values.CURRENCY ?? 'GBP',
    pricesIncludeTax: values.PRICES_INCLUDE_TAX ?? true,
    orderExpiryMinutes: values.ORDER_EXPIRY_MINUTES ?? 30,
    pendingOrdersMax: values.PENDING_ORDERS_MAX ?? 5,
    heldUnitsMax: values.HELD_UNITS_MAX ?? 500,
    heldValueMaxMinor: values.HELD_VALUE_MAX_MINOR ?? 0,
    cancellationsPerDayMax: values.CANCELLATIONS_PER_DAY_MAX ?? 3,
    orderDataYears: values.RETENTION_ORDER_PERSONAL_DATA_YEARS ?? 10,
    guests: {
      mayOrder: values.GUEST_CHECKOUT ?? false,
      orderExpiryMinutes: values.GUEST_ORDER_EXPIRY_MINUTES ?? 15,
      pendingPerAddressMax: values.GUEST_PENDING_PER_ADDRESS_MAX ?? 20,
    },
    rateLimits: {
      auth: withDefaultRate(values.RATE_LIMIT_AUTH, 5, 900),
      checkout: withDefaultRate(values.RATE_LIMIT_CHECKOUT, 10, 3_600),
      codes: withDefaultRate(values.RATE_LIMIT_CODES, 20, 3_600),
      global: withDefaultRate(values.RATE_LIMIT_GLOBAL, 100, 900),
    },
    queue: chooseQueue(values),
    queueAttemptsMax: values.QUEUE_ATTEMPTS_MAX ?? 8,
    retryBaseSeconds: values.RETRY_BASE_SECONDS ?? 5,
    webhooks: {
      attemptsMax: values.WEBHOOK_ATTEMPTS_MAX ?? 10,
      allowPrivateTargets: values.WEBHOOK_ALLOW_PRIVATE_TARGETS ?? false,
    },
    metricsToken: values.METRICS_TOKEN ?? null,
    otlpEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
    shopName,
    mail: chooseMail(values),
    payments: choosePayment(values),
  };
}

function chooseSecret(secrets: readonly string[] | undefined): SecretChoice {
  return secrets === undefined ? { kind: 'generated' } : { kind: 'given', secrets };
}

/** None is generated for a database that may outlive `dataDir`, and would be unreadable without it. */
function chooseEncryptionKey({ ENCRYPTION_KEY: given, DATABASE_URL: url }: Values) {
  return given === undefined && url !== undefined ? null : chooseSecret(given);
}

function chooseDatabase(values: Values, home: string): DatabaseChoice {
  const { DATABASE_URL: url, DATABASE_MIGRATION_URL: migrationUrl = url } = values;
  if (url === undefined || migrationUrl === undefined) return { kind: 'embedded' };
  return {
    kind: 'external',
    url: withPathsFrom(home, url),
    migrationUrl: migrationUrl === url ? null : withPathsFrom(home, migrationUrl),
  };
}

/** Resolves the paths of certificates and keys, which the driver would resolve from the working directory. */
function withPathsFrom(home: string, databaseUrl: string): string {
  const url = new URL(databaseUrl);
  for (const name of ['sslrootcert', 'sslcert', 'sslkey']) {
    const path = url.searchParams.get(name);
    if (path === null || isAbsolute(path)) continue;
    url.searchParams.set(name, resolve(home, path));
    databaseUrl = url.href;
  }
  return databaseUrl;
}

/** Null is a choice, so the default does not replace it. */
function withDefaultRate(given: Rate | null | undefined, pointsMax: number, windowSeconds: number) {
  return given === undefined ? { pointsMax, windowSeconds } : given;
}

function chooseFactorRequired(
  wanted: Values['STAFF_SECOND_FACTOR'],
  production: boolean,
): Config['factorRequiredOf'] {
  if (wanted === 'required') return ['kitchen', 'admin'];
  return wanted === undefined && production ? ['admin'] : [];
}

function chooseDemoData(wanted: boolean | undefined, production: boolean): Config['demoData'] {
  if (wanted !== undefined) return wanted ? 'on' : 'off';
  return production ? 'off' : 'when-empty';
}
