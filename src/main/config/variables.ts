import {
  awsRegion,
  boolean,
  choice,
  choices,
  cidr,
  currency,
  decimal,
  emailAddress,
  hostName,
  integer,
  list,
  name,
  type Reader,
  rate,
  text,
} from './config-values.ts';
import { secrets, stripeKey, stripeWebhookSecret, webhookSecret } from './secret-values.ts';
import {
  httpOrigin,
  httpUrl,
  origin,
  postgresUrl,
  publicUrl,
  redisUrl,
  smtpUrl,
} from './url-values.ts';

/** The names for `ALLOW_INSECURE`. Nothing permits a weak secret. */
export const insecurities = ['public-url', 'proxies', 'database', 'redis', 'smtp'] as const;
export type Insecurity = (typeof insecurities)[number];

/** Every variable that Holdfast reads, with its reader. `.env.example` describes each one. */
export const variables = {
  PORT: integer(0, 65_535),
  HOST: hostName,
  PUBLIC_URL: publicUrl,
  NODE_ENV: choice('development', 'production', 'test'),
  ALLOW_INSECURE: choices(...insecurities),
  ROLE: choice('all', 'api', 'worker'),
  HOLDFAST_HOME: text(1, 1_000),
  LOG_LEVEL: choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  DATA_DIR: text(1, 1_000),
  DATABASE_URL: postgresUrl,
  DATABASE_REPLICA_URLS: list(postgresUrl),
  DATABASE_POOL_MAX: integer(2, 1_000),
  REDIS_URL: redisUrl,
  CACHE_DRIVER: choice('memory', 'redis'),
  JWT_SECRET: secrets,
  ACCESS_TOKEN_MINUTES: integer(1, 1_440),
  REFRESH_TOKEN_DAYS: integer(1, 365),
  ADMIN_EMAIL: emailAddress,
  ADMIN_PASSWORD: text(8, 256),
  DEMO_DATA: boolean,
  CORS_ORIGINS: list(origin),
  TRUSTED_PROXIES: list(cidr),
  CURRENCY: currency,
  PRICES_INCLUDE_TAX: boolean,
  ORDER_EXPIRY_MINUTES: decimal(0, 525_600),
  PENDING_ORDERS_MAX: integer(0, 1_000_000),
  HELD_UNITS_MAX: integer(0, 1_000_000_000),
  HELD_VALUE_MAX_MINOR: integer(0, 1_000_000_000_000),
  CANCELLATIONS_PER_DAY_MAX: integer(0, 1_000_000),
  GUEST_CHECKOUT: boolean,
  GUEST_ORDER_EXPIRY_MINUTES: decimal(0, 525_600),
  GUEST_PENDING_PER_ADDRESS_MAX: integer(0, 1_000_000),
  RATE_LIMIT_AUTH: rate,
  RATE_LIMIT_CHECKOUT: rate,
  RATE_LIMIT_CODES: rate,
  RATE_LIMIT_GLOBAL: rate,
  QUEUE_DRIVER: choice('postgres', 'bullmq', 'sqs'),
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
  MAIL_DRIVER: choice('capture', 'smtp', 'ses'),
  MAIL_FROM: emailAddress,
  SMTP_URL: smtpUrl,
  AWS_REGION: awsRegion,
  AWS_ENDPOINT_URL: httpUrl,
  PAYMENT_PROVIDER: choice('sandbox', 'stripe'),
  SANDBOX_WEBHOOK_SECRET: webhookSecret,
  SANDBOX_URL: httpUrl,
  STRIPE_SECRET_KEY: stripeKey,
  STRIPE_WEBHOOK_SECRET: stripeWebhookSecret,
  STRIPE_API_BASE: httpOrigin,
} satisfies Record<string, Reader<unknown>>;

export type VariableName = keyof typeof variables;
/** The values of the variables that are set. */
export type Values = { [Name in VariableName]?: ReturnType<(typeof variables)[Name]> };

export const variableNames = Object.keys(variables) as VariableName[];
