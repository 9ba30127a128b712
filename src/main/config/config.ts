import type { Rate } from '../../drivers/limits/rate-limiter.ts';
import type { PasskeyScope, SessionLimits } from '../../modules/accounts/index.ts';
import type { Role } from '../../shared/caller.ts';
import type { CacheChoice } from './cache-choice.ts';
import type { RemoteConnection } from './connections.ts';
import type { MailChoice } from './mail-choice.ts';
import type { PaymentChoice } from './payment-choice.ts';
import type { QueueChoice } from './queue-choice.ts';
import type { SecretFile } from './secret-files.ts';
import type { TlsChoice } from './tls-choice.ts';
import type { Insecurity } from './variables.ts';

export type DatabaseChoice =
  /** Holdfast's own PostgreSQL, with its data below `dataDir`. */
  | { readonly kind: 'embedded' }
  | {
      readonly kind: 'external';
      readonly url: string;
      /** The URL of the owner of the tables; null if that is the user of `url`. */
      readonly migrationUrl: string | null;
    };

export type SecretChoice =
  /** Generated on the first start and stored in `dataDir`. */
  | { readonly kind: 'generated' }
  /** The first signs or encrypts, all verify or decrypt. */
  | { readonly kind: 'given'; readonly secrets: readonly string[] };

/** Null: no limit. */
export interface RateLimitChoices {
  /** Failed sign-ins and sign-ups, per pair of address and account. */
  readonly auth: Rate | null;
  /** Orders, checkouts, started payments and changes of orders, per customer. */
  readonly checkout: Rate | null;
  /** Unknown discount codes that requests name, per customer, or per anonymous address. */
  readonly codes: Rate | null;
  /** All requests, per anonymous address. Authenticated callers get more. */
  readonly global: Rate | null;
}

export interface Config {
  readonly production: boolean;
  /** `api` runs no background work; `worker` serves health and metrics only. */
  readonly role: 'all' | 'api' | 'worker';
  readonly host: string;
  readonly port: number;
  /** What the server presents to clients; null: it speaks plain HTTP. */
  readonly tls: TlsChoice | null;
  /** May have a path, below which everything is then served; without a trailing slash. */
  readonly publicUrl: string;
  /** The URL of the console if it has a host of its own; null: it is at `publicUrl`. */
  readonly consoleUrl: string | null;
  /** Browsers send the cookies over https only. */
  readonly secureCookies: boolean;
  /** The insecure settings that are allowed, by the names of ALLOW_INSECURE. */
  readonly allowInsecure: readonly Insecurity[];
  /** The connections to other machines whose security matters. */
  readonly remoteConnections: readonly RemoteConnection[];
  /** The files that secrets came from. */
  readonly secretFiles: readonly SecretFile[];
  readonly logLevel: string;
  /** Whether each request has a line in the log. */
  readonly accessLog: boolean;
  /** Absolute. */
  readonly dataDir: string;
  readonly database: DatabaseChoice;
  /** Replicas that may lag, for lists and reports. */
  readonly databaseReplicaUrls: readonly string[];
  readonly databasePoolMax: number;
  /** Null: what servers could share, each keeps for itself. */
  readonly redisUrl: string | null;
  readonly cache: CacheChoice;
  readonly jwtSecret: SecretChoice;
  readonly factorKey: SecretChoice;
  /** Null: what it would encrypt is stored in clear. Production uses one that was generated, but generates none. */
  readonly encryptionKey: SecretChoice | null;
  readonly sealKey: SecretChoice;
  readonly logSealSeconds: number;
  /** Where passkeys can be used; null if the shop has no domain. */
  readonly passkeys: PasskeyScope | null;
  readonly accessTokenMinutes: number;
  readonly sessionLimits: SessionLimits;
  /** The roles whose users need a second factor. */
  readonly factorRequiredOf: readonly Role[];
  /** What a user may refund within an hour without a step-up; 0: no limit. */
  readonly stepUpRefundMinor: number;
  /** Made at the start when there is no such user. */
  readonly admin: { readonly email: string; readonly password: string } | null;
  /** `when-empty` is on for a new embedded database only. */
  readonly demoData: 'on' | 'off' | 'when-empty';
  readonly corsOrigins: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly currency: string;
  /** Whether prices contain their tax; if not, it is added on top. */
  readonly pricesIncludeTax: boolean;
  /** 0: orders do not expire. */
  readonly orderExpiryMinutes: number;
  /** 0: no limit. */
  readonly pendingOrdersMax: number;
  readonly heldUnitsMax: number;
  readonly heldValueMaxMinor: number;
  /** 0: no limit. */
  readonly cancellationsPerDayMax: number;
  /** How long what is personal of an order is kept after its end. 0: for ever. */
  readonly orderDataYears: number;
  readonly guests: {
    /** Whether orders can be placed without an account. */
    readonly mayOrder: boolean;
    /** 0: their orders do not expire. */
    readonly orderExpiryMinutes: number;
    /** Unpaid orders of guests per network address. 0: no limit. */
    readonly pendingPerAddressMax: number;
  };
  readonly rateLimits: RateLimitChoices;
  /** The queue driver. */
  readonly queue: QueueChoice;
  /** After this many attempts, background work is left to a person. */
  readonly queueAttemptsMax: number;
  /** The first wait before a retry; it doubles, with jitter. */
  readonly retryBaseSeconds: number;
  readonly webhooks: {
    /** After this many attempts a message becomes a dead letter. */
    readonly attemptsMax: number;
    /** Whether webhooks may also go to machines that are not on the internet. */
    readonly allowPrivateTargets: boolean;
  };
  /** Null: metrics for loopback peers only. */
  readonly metricsToken: string | null;
  /** The URL of a trace collector; null: no tracing. */
  readonly otlpEndpoint: string | null;
  /** The name at the head of mail and pages. */
  readonly shopName: string;
  readonly mail: MailChoice;
  readonly payments: PaymentChoice;
}
