import type { Transaction } from '../../../database/database.ts';
import type { Restriction, Source } from '../../../shared/caller.ts';
import { sha256 } from '../../../shared/canonical-json.ts';
import { newId } from '../../../shared/ids.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { type Device, rememberDevice } from '../devices/device.ts';
import { hashToken } from '../tokens/refresh-tokens.ts';
import { mustChangePassword, type Profile, profileView } from '../user.ts';
import { openFamily, type SessionRow } from './session-queries.ts';

/** The result of a sign-in. */
export interface Session {
  readonly user: Profile;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Lifetime of the access token in seconds. */
  readonly expiresIn: number;
}

/** A proof of who somebody is, which starts a session. */
export interface SignIn {
  readonly userId: string;
  /** The hash under which the password was verified; null if it was not a password that was proved. */
  readonly passwordHash: string | null;
  readonly source: Source;
  readonly device: Device | null;
}

/**
 * Starts a session and remembers the device. Returns null if the password has changed or the user was disabled since the
 * proof, so that no session outlives the change that ended all others.
 */
export async function openSession(
  parts: AccountsParts,
  tx: Transaction,
  { userId, passwordHash, device }: SignIn,
): Promise<Session | null> {
  const familyId = newId();
  const refreshToken = parts.refreshTokens.create();
  const [opened] = await openFamily(
    tx,
    userId,
    passwordHash,
    familyId,
    hashToken(refreshToken),
    parts.refreshTokenDays,
  );
  if (opened === undefined) return null;
  if (device !== null) await rememberDevice(tx, userId, device);
  return buildSession(parts, opened, familyId, refreshToken, opened.issuedAt);
}

/** Builds a session, identical for the same refresh token. */
export function buildSession(
  parts: AccountsParts,
  row: Omit<SessionRow, 'issuedAt'>,
  familyId: string,
  refreshToken: string,
  issuedAt: Date,
): Session {
  const { accessTokens } = parts;
  const claims = {
    userId: row.id,
    role: row.role,
    vip: row.vip,
    familyId,
    generation: row.generation,
    authenticatedAtMs: row.authenticatedAt.getTime(),
    factors: row.factors,
    restriction: findRestriction(row),
  };
  const tokenId = sha256('access token', refreshToken).toString('base64url').slice(0, 22);
  return {
    user: profileView(row),
    accessToken: accessTokens.sign(claims, issuedAt, tokenId),
    refreshToken,
    expiresIn: accessTokens.lifetimeSeconds,
  };
}

/** Returns what a user must do first; null: nothing. */
function findRestriction(row: Omit<SessionRow, 'issuedAt'>): Restriction | null {
  return mustChangePassword(row) ? 'password_change' : null;
}
