import type { FastifyRequest } from 'fastify';
import { authErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import { findSite } from './sites.ts';

/**
 * Checks the origin of a change that is authenticated by cookie. Browsers send cookies even with requests that other
 * sites cause, so the origin must be ours or allowed. Throws `auth.origin_not_allowed`.
 */
export function requireAllowedOrigin(request: FastifyRequest): void {
  const { origin } = request.headers;
  if (origin === undefined) throw new CodedError(authErrors.originNotAllowed);
  if (findSite(request).allowedOrigins.has(origin)) return;
  // `protocol` and `host` are as seen through trusted proxies.
  if (origin !== `${request.protocol}://${request.host}`) {
    throw new CodedError(authErrors.originNotAllowed);
  }
}
