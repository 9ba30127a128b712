import type { RouteOptions } from 'fastify';
import type { Access, AccessTable } from './access.ts';

/** The routes of the reference come from a plugin and have no operation ids. */
export const REFERENCE_PATH = '/docs';

/** Bodies of sign-in requests are short and come from unauthenticated clients. */
const AUTH_BODY_MAX_BYTES = 64 * 1024;

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The properties of a route that the hooks need, determined once when it is registered. */
export interface Operation {
  /** The operation's id in the OpenAPI document and in the access table. */
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly access: Access;
  /**
   * `ignored`: credentials are not read. `optional`: anonymous callers are allowed. `required`: only authenticated
   * callers are allowed. `metrics`: a loopback peer or METRICS_TOKEN.
   */
  readonly credentials: 'ignored' | 'optional' | 'required' | 'metrics';
  /** Whether unknown fields and parameters are refused, and limits apply. */
  readonly strict: boolean;
  /** Whether it changes something, so that a session cookie also needs an allowed `Origin`. */
  readonly changes: boolean;
  /** Whether it takes effect once per Idempotency-Key. */
  readonly claims: boolean;
  readonly bodyMaxBytes: number;
}

/** What decides who may call the routes, and with how much. */
export interface OperationRules {
  readonly accessTable: AccessTable;
  /** Whether operations with `strangers` are open to callers who have not signed in. Default: false. */
  readonly admitsStrangers?: boolean | undefined;
  readonly bodyLimitBytes: number;
}

/**
 * Builds the operation of a route. Throws an error that names the route if it has no operation id or no access rule.
 */
export function buildOperation(
  route: RouteOptions,
  { accessTable, admitsStrangers = false, bodyLimitBytes: bodyMaxBytes }: OperationRules,
): Operation {
  const method = String(route.method);
  const id = isReference(route.url) ? 'getDocs' : route.schema?.operationId;
  if (id === undefined) {
    throw new Error(
      `The route ${method} ${route.url} has no schema.operationId: give it one, and a rule in the access table.`,
    );
  }
  const access = Object.hasOwn(accessTable, id) ? accessTable[id] : undefined;
  if (access === undefined) {
    throw new Error(
      `The route ${method} ${route.url} has no access rule: add "${id}" to the access of its module.`,
    );
  }
  const inApi = route.url.startsWith('/api/');
  const inAuth = route.url.startsWith('/api/auth/');
  // Other systems, which sign their requests, may add fields at any time.
  const strict = inApi && route.config?.signedBody !== true && route.config?.page !== true;
  const credentials = getCredentialsUse(access, strict && !inAuth, admitsStrangers);
  return {
    id,
    method,
    url: route.url,
    access,
    credentials,
    strict,
    changes: !SAFE_METHODS.has(method),
    claims:
      strict &&
      !inAuth &&
      typeof access === 'object' &&
      (method === 'POST' || method === 'PATCH') &&
      route.config?.withoutIdempotency !== true,
    bodyMaxBytes: Math.min(
      route.bodyLimit ?? bodyMaxBytes,
      inAuth ? AUTH_BODY_MAX_BYTES : bodyMaxBytes,
    ),
  };
}

function getCredentialsUse(
  access: Access,
  callerMatters: boolean,
  admitsStrangers: boolean,
): Operation['credentials'] {
  if (access === 'metrics') return 'metrics';
  if (access === 'anyone') return callerMatters ? 'optional' : 'ignored';
  if (access.byRefreshCookie) return 'optional';
  return access.strangers && admitsStrangers ? 'optional' : 'required';
}

function isReference(url: string): boolean {
  return url === REFERENCE_PATH || url.startsWith(`${REFERENCE_PATH}/`);
}
