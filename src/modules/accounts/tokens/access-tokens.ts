import {
  type FactorType,
  factorTypes,
  type Restriction,
  type Role,
} from '../../../shared/caller.ts';
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
  /** The generation of its session; see `Revocations.isSpent`. */
  readonly generation: number;
  /** The epoch in which its session began; see `Revocations.hasEnded`. */
  readonly epoch: number;
  /** When the user last proved who they are, in whole seconds. 0 in tokens of earlier versions. */
  readonly authenticatedAtMs: number;
  /** The kinds of second factors that the user had when the token was issued. */
  readonly factors: readonly FactorType[];
  /** What the user had to do first when the token was issued; null: nothing. */
  readonly restriction: Restriction | null;
  /**
   * In which browser's cookies it may be, by `shortenDeviceHash`; empty: in none. Null in tokens of earlier versions, which do
   * not say.
   */
  readonly device: string | null;
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
    sign(claims, issuedAt, tokenId) {
      const { userId, role, vip, familyId, generation, epoch, factors, restriction } = claims;
      const iat = toNumericDate(issuedAt);
      return tokens.sign({
        sub: userId,
        role,
        vip,
        sid: familyId,
        auth_time: Math.floor(claims.authenticatedAtMs / 1000),
        ...(generation === 1 ? {} : { gen: generation }),
        ...(epoch === 0 ? {} : { epoch }),
        ...(factors.length === 0 ? {} : { fac: factors }),
        ...(restriction === null ? {} : { first: restriction }),
        dev: claims.device,
        iat,
        exp: iat + lifetimeSeconds,
        jti: tokenId,
      });
    },
    verify: tokens.verify,
  };
}

function parseClaims(payload: Payload): AccessClaims | null {
  const { sub, role, vip, sid, exp, auth_time = 0, gen = 1, epoch = 0 } = payload;
  const { fac = [], first = null, dev = null } = payload;
  const isSound =
    typeof sub === 'string' &&
    isId(sub) &&
    roles.includes(role as Role) &&
    typeof vip === 'boolean' &&
    typeof sid === 'string' &&
    isId(sid) &&
    Number.isSafeInteger(auth_time) &&
    Number.isSafeInteger(gen) &&
    Number.isSafeInteger(epoch) &&
    Array.isArray(fac) &&
    fac.every((type) => factorTypes.includes(type)) &&
    (first === null || first === 'password_change' || first === 'factor') &&
    (dev === null || typeof dev === 'string') &&
    Number.isSafeInteger(exp);
  if (!isSound) return null;
  return {
    userId: sub,
    role: role as Role,
    vip,
    familyId: sid,
    generation: Number(gen),
    epoch: Number(epoch),
    authenticatedAtMs: Number(auth_time) * 1000,
    factors: fac,
    restriction: first,
    device: dev,
    expiresAtMs: Number(exp) * 1000,
  };
}
