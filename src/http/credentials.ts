import { timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { sha256 } from '../shared/canonical-json.ts';
import { requestErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import { sessionCookies } from './authentication.ts';
import { isLoopbackPeer } from './peer.ts';

export interface Credential {
  /** Null when the `Authorization` header holds something else than a bearer token: a broken credential. */
  readonly token: string | null;
  readonly by: 'bearer' | 'cookie';
}

/** Source: RFC 6750 §2.1. The name of the scheme has no case. */
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i;

/**
 * What the request bears; null when nothing. A bearer token wins over the session cookie. Throws `request.malformed` for
 * two session cookies.
 */
export function findCredential(request: FastifyRequest): Credential | null {
  const { authorization } = request.headers;
  if (authorization !== undefined) return { token: parseBearer(authorization), by: 'bearer' };
  const cookie = findCookie(request, sessionCookies.access.name);
  return cookie === undefined ? null : { token: cookie, by: 'cookie' };
}

/**
 * Undefined where the request bears no such cookie. Throws `request.malformed` where it bears two: a browser sends one
 * that was planted, by another host of the domain or for a longer path, along with ours and does not say which is which.
 */
export function findCookie(request: FastifyRequest, name: string): string | undefined {
  const { cookie } = request.headers;
  if (cookie === undefined) return undefined;
  if (countCookies(cookie, name) > 1) {
    throw new CodedError(requestErrors.malformed, {
      detail: `The cookie ${name} came more than once. Delete the cookies of this site and sign in again.`,
    });
  }
  return request.server.parseCookie(cookie)[name];
}

/** Node joins several headers into one. Source: RFC 6265 §5.4; a quote does not hide a semicolon. */
function countCookies(header: string, name: string): number {
  let count = 0;
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals !== -1 && pair.slice(0, equals).trim() === name) count += 1;
  }
  return count;
}

/** As all clients write it, without the expression: what is no token then is found when it is verified. */
function parseBearer(authorization: string): string | null {
  const plain = authorization.startsWith('Bearer ') && !authorization.includes(' ', 7);
  return plain ? authorization.slice(7) : (BEARER.exec(authorization)?.[1] ?? null);
}

/** Metrics are for this machine, and for whoever bears the token when one is configured. */
export function mayReadMetrics(request: FastifyRequest, metricsToken: string | undefined): boolean {
  if (isLoopbackPeer(request)) return true;
  const { authorization } = request.headers;
  const token = authorization === undefined ? null : parseBearer(authorization);
  if (metricsToken === undefined || token === null) return false;
  // Digests have one length, so the comparison takes one time whatever was sent.
  return timingSafeEqual(sha256(token), sha256(metricsToken));
}
