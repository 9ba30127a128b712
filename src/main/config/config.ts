import type { Rate } from '../../drivers/limits/rate-limiter.ts';
import type { CacheChoice } from './cache-choice.ts';
import type { MailChoice } from './mail-choice.ts';
import type { PaymentChoice } from './payment-choice.ts';
import type { QueueChoice } from './queue-choice.ts';
import type { Insecurity } from './variables.ts';

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
