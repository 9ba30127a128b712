import type { FastifyRequest } from 'fastify';
import {
  type Authenticator,
  canBePlanted,
  findCookie,
  isFromBrowser,
  refuseCredential,
} from '../../../http/index.ts';
import type { Caller, OrderCaller, UserCaller } from '../../../shared/caller.ts';
import { authErrors } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { AccessClaims, AccessTokens } from '../tokens/access-tokens.ts';
import { hashDevice, shortenDeviceHash } from '../tokens/device-tokens.ts';
import type { OrderTokens } from '../tokens/order-tokens.ts';
import { API_KEY_PREFIX } from './api-key.ts';
import type { ApiKeyAuthenticator } from './api-key-authenticator.ts';
import type { Revocations } from './revocations.ts';

/** How long a proof of who somebody is counts for what asks for a recent one. */
const RECENT_PROOF_MS = 10 * 60_000;

/**
 * Finds the caller of a token, without the database while the revocations in memory are fresh. If they are stale, the
 * server reads them once more and refuses the request if that fails. The token of an order needs none: its right is read
 * with the order.
 */
export function createAuthenticator(parts: {
  readonly accessTokens: AccessTokens;
  readonly orderTokens: OrderTokens;
  readonly apiKeys: ApiKeyAuthenticator;
  readonly revocations: Revocations;
}): Authenticator {
  const { accessTokens, orderTokens, apiKeys, revocations } = parts;

  /** `browser`: the request whose cookie the token is; absent if it is no cookie. */
  function admit(claims: AccessClaims, browser?: FastifyRequest): UserCaller {
    const current = revocations.findAccess(claims.userId);
    const { userId, familyId } = claims;
    // Each access token expires after minutes, so the security log leaves that out.
    if (claims.expiresAtMs <= revocations.nowMs()) throw new CodedError(authErrors.unauthenticated);
    if (browser !== undefined) requireOwnBrowser(claims, browser);
    if (current?.disabled === true) throw refuseCredential('disabled', { userId });
    if (revocations.hasEnded(familyId, claims.epoch))
      throw refuseCredential('ended_session', { userId });
    // Like an expired token: its session continues with the next refresh.
    if (revocations.isSpent(familyId, claims.generation)) {
      throw new CodedError(authErrors.unauthenticated);
    }
    const { role, vip } = current ?? claims;
    const { restriction } = claims;
    const caller = {
      kind: 'user',
      id: userId,
      role,
      vip,
      familyId,
      factors: claims.factors,
      hasRecentProof: revocations.nowMs() - claims.authenticatedAtMs <= RECENT_PROOF_MS,
    } as const;
    // A requirement of after the sign-in counts from the next one, or from the next refresh.
    const isRestricted =
      restriction !== null &&
      role !== 'customer' &&
      (restriction !== 'password_change' || current?.passwordChangeRequired !== false);
    return isRestricted ? { ...caller, restriction } : caller;
  }

  function admitNow(
    token: string,
    request?: FastifyRequest,
    by?: 'bearer' | 'cookie',
  ): Promise<Caller> | Caller {
    if (token.startsWith(API_KEY_PREFIX)) return apiKeys.authenticate(token, request);
    const claims = accessTokens.verify(token);
    return claims === null
      ? admitOrder(token)
      : admit(claims, by === 'cookie' ? request : undefined);
  }

  function admitOrder(token: string): OrderCaller {
    const claims = orderTokens.verify(token);
    if (claims === null) throw refuseCredential('unknown_token');
    return { kind: 'order', id: claims.orderId };
  }

  async function admitOnceFresh(
    token: string,
    request?: FastifyRequest,
    by?: 'bearer' | 'cookie',
  ): Promise<Caller> {
    // Text that is not a token needs no query.
    const needsFresh = token.startsWith(API_KEY_PREFIX) || accessTokens.verify(token) !== null;
    if (!needsFresh) return admitOrder(token);
    await revocations.refresh();
    return admitNow(token, request, by);
  }

  return {
    // The database's time, by which access tokens and API keys expire, is read together with the revocations.
    authenticate: (token, request, by) =>
      revocations.isFresh() ? admitNow(token, request, by) : admitOnceFresh(token, request, by),
  };
}

/**
 * Throws `auth.unauthenticated` for an access cookie of another browser, where its name does not prevent that already. A
 * token of an earlier version, which does not state its browser, is admitted for the minutes that it lives, and a program may
 * send the access cookie alone.
 */
function requireOwnBrowser({ userId, device }: AccessClaims, request: FastifyRequest): void {
  const { ownCookies } = request.server;
  if (device === null || !canBePlanted(ownCookies.access) || canBePlanted(ownCookies.device))
    return;
  const token = findCookie(request, 'device');
  if (token === undefined && !isFromBrowser(request)) return;
  if (token !== undefined && shortenDeviceHash(hashDevice(token)) === device) return;
  const details = { reason: token === undefined ? 'no_device' : 'other_device', userId };
  throw new CodedError(authErrors.unauthenticated, {
    security: { event: 'session.foreign_cookie', details },
  });
}
