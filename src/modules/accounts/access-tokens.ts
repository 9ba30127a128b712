import { createHash } from 'node:crypto';
import { createDecoder, createSigner, createVerifier } from 'fast-jwt';
import { LRUCache } from 'lru-cache';
import type { Role } from '../../shared/caller.ts';
import { isId } from '../../shared/ids.ts';
import { roles } from './user.ts';

const TOKEN_TYPE = 'at+jwt';
/** Our tokens have about 400 characters. A longer text is rejected without parsing. */
const TOKEN_LENGTH_MAX = 2_000;
const VERIFIED_MAX = 10_000;
/** 32 bytes in base64url. */
const SIGNATURE_LENGTH = 43;

/** The claims of an access token with a valid signature. The token may have expired or been revoked. */
export interface AccessClaims {
  readonly userId: string;
  readonly role: Role;
  readonly vip: boolean;
  readonly familyId: string;
  readonly expiresAtMs: number;
}

/** A verified token with its claims. */
interface Verified {
  readonly token: string;
  readonly claims: AccessClaims;
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

export interface AccessTokenOptions {
  /** The first secret signs, all verify. */
  readonly secrets: readonly string[];
  readonly issuer: string;
  readonly audience: string;
  readonly lifetimeSeconds: number;
}

/** Creates and verifies JSON Web Tokens with HMAC-SHA-256. Source of the claims and the type: RFC 9068. */
export function createAccessTokens(options: AccessTokenOptions): AccessTokens {
  const { secrets, issuer, audience, lifetimeSeconds } = options;
  const [signingSecret] = secrets;
  if (signingSecret === undefined) throw new RangeError('access tokens need a secret');

  const signer = createSigner({
    key: signingSecret,
    algorithm: 'HS256',
    header: { alg: 'HS256', typ: TOKEN_TYPE, kid: buildKeyId(signingSecret) },
  });
  const decode = createDecoder({ complete: true });
  const verifiers = new Map(
    secrets.map((secret) => [
      buildKeyId(secret),
      createVerifier({
        key: secret,
        algorithms: ['HS256'],
        allowedIss: issuer,
        allowedAud: audience,
        requiredClaims: ['iss', 'aud', 'sub', 'role', 'vip', 'sid', 'iat', 'exp', 'jti'],
        ignoreExpiration: true,
      }),
    ]),
  );
  // Keyed by signature; then the whole token is compared. Keying by token would hash all of its 400 characters.
  const verified = new LRUCache<string, Verified>({ max: VERIFIED_MAX });

  function check(token: string): AccessClaims | null {
    try {
      const { header } = decode(token) as { header: Record<string, unknown> };
      if (header.typ !== TOKEN_TYPE || header.crit !== undefined) return null;
      const verifier = verifiers.get(header.kid as string);
      return verifier === undefined ? null : parseClaims(verifier(token));
    } catch {
      // fast-jwt throws for every defect; the caller does not learn which.
      return null;
    }
  }

  return {
    lifetimeSeconds,
    sign({ userId, role, vip, familyId }, issuedAt, tokenId) {
      const issuedSeconds = Math.floor(issuedAt.getTime() / 1000);
      return signer({
        iss: issuer,
        aud: audience,
        sub: userId,
        role,
        vip,
        sid: familyId,
        iat: issuedSeconds,
        exp: issuedSeconds + lifetimeSeconds,
        jti: tokenId,
      });
    },
    verify(token) {
      if (token.length > TOKEN_LENGTH_MAX) return null;
      const signature = token.slice(-SIGNATURE_LENGTH);
      const known = verified.get(signature);
      if (known !== undefined && known.token === token) return known.claims;
      const claims = check(token);
      if (claims !== null) verified.set(signature, { token, claims });
      return claims;
    },
  };
}

/** Returns an identifier of a secret that does not reveal it. */
function buildKeyId(secret: string): string {
  return createHash('sha256').update(`kid:${secret}`).digest('base64url').slice(0, 12);
}

function parseClaims(payload: Record<string, unknown>): AccessClaims | null {
  const { sub, role, vip, sid, exp } = payload;
  const isSound =
    typeof sub === 'string' &&
    isId(sub) &&
    roles.includes(role as Role) &&
    typeof vip === 'boolean' &&
    typeof sid === 'string' &&
    isId(sid) &&
    Number.isSafeInteger(exp);
  if (!isSound) return null;
  return { userId: sub, role: role as Role, vip, familyId: sid, expiresAtMs: Number(exp) * 1000 };
}
