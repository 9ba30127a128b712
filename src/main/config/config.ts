import { isAbsolute, resolve } from 'node:path';
import type { Rate } from '../../drivers/limits/rate-limiter.ts';
import { isCommonPassword } from '../../modules/accounts/index.ts';
import { programFolder } from '../program.ts';
import { type CacheChoice, cacheChoiceOf, cacheFaults } from './cache-choice.ts';
import {
  awsRegion,
  boolean,
  cidr,
  currency,
  decimal,
  emailAddress,
  hostName,
  httpOrigin,
  httpUrl,
  integer,
  listOf,
  name,
  oneOf,
  origin,
  postgresUrl,
  publicUrl,
  type Reader,
  rate,
  redisUrl,
  secrets,
  smtpUrl,
  someOf,
  stripeKey,
  stripeWebhookSecret,
  text,
  WrongValue,
  webhookSecret,
} from './config-values.ts';
import { ConfigurationError } from './configuration-error.ts';
import { callerFolder, findHome, readEnvFile } from './home.ts';
import { type MailChoice, mailChoiceOf, mailFaults } from './mail-choice.ts';
import { type PaymentChoice, paymentChoiceOf, paymentFaults } from './payment-choice.ts';
import { type Insecurity, insecurities, productionFaults } from './production-rules.ts';
import { type QueueChoice, queueChoiceOf, queueFaults } from './queue-choice.ts';
import { halved } from './trusted-proxies.ts';

/** Every variable that the product reads, and how. `.env.example` describes each one. */
const variables = {
  PORT: integer(0, 65_535),
  HOST: hostName,
  PUBLIC_URL: publicUrl,
  NODE_ENV: oneOf('development', 'production', 'test'),
  ALLOW_INSECURE: someOf(...insecurities),
  ROLE: oneOf('all', 'api', 'worker'),
  HOLDFAST_HOME: text(1, 1_000),
  LOG_LEVEL: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  DATA_DIR: text(1, 1_000),
  DATABASE_URL: postgresUrl,
  DATABASE_REPLICA_URLS: listOf(postgresUrl),
  DATABASE_POOL_MAX: integer(2, 1_000),
  REDIS_URL: redisUrl,
  CACHE_DRIVER: oneOf('memory', 'redis'),
  JWT_SECRET: secrets,
  ACCESS_TOKEN_MINUTES: integer(1, 1_440),
  REFRESH_TOKEN_DAYS: integer(1, 365),
  ADMIN_EMAIL: emailAddress,
  ADMIN_PASSWORD: text(8, 256),
  DEMO_DATA: boolean,
  CORS_ORIGINS: listOf(origin),
  TRUSTED_PROXIES: listOf(cidr),
  CURRENCY: currency,
  ORDER_EXPIRY_MINUTES: decimal(0, 525_600),
  PENDING_ORDERS_MAX: integer(0, 1_000_000),
  CANCELLATIONS_PER_DAY_MAX: integer(0, 1_000_000),
  RATE_LIMIT_AUTH: rate,
  RATE_LIMIT_CHECKOUT: rate,
  RATE_LIMIT_GLOBAL: rate,
  QUEUE_DRIVER: oneOf('postgres', 'bullmq', 'sqs'),
  SQS_QUEUE_URL: httpUrl,
  SQS_PRIORITY_QUEUE_URL: httpUrl,
  SQS_DEAD_LETTER_QUEUE_URL: httpUrl,
  QUEUE_ATTEMPTS_MAX: integer(1, 100),
  RETRY_BASE_SECONDS: decimal(0, 3_600),
  WEBHOOK_ATTEMPTS_MAX: integer(1, 100),
  WEBHOOK_ALLOW_PRIVATE_TARGETS: boolean,
  METRICS_TOKEN: text(16, 1_000),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl,
  SHOP_NAME: name(100),
  MAIL_DRIVER: oneOf('capture', 'smtp', 'ses'),
  MAIL_FROM: emailAddress,
  SMTP_URL: smtpUrl,
  AWS_REGION: awsRegion,
  AWS_ENDPOINT_URL: httpUrl,
  PAYMENT_PROVIDER: oneOf('sandbox', 'stripe'),
  SANDBOX_WEBHOOK_SECRET: webhookSecret,
  SANDBOX_URL: httpUrl,
  STRIPE_SECRET_KEY: stripeKey,
  STRIPE_WEBHOOK_SECRET: stripeWebhookSecret,
  STRIPE_API_BASE: httpOrigin,
} satisfies Record<string, Reader<unknown>>;

type VariableName = keyof typeof variables;
/** Of the variables that are set. */
export type Values = { [Name in VariableName]?: ReturnType<(typeof variables)[Name]> };

export const variableNames = Object.keys(variables) as VariableName[];

export type DatabaseChoice =
  /** A PostgreSQL of our own, with its data below `dataDir`. */
  { readonly kind: 'embedded' } | { readonly kind: 'external'; readonly url: string };

