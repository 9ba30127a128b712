import { createHmac, randomBytes } from 'node:crypto';
import { sha256 } from '../../../shared/canonical-json.ts';

const PREFIX = 'hfr_';
const SHAPE = /^hfr_[A-Za-z0-9_-]{43}$/;

/**
 * Opaque refresh tokens. A successor is derived from its predecessor and a secret of the server, so that a repeated
 * refresh can return the same successor although only hashes are stored.
 */
export interface RefreshTokens {
  /** Creates the random first token of a family. */
  create(): string;
  /** Returns the possible successors of a token: under the first secret, then under those being rotated out. */
  successors(token: string): readonly [string, ...string[]];
  /** Returns null if the text is not a refresh token at all. */
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

/** Hashes a token for storage. Plain SHA-256 suffices for 256 random bits. */
export function hashToken(token: string): Buffer {
  return sha256(token);
}
