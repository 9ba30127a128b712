import type { Role } from '../../../shared/caller.ts';
import { isId } from '../../../shared/ids.ts';
import { roles } from '../user.ts';
import {
  createSignedTokens,
  type Payload,
  type TokenOptions,
  toNumericDate,
} from './signed-tokens.ts';

/** The claims of an access token with a valid signature. The token may have expired or been revoked. */
export interface AccessClaims {
  readonly userId: string;
  readonly role: Role;
  readonly vip: boolean;
  readonly familyId: string;
  /** Whether the user had to choose a new password when the token was issued. */
  readonly passwordChangeRequired?: boolean;
  readonly expiresAtMs: number;
}

export interface AccessTokens {
  readonly lifetimeSeconds: number;
  /** The caller chooses `tokenId` (`jti`), so that a repeated refresh returns an identical token. */
  sign(claims: Omit<AccessClaims, 'expiresAtMs'>, issuedAt: Date, tokenId: string): string;
  /**
   * Returns null unless the token was issued by and for this installation. Does not check the expiry, which follows the
   * database's clock.
   */
  verify(token: string): AccessClaims | null;
}

export interface AccessTokenOptions extends TokenOptions {
  readonly lifetimeSeconds: number;
}

/** Creates and verifies the tokens of signed-in users. Source of the claims and the type: RFC 9068. */
export function createAccessTokens(options: AccessTokenOptions): AccessTokens {
  const { lifetimeSeconds } = options;
  const tokens = createSignedTokens({
    ...options,
    type: 'at+jwt',
    requiredClaims: ['sub', 'role', 'vip', 'sid', 'iat', 'exp', 'jti'],
    parseClaims,
  });
  return {
    lifetimeSeconds,
    sign({ userId, role, vip, familyId, passwordChangeRequired = false }, issuedAt, tokenId) {
      const iat = toNumericDate(issuedAt);
      const exp = iat + lifetimeSeconds;
      const claims = { sub: userId, role, vip, sid: familyId, iat, exp, jti: tokenId };
      return tokens.sign(passwordChangeRequired ? { ...claims, pwd: 'change' } : claims);
    },
    verify: tokens.verify,
  };
}

function parseClaims(payload: Payload): AccessClaims | null {
  const { sub, role, vip, sid, exp, pwd } = payload;
  const isSound =
    typeof sub === 'string' &&
    isId(sub) &&
    roles.includes(role as Role) &&
    typeof vip === 'boolean' &&
    typeof sid === 'string' &&
    isId(sid) &&
    (pwd === undefined || pwd === 'change') &&
    Number.isSafeInteger(exp);
  if (!isSound) return null;
  return {
    userId: sub,
    role: role as Role,
    vip,
    familyId: sid,
    ...(pwd === undefined ? {} : { passwordChangeRequired: true }),
    expiresAtMs: Number(exp) * 1000,
  };
}
