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
  /**
   * Returns the possible successors of a token of which only the hash is known, for a session that is renewed without
   * showing its token. Ordered as above.
   */
  renewals(tokenHash: Buffer): readonly [string, ...string[]];
  /** Returns null if the text is not a refresh token at all. */
  hash(token: string): Buffer | null;
}

export function createRefreshTokens(secrets: readonly string[]): RefreshTokens {
  return {
    create: () => PREFIX + randomBytes(32).toString('base64url'),
    successors: createDerivation(secrets, 'refresh token successor'),
    renewals: createDerivation(secrets, 'refresh token renewal'),
    hash: (token) => (SHAPE.test(token) ? hashToken(token) : null),
  };
}

/** Returns a function that derives tokens from a predecessor, under each secret. */
function createDerivation(
  secrets: readonly string[],
  purpose: string,
): (predecessor: string | Buffer) => readonly [string, ...string[]] {
  const [first, ...others] = secrets.map((secret) =>
    createHmac('sha256', secret).update(purpose).digest(),
  );
  if (first === undefined) throw new RangeError('refresh tokens need a secret');
  const derive = (key: Buffer, predecessor: string | Buffer): string =>
    PREFIX + createHmac('sha256', key).update(predecessor).digest('base64url');
  return (predecessor) => [
    derive(first, predecessor),
    ...others.map((key) => derive(key, predecessor)),
  ];
}

/** Hashes a token for storage. Plain SHA-256 suffices for 256 random bits. */
export function hashToken(token: string): Buffer {
  return sha256(token);
}
