import type { Logger } from 'pino';
import type { ErrorDefinition } from '../shared/errors.ts';
import type { SecurityLog } from '../shared/security-events.ts';
import type { Tracing } from '../shared/tracing.ts';
import type { AccessTable } from './access.ts';
import type { Authenticator } from './authentication.ts';
import type { LimitsOf } from './limit.ts';
import type { PresentedKeyPair } from './tls-server.ts';

/** Called when a reply is ready. `operationId` is null if no route matched. */
export type RequestObserver = (request: {
  readonly operationId: string | null;
  readonly method: string;
  readonly status: number;
  readonly durationSeconds: number;
}) => void;

export interface HttpServerOptions {
  /** What the server presents to clients. Default: none, and it speaks plain HTTP. */
  readonly tls?: PresentedKeyPair | null;
  readonly accessTable: AccessTable;
  /** Whether operations with `strangers` are open to callers who have not signed in. Default: false. */
  readonly admitsStrangers?: boolean;
  /** Whether an access rule without a route stops the start too. Default true. */
  readonly everyRuleNeedsRoute?: boolean;
  readonly authenticator: Authenticator;
  /** The URL by which clients reach this server, without a trailing slash. */
  readonly publicUrl: string;
  /** The URL of the console, on another host with the same path. Default: the console is at `publicUrl`. */
  readonly consoleUrl?: string | null;
  /** Other browser origins that may call with credentials. */
  readonly corsOrigins: readonly string[];
  /** CIDRs of the peers whose forwarding headers are trusted. */
  readonly trustedProxies: readonly string[];
  readonly logger: Logger | false;
  /** All errors of the modules, for the pages under `/problems`. The shell adds its own. */
  readonly errorCatalogue: readonly ErrorDefinition[];
  /** Whether session cookies have the attribute `Secure`. */
  readonly cookieSecure: boolean;
  /** The `info.version` of the OpenAPI document. */
  readonly version: string;
  /** The groups of operations, for the OpenAPI document. */
  readonly tags?: readonly { readonly name: string; readonly description: string }[];
  /** The bearer token with which other than loopback peers may read the metrics. */
  readonly metricsToken?: string;
  /** How long a request may take to arrive. Default 15 s. */
  readonly requestTimeoutMs?: number;
  /** Default 1 MiB. */
  readonly bodyLimitBytes?: number;
  /** How long a stop waits for requests in progress before it cuts them off. Default 10 s. */
  readonly drainTimeoutMs?: number;
  /** How long a stop waits before it closes idle connections. Default 1 s. */
  readonly idleGraceMs?: number;
  /** The longest silence on an event stream. Default 15 s. */
  readonly streamHeartbeatMs?: number;
  /** How long an event stream lasts whose reader has the token of an order. Default 1 h. */
  readonly orderStreamMs?: number;
  /** How many event streams may be open at once. Default 10,000. */
  readonly streamsMax?: number;
  /** Called once for each operation to which limits may apply. Default: no limits. */
  readonly findLimits?: LimitsOf;
  readonly onResponse?: RequestObserver;
  /** Whether each request has a line at level `info`; otherwise it has one at `debug`. Default: false. */
  readonly accessLog?: boolean;
  /** Default: nothing is recorded. */
  readonly securityLog?: SecurityLog;
  readonly tracing?: Tracing | null;
}
