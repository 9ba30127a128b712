import { timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { sha256 } from '../shared/canonical-json.ts';
import { requestErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import type { OwnCookies } from './own-cookies.ts';
import { isLoopbackPeer } from './peer.ts';

export interface Credential {
  /** Null if the `Authorization` header is not a valid bearer token. */
  readonly token: string | null;
  readonly by: 'bearer' | 'cookie';
}

/** Not `trim`, which takes away more: a browser lets others plant a name that has a prefix only after such a space. */
const SPACE_AROUND = /^[ \t]+|[ \t]+$/g;

/** Source: RFC 6750 §2.1. The name of the scheme is case-insensitive. */
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i;

/**
 * Returns the request's credential, or null. A bearer token takes precedence over the session cookie. Throws
 * `request.malformed` for two session cookies.
 */
export function findCredential(request: FastifyRequest): Credential | null {
  const { authorization } = request.headers;
  if (authorization !== undefined) return { token: parseBearer(authorization), by: 'bearer' };
  const cookie = findCookie(request, 'access');
  return cookie === undefined ? null : { token: cookie, by: 'cookie' };
}

/**
 * Returns the value of a cookie of this server, or undefined. Throws `request.malformed` for two of its name: a browser
 * sends a planted one, from another host of the domain or for a longer path, along with ours, and they look alike.
 */
export function findCookie(request: FastifyRequest, which: keyof OwnCookies): string | undefined {
  const values = findCookieValues(request, which);
  const { name } = request.server.ownCookies[which];
  if (values.length > 1) {
    throw new CodedError(requestErrors.malformed, {
      detail: `The cookie ${name} was sent more than once. Delete the cookies of this site and sign in again.`,
    });
  }
  return values.length === 0
    ? undefined
    : request.server.parseCookie(request.headers.cookie ?? '')[name];
}

/**
 * Returns the values of all cookies of a name, as they were sent, where a planted one does no harm. Node joins several headers
 * into one. A quote does not hide a semicolon. Source: RFC 6265 §5.4.
 */
export function findCookieValues(request: FastifyRequest, which: keyof OwnCookies): string[] {
  const { name } = request.server.ownCookies[which];
  const values: string[] = [];
  for (const pair of request.headers.cookie?.split(';') ?? []) {
    const equals = pair.indexOf('=');
    if (equals !== -1 && trimSpace(pair.slice(0, equals)) === name) {
      values.push(trimSpace(pair.slice(equals + 1)));
    }
  }
  return values;
}

function trimSpace(text: string): string {
  return text.replace(SPACE_AROUND, '');
}

/** Skips the regular expression for the usual form: an invalid token is detected when it is verified. */
function parseBearer(authorization: string): string | null {
  const plain = authorization.startsWith('Bearer ') && !authorization.includes(' ', 7);
  return plain ? authorization.slice(7) : (BEARER.exec(authorization)?.[1] ?? null);
}

/** Returns whether the request may read the metrics: from this machine, or with the configured token. */
export function mayReadMetrics(request: FastifyRequest, metricsToken: string | undefined): boolean {
  if (isLoopbackPeer(request)) return true;
  const { authorization } = request.headers;
  const token = authorization === undefined ? null : parseBearer(authorization);
  if (metricsToken === undefined || token === null) return false;
  // Digests have the same length, so the comparison takes the same time for any token.
  return timingSafeEqual(sha256(token), sha256(metricsToken));
}
