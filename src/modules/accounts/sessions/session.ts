import type { Queryable } from '../../../database/statement.ts';
import { sha256 } from '../../../shared/canonical-json.ts';
import { newId } from '../../../shared/ids.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { hashToken } from '../tokens/refresh-tokens.ts';
import { mustChangePassword, type Profile, profileView, type User } from '../user.ts';
import { openFamily } from './session-queries.ts';

/** The result of a sign-in. */
export interface Session {
  readonly user: Profile;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Lifetime of the access token in seconds. */
  readonly expiresIn: number;
}

/**
 * Starts a session. Returns null if the password has changed or the user was disabled since `passwordHash` was read, so
 * that no session outlives the change that ended all others.
 */
export async function openSession(
  parts: AccountsParts,
  db: Queryable,
  userId: string,
  passwordHash: string,
): Promise<Session | null> {
  const familyId = newId();
  const refreshToken = parts.refreshTokens.create();
  const [opened] = await openFamily(
    db,
    userId,
    passwordHash,
    familyId,
    hashToken(refreshToken),
    parts.refreshTokenDays,
  );
  if (opened === undefined) return null;
  return buildSession(parts, opened, familyId, refreshToken, opened.issuedAt);
}

/** Builds a session, identical for the same refresh token. */
export function buildSession(
  parts: AccountsParts,
  user: User,
  familyId: string,
  refreshToken: string,
  issuedAt: Date,
): Session {
  const { accessTokens } = parts;
  const claims = {
    userId: user.id,
    role: user.role,
    vip: user.vip,
    familyId,
    passwordChangeRequired: mustChangePassword(user),
  };
  const tokenId = sha256('access token', refreshToken).toString('base64url').slice(0, 22);
  return {
    user: profileView(user),
    accessToken: accessTokens.sign(claims, issuedAt, tokenId),
    refreshToken,
    expiresIn: accessTokens.lifetimeSeconds,
  };
}
