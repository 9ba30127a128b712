import type { Logger } from 'pino';
import type { ErrorDefinition } from '../shared/errors.ts';
import type { Tracing } from '../shared/tracing.ts';
import type { AccessTable } from './access.ts';
import type { Authenticator } from './authentication.ts';
import type { LimitsOf } from './limit.ts';

/** Called when a reply is out. `operationId` is null where no route matched. */
export type RequestObserver = (request: {
  readonly operationId: string | null;
  readonly method: string;
  readonly status: number;
  readonly durationSeconds: number;
}) => void;

export interface HttpServerOptions {
  readonly accessTable: AccessTable;
  /** True: an access rule without a route stops the start too. Default true. */
  readonly everyRuleNeedsRoute?: boolean;
  readonly authenticator: Authenticator;
  /** Where clients reach this server, without a slash at the end. */
  readonly publicUrl: string;
  /** Browser origins, besides our own, that may call with credentials. */
  readonly corsOrigins: readonly string[];
  /** CIDRs of the peers whose forwarding headers count. */
  readonly trustedProxies: readonly string[];
  readonly logger: Logger | false;
  /** Every refusal of the modules, for the pages under `/problems`. The shell adds its own. */
  readonly errorCatalogue: readonly ErrorDefinition[];
  /** Whether session cookies bear `Secure`. */
  readonly cookieSecure: boolean;
  /** For `info.version` of the OpenAPI document. */
  readonly version: string;
  /** What the groups of operations are, for the OpenAPI document. */
  readonly tags?: readonly { readonly name: string; readonly description: string }[];
  /** The bearer token that lets others than loopback peers read the metrics. */
  readonly metricsToken?: string;
  /** How long a request may take to arrive. Default 15 s. */
  readonly requestTimeoutMs?: number;
  /** Default 1 MiB. */
  readonly bodyLimitBytes?: number;
  /** How long a stop waits for what is in flight before it cuts it off. Default 10 s. */
  readonly drainTimeoutMs?: number;
  /** How long a stop lets an open connection stay silent before it closes it. Default 1 s. */
  readonly idleGraceMs?: number;
  /** How long a stream of events is silent at most. Default 15 s. */
  readonly streamHeartbeatMs?: number;
  /** How many streams of events are open at once. Default 10,000. */
  readonly streamsMax?: number;
  /** Asked once for each operation that limits may hold for. Default: none. */
  readonly findLimits?: LimitsOf;
  readonly onResponse?: RequestObserver;
  readonly tracing?: Tracing | null;
}
