import type { FastifyRequest } from 'fastify';
import type { Caller } from '../shared/caller.ts';

/**
 * Identifies the caller of a credential. The accounts module implements it; the shell calls it before the body is read.
 * Throws `auth.unauthenticated` if the credential is malformed, expired, revoked or unknown, and `service.unavailable`
 * if that cannot be checked.
 */
export interface Authenticator {
  /**
   * `token` is an access token, an API key or the token of an order, from after `Bearer ` or from the access cookie.
   * `request` is where it came from, for the security log; `by` is how, a cookie counts in its own browser only. Without
   * them, the credential has been accepted before.
   */
  authenticate(
    token: string,
    request?: FastifyRequest,
    by?: 'bearer' | 'cookie',
  ): Promise<Caller> | Caller;
}
