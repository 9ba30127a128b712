import type { Authenticator } from '../../http/index.ts';
import type { Caller, OrderCaller, UserCaller } from '../../shared/caller.ts';
import { authErrors } from '../../shared/common-errors.ts';
import { CodedError } from '../../shared/errors.ts';
import type { AccessClaims, AccessTokens } from './access-tokens.ts';
import { API_KEY_PREFIX } from './api-key.ts';
import type { ApiKeyAuthenticator } from './api-key-authenticator.ts';
import type { OrderTokens } from './order-tokens.ts';
import type { Revocations } from './revocations.ts';

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

  function admit(claims: AccessClaims): UserCaller {
    const current = revocations.findAccess(claims.userId);
    const isRejected =
      claims.expiresAtMs <= revocations.nowMs() ||
      revocations.hasEnded(claims.familyId) ||
      current?.disabled === true;
    if (isRejected) throw new CodedError(authErrors.unauthenticated);
    const { role, vip } = current ?? claims;
    const caller = {
      kind: 'user',
      id: claims.userId,
      role,
      vip,
      familyId: claims.familyId,
    } as const;
    // A requirement of after the sign-in counts from the next one, or from the next refresh.
    const isRestricted =
      claims.passwordChangeRequired === true &&
      current?.passwordChangeRequired !== false &&
      role !== 'customer';
    return isRestricted ? { ...caller, restriction: 'password_change' } : caller;
  }

  function admitBearer(token: string): Promise<Caller> | Caller {
    if (token.startsWith(API_KEY_PREFIX)) return apiKeys.authenticate(token);
    const claims = accessTokens.verify(token);
    return claims === null ? admitOrder(token) : admit(claims);
  }

  function admitOrder(token: string): OrderCaller {
    const claims = orderTokens.verify(token);
    if (claims === null) throw new CodedError(authErrors.unauthenticated);
    return { kind: 'order', id: claims.orderId };
  }

  async function admitOnceFresh(token: string): Promise<Caller> {
    // Text that is not a token needs no query.
    const needsFresh = token.startsWith(API_KEY_PREFIX) || accessTokens.verify(token) !== null;
    if (!needsFresh) return admitOrder(token);
    await revocations.refresh();
    return admitBearer(token);
  }

  return {
    // The database's time, by which access tokens and API keys expire, is read together with the revocations.
    authenticate: (token) => (revocations.isFresh() ? admitBearer(token) : admitOnceFresh(token)),
  };
}
