import type { RouteOptions } from 'fastify';
import type { Access, AccessTable } from './access.ts';

/** The reference's routes come from a plugin that names no operations. */
export const REFERENCE_PATH = '/docs';

/** What signs somebody in is short, and strangers send it. */
const AUTH_BODY_MAX_BYTES = 64 * 1024;

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What the hooks need to know of a route, decided once when it is registered. */
export interface Operation {
  /** The operation's id in the OpenAPI document and in the access table. */
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly access: Access;
  /**
   * `ignored`: what the request bears is not looked at. `optional`: a caller is known when he signed in.
   * `required`: nobody else comes in. `metrics`: a loopback peer or the bearer of METRICS_TOKEN.
   */
  readonly credentials: 'ignored' | 'optional' | 'required' | 'metrics';
  /** Under the contract's strictness: unknown fields and parameters are refused, and limits apply. */
  readonly strict: boolean;
  /** Changes something, so a session cookie is not enough without an allowed `Origin`. */
  readonly changes: boolean;
  /** Takes effect once under an Idempotency-Key. */
  readonly claims: boolean;
  readonly bodyMaxBytes: number;
}

/** Throws with a sentence that names the route when it has no operation id or no access rule. */
export function buildOperation(
  route: RouteOptions,
  accessTable: AccessTable,
  bodyMaxBytes: number,
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
  // Machines of others, which sign what they send, add fields when they like.
  const strict = inApi && route.config?.signedBody !== true && route.config?.page !== true;
  const credentials = getCredentialsUse(access, strict && !inAuth);
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
      credentials === 'required' &&
      (method === 'POST' || method === 'PATCH') &&
      route.config?.withoutIdempotency !== true,
    bodyMaxBytes: Math.min(
      route.bodyLimit ?? bodyMaxBytes,
      inAuth ? AUTH_BODY_MAX_BYTES : bodyMaxBytes,
    ),
  };
}

function getCredentialsUse(access: Access, callerMatters: boolean): Operation['credentials'] {
  if (access === 'metrics') return 'metrics';
  if (access !== 'anyone') return 'required';
  return callerMatters ? 'optional' : 'ignored';
}

function isReference(url: string): boolean {
  return url === REFERENCE_PATH || url.startsWith(`${REFERENCE_PATH}/`);
}