export type SecretChoice =
  /** Made on the first start and kept in `dataDir`. */
  | { readonly kind: 'generated' }
  /** The first signs, all verify. */
  | { readonly kind: 'given'; readonly secrets: readonly string[] };

/** Null: no limit. */
export interface RateLimitChoices {
  /** Failures to sign in or up, per pair of address and account. */
  readonly auth: Rate | null;
  /** Orders, checkouts and payments begun, per customer. */
  readonly checkout: Rate | null;
  /** Everything, per anonymous address; who is known gets more. */
  readonly global: Rate | null;
}

export interface Config {
  readonly production: boolean;
  /** `api` runs no background work; `worker` serves health and metrics only. */
  readonly role: 'all' | 'api' | 'worker';
  readonly host: string;
  readonly port: number;
  /** May have a path, below which everything is reached then; without a slash at the end. */
  readonly publicUrl: string;
  /** Browsers send the cookies over https only. */
  readonly secureCookies: boolean;
  /** What is wanted though it is not safe, by the names of ALLOW_INSECURE. */
  readonly allowInsecure: readonly Insecurity[];
  readonly logLevel: string;
  /** Absolute. */
  readonly dataDir: string;
  readonly database: DatabaseChoice;
  /** Copies that may lag, for lists and reports. */
  readonly databaseReplicaUrls: readonly string[];
  readonly databasePoolMax: number;
  /** Null: what servers could share, each keeps for itself. */
  readonly redisUrl: string | null;
  readonly cache: CacheChoice;
  readonly jwtSecret: SecretChoice;
  readonly accessTokenMinutes: number;
  readonly refreshTokenDays: number;
  /** Made at the start when there is no such user. */
  readonly admin: { readonly email: string; readonly password: string } | null;
  /** `when-empty` is on for a new embedded database only. */
  readonly demoData: 'on' | 'off' | 'when-empty';
  readonly corsOrigins: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly currency: string;
  /** 0: orders do not expire. */
  readonly orderExpiryMinutes: number;
  /** 0: no limit. */
  readonly pendingOrdersMax: number;
  /** 0: no limit. */
  readonly cancellationsPerDayMax: number;
  readonly rateLimits: RateLimitChoices;
  /** What carries jobs between processes. */
  readonly queue: QueueChoice;
  /** After so many tries, work in the background is left to a person. */
  readonly queueAttemptsMax: number;
  /** The first wait before work is tried again; it doubles, with jitter. */
  readonly retryBaseSeconds: number;
  readonly webhooks: {
    /** After so many tries a message is given up. */
    readonly attemptsMax: number;
    /** Also to machines that are not on the internet. */
    readonly allowPrivateTargets: boolean;
  };
  /** Null: metrics for loopback peers only. */
  readonly metricsToken: string | null;
  /** Of a collector of traces; null: none are made. */
  readonly otlpEndpoint: string | null;
  /** As customers know it: at the head of mail and of pages. */
  readonly shopName: string;
  readonly mail: MailChoice;
  readonly payments: PaymentChoice;
}

/**
 * The environment, with what the `.env` file of HOLDFAST_HOME adds to it. What others read from the environment, such as
 * AWS's libraries, may stand in the file too.
 */
export function loadConfig(): Config {
  const home = findHome(process.env);
  for (const [name, value] of Object.entries(readEnvFile(home))) process.env[name] ??= value;
  return readConfig(process.env, home);
}

/** The path of a file that was named on the command line. */
export function fileArgument(path: string): string {
  return resolve(callerFolder(process.env), path);
}

