import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { authErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import { isLoopbackHost } from '../shared/loopback.ts';
import { findSite } from './sites.ts';

/**
 * Checks the origin of a change that is authenticated by cookie. Browsers send cookies even with requests that other
 * sites cause, so the origin must be ours or allowed. Throws `auth.origin_not_allowed`.
 */
export function requireAllowedOrigin(request: FastifyRequest): void {
  const { origin } = request.headers;
  if (origin === undefined) throw new CodedError(authErrors.originNotAllowed);
  if (!isAllowed(origin, request)) {
    throw new CodedError(authErrors.originNotAllowed, { detail: describeRemedy(request) });
  }
}

/**
 * Checks the origin of a request that asks for cookies and needs none, such as a sign-in: a page of somebody else could sign
 * a browser in as them. Browsers always send the origin, so a request without one is a program's, and may pass. Throws
 * `auth.origin_not_allowed`.
 */
export function refuseForeignOrigin(request: FastifyRequest): void {
  if (request.headers.origin !== undefined) requireAllowedOrigin(request);
}

/**
 * The host that a request names counts if it is an address or this machine. A name does not: others can make a name of
 * theirs lead to this server (DNS rebinding), and then the origin of their page and the host are the same.
 */
function isAllowed(origin: string, request: FastifyRequest): boolean {
  if (findSite(request).allowedOrigins.has(origin)) return true;
  // As seen through trusted proxies.
  const { protocol, host, hostname } = request;
  const name = hostname.replace(/^\[|\]$/g, '');
  return (isIP(name) !== 0 || isLoopbackHost(name)) && origin === `${protocol}://${host}`;
}

/**
 * Returns whether a browser sent the request. Each that is still maintained states from which site a request comes, and no
 * page can prevent it; programs do not. Source: W3C Fetch Metadata.
 */
export function isFromBrowser({ headers }: FastifyRequest): boolean {
  return headers['sec-fetch-site'] !== undefined;
}

/** Says what to do: a shop works only at addresses that its settings name. Whoever opened the page may be its operator. */
function describeRemedy(request: FastifyRequest): string {
  const { url, urlVariable, admitsOtherOrigins } = findSite(request);
  const other = admitsOtherOrigins ? ', or adds it to CORS_ORIGINS' : '';
  return `Open the page at ${url}. If this server has another address, its operator sets ${urlVariable} to it${other}.`;
}
