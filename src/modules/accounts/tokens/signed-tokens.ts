import { createHash } from 'node:crypto';
import { createDecoder, createSigner, createVerifier } from 'fast-jwt';
import { LRUCache } from 'lru-cache';

/** Our tokens have about 400 characters. A longer text is rejected without parsing. */
const TOKEN_LENGTH_MAX = 2_000;
const VERIFIED_MAX = 10_000;
/** 32 bytes in base64url. */
const SIGNATURE_LENGTH = 43;

/** The claims of a token as JSON. */
export type Payload = Readonly<Record<string, unknown>>;

/** A verified token with its claims. */
interface Verified<Claims> {
  readonly token: string;
  readonly claims: Claims;
}

export interface SignedTokens<Claims> {
  /** Returns the same token for the same claims, until another secret signs. Adds `iss` and `aud`. */
  sign(claims: Payload): string;
  /**
   * Returns null unless the token has this type and was issued by and for this installation. Does not check the expiry,
   * which follows the database's clock.
   */
  verify(token: string): Claims | null;
}

export interface TokenOptions {
  /** The first secret signs, all verify. */
  readonly secrets: readonly string[];
  readonly issuer: string;
  readonly audience: string;
}

export interface SignedTokenOptions<Claims> extends TokenOptions {
  /** `typ` of the header, which no two kinds of tokens share. Source: RFC 8725 §3.11. */
  readonly type: string;
  /** Besides `iss` and `aud`. */
  readonly requiredClaims: readonly string[];
  /** Returns null if the claims are malformed. */
  readonly parseClaims: (payload: Payload) => Claims | null;
}

/** Creates and verifies JSON Web Tokens of one kind with HMAC-SHA-256. */
export function createSignedTokens<Claims>(
  options: SignedTokenOptions<Claims>,
): SignedTokens<Claims> {
  const { secrets, type, issuer, audience, parseClaims } = options;
  const [signingSecret] = secrets;
  if (signingSecret === undefined) throw new RangeError('tokens need a secret');

  const signer = createSigner({
    key: signingSecret,
    algorithm: 'HS256',
    header: { alg: 'HS256', typ: type, kid: buildKeyId(signingSecret) },
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
        requiredClaims: ['iss', 'aud', ...options.requiredClaims],
        ignoreExpiration: true,
      }),
    ]),
  );
  // Keyed by signature; then the whole token is compared. Keying by token would hash all of its 400 characters.
  const verified = new LRUCache<string, Verified<Claims>>({ max: VERIFIED_MAX });

  function check(token: string): Claims | null {
    try {
      const { header } = decode(token) as { header: Record<string, unknown> };
      if (header.typ !== type || header.crit !== undefined) return null;
      const verifier = verifiers.get(header.kid as string);
      return verifier === undefined ? null : parseClaims(verifier(token));
    } catch {
      // fast-jwt throws for every defect; the caller does not learn which.
      return null;
    }
  }

  return {
    sign: (claims) => signer({ iss: issuer, aud: audience, ...claims }),
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

/** Returns a time as the seconds of a claim. Source: RFC 7519 §2, "NumericDate". */
export function toNumericDate(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}