/**
 * Pure. A variable that is set to nothing counts as not set; relative paths begin at `home`. Throws `ConfigurationError`
 * with all that is wrong.
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  home: string = programFolder,
): Config {
  const sentences: string[] = [];
  const values: Values = {};
  for (const name of variableNames) {
    const given = environment[name]?.trim();
    if (given === undefined || given === '') continue;
    try {
      Object.assign(values, { [name]: variables[name](given) });
    } catch (error) {
      if (!(error instanceof WrongValue)) throw error;
      sentences.push(`${name} is ${shown(name, given)}, but it takes ${error.takes}.`);
    }
  }
  sentences.push(
    ...adminFaults(values),
    ...cacheFaults(values),
    ...mailFaults(values),
    ...paymentFaults(values),
    ...queueFaults(values),
  );
  if (values.NODE_ENV === 'production') sentences.push(...productionFaults(values));
  if (sentences.length > 0) throw new ConfigurationError(sentences);
  return Object.freeze(configOf(values, home));
}

function configOf(values: Values, home: string): Config {
  const production = values.NODE_ENV === 'production';
  const port = values.PORT ?? 3000;
  const publicUrl = values.PUBLIC_URL ?? `http://localhost:${port}`;
  const shopName = values.SHOP_NAME ?? 'Holdfast';
  return {
    production,
    role: values.ROLE ?? 'all',
    host: values.HOST ?? '127.0.0.1',
    port,
    publicUrl,
    secureCookies: production && !values.PUBLIC_URL?.startsWith('http:'),
    allowInsecure: values.ALLOW_INSECURE ?? [],
    logLevel: values.LOG_LEVEL ?? 'info',
    dataDir: resolve(home, values.DATA_DIR ?? '.holdfast'),
    database:
      values.DATABASE_URL === undefined
        ? { kind: 'embedded' }
        : { kind: 'external', url: withPathsFrom(home, values.DATABASE_URL) },
    databaseReplicaUrls: (values.DATABASE_REPLICA_URLS ?? []).map((url) =>
      withPathsFrom(home, url),
    ),
    databasePoolMax: values.DATABASE_POOL_MAX ?? 10,
    redisUrl: values.REDIS_URL ?? null,
    cache: cacheChoiceOf(values),
    jwtSecret:
      values.JWT_SECRET === undefined
        ? { kind: 'generated' }
        : { kind: 'given', secrets: values.JWT_SECRET },
    accessTokenMinutes: values.ACCESS_TOKEN_MINUTES ?? 15,
    refreshTokenDays: values.REFRESH_TOKEN_DAYS ?? 30,
    admin:
      values.ADMIN_EMAIL === undefined || values.ADMIN_PASSWORD === undefined
        ? null
        : { email: values.ADMIN_EMAIL, password: values.ADMIN_PASSWORD },
    demoData: demoChoice(values.DEMO_DATA, production),
    corsOrigins: values.CORS_ORIGINS ?? [],
    trustedProxies: (values.TRUSTED_PROXIES ?? []).flatMap(halved),
    currency: values.CURRENCY ?? 'GBP',
    orderExpiryMinutes: values.ORDER_EXPIRY_MINUTES ?? 30,
    pendingOrdersMax: values.PENDING_ORDERS_MAX ?? 5,
    cancellationsPerDayMax: values.CANCELLATIONS_PER_DAY_MAX ?? 3,
    rateLimits: {
      auth: rateOf(values.RATE_LIMIT_AUTH, 5, 900),
      checkout: rateOf(values.RATE_LIMIT_CHECKOUT, 10, 3_600),
      global: rateOf(values.RATE_LIMIT_GLOBAL, 100, 900),
    },
    queue: queueChoiceOf(values),
    queueAttemptsMax: values.QUEUE_ATTEMPTS_MAX ?? 8,
    retryBaseSeconds: values.RETRY_BASE_SECONDS ?? 5,
    webhooks: {
      attemptsMax: values.WEBHOOK_ATTEMPTS_MAX ?? 10,
      allowPrivateTargets: values.WEBHOOK_ALLOW_PRIVATE_TARGETS ?? false,
    },
    metricsToken: values.METRICS_TOKEN ?? null,
    otlpEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
    shopName,
    mail: mailChoiceOf(values, shopName),
    payments: paymentChoiceOf(values),
  };
}

/** Of certificates and keys, which the driver would look for where the caller stands. */
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

/** Null is a choice, so it is not replaced by the default. */
function rateOf(given: Rate | null | undefined, pointsMax: number, windowSeconds: number) {
  return given === undefined ? { pointsMax, windowSeconds } : given;
}

function demoChoice(wanted: boolean | undefined, production: boolean): Config['demoData'] {
  if (wanted !== undefined) return wanted ? 'on' : 'off';
  return production ? 'off' : 'when-empty';
}

function adminFaults({ ADMIN_EMAIL: email, ADMIN_PASSWORD: password }: Values): string[] {
  if ((email === undefined) !== (password === undefined)) {
    return ['ADMIN_EMAIL and ADMIN_PASSWORD go together: set both, or neither.'];
  }
  if (email === undefined || password === undefined) return [];
  if (!isCommonPassword(password, { email, name: '' })) return [];
  return [
    'ADMIN_PASSWORD is too easy to guess: it takes none of the most used passwords, and not ADMIN_EMAIL.',
  ];
}

const publicVariables: ReadonlySet<VariableName> = new Set([
  'PUBLIC_URL',
  'SANDBOX_URL',
  'AWS_ENDPOINT_URL',
  'SQS_QUEUE_URL',
  'SQS_PRIORITY_QUEUE_URL',
  'SQS_DEAD_LETTER_QUEUE_URL',
]);

/** Secrets and passwords are never repeated, since what is printed here ends in logs. */
function shown(name: VariableName, given: string): string {
  return /SECRET|PASSWORD|TOKEN$|_URLS?$|_API_BASE$/.test(name) && !publicVariables.has(name)
    ? `a text of ${given.length} characters`
    : JSON.stringify(given.replace(/\/\/.*@/, '//…@').slice(0, 100));
}
