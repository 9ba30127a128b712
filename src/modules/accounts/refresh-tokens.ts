import { createHmac, randomBytes } from 'node:crypto';
import { sha256 } from '../../shared/canonical-json.ts';

const PREFIX = 'hfr_';
const SHAPE = /^hfr_[A-Za-z0-9_-]{43}$/;

/**
 * Opaque refresh tokens. A successor is derived from the token before it and a secret of the server, so that a repeated
 * refresh can be answered with the same successor although only hashes are stored.
 */
export interface RefreshTokens {
  /** The random first of a family. */
  create(): string;
  /** What a token of this shape could be succeeded by: by the first secret, then by those that rotate out. */
  successors(token: string): readonly [string, ...string[]];
  /** Null when the text is no refresh token at all. */
  hash(token: string): Buffer | null;
}

export function createRefreshTokens(secrets: readonly string[]): RefreshTokens {
  const [first, ...others] = secrets.map((secret) =>
    createHmac('sha256', secret).update('refresh token successor').digest(),
  );
  if (first === undefined) throw new RangeError('refresh tokens need a secret');
  const deriveSuccessor = (key: Buffer, token: string): string =>
    PREFIX + createHmac('sha256', key).update(token).digest('base64url');
  return {
    create: () => PREFIX + randomBytes(32).toString('base64url'),
    successors: (token) => [
      deriveSuccessor(first, token),
      ...others.map((key) => deriveSuccessor(key, token)),
    ],
    hash: (token) => (SHAPE.test(token) ? hashToken(token) : null),
  };
}

/** Plain SHA-256 suffices for 256 random bits; only this is stored. */
export function hashToken(token: string): Buffer {
  return sha256(token);
}
