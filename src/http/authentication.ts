import type { Caller } from '../shared/caller.ts';

/**
 * Who stands behind a credential. The accounts module implements it; the shell asks it before the body is read.
 * Throws `auth.unauthenticated` for what is broken, expired, revoked or unknown, and `service.unavailable` when it
 * cannot be known.
 */
export interface Authenticator {
  /** `token` is an access token or an API key, as it stood after `Bearer `, or in the access cookie. */
  authenticate(token: string): Promise<Caller> | Caller;
}

/** Names and paths of the session cookies, the latter below that of PUBLIC_URL. */
export const sessionCookies = {
  access: { name: 'holdfast_access', path: '/' },
  refresh: { name: 'holdfast_refresh', path: '/api/auth' },
} as const;
