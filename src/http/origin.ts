import type { FastifyRequest } from 'fastify';
import { authErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import type { App } from './app.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Origins besides the one the server was asked under: PUBLIC_URL and CORS_ORIGINS. */
    readonly allowedOrigins: ReadonlySet<string>;
  }
}

export function decorateAllowedOrigins(
  app: App,
  publicUrl: string,
  corsOrigins: readonly string[],
): void {
  app.decorate('allowedOrigins', new Set([new URL(publicUrl).origin, ...corsOrigins]));
}

/**
 * For a change that is authenticated by a cookie: the browser sends cookies along with what other sites ask of it, so
 * the request must name an origin that is ours or allowed. Throws `auth.origin_not_allowed`.
 */
export function requireAllowedOrigin(request: FastifyRequest): void {
  const { origin } = request.headers;
  if (origin === undefined) throw new CodedError(authErrors.originNotAllowed);
  if (request.server.allowedOrigins.has(origin)) return;
  // `protocol` and `host` are as seen through trusted proxies.
  if (origin !== `${request.protocol}://${request.host}`) {
    throw new CodedError(authErrors.originNotAllowed);
  }
}
