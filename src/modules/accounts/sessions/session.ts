import type { Transaction } from '../../../database/database.ts';
import type { Restriction, Source } from '../../../shared/caller.ts';
import { sha256 } from '../../../shared/canonical-json.ts';
import { authErrors } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { newId } from '../../../shared/ids.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { type Device, rememberDevice, requireAdmitted } from '../devices/device.ts';
import { notify } from '../notices.ts';
import { isFactorRequired } from '../required-factor.ts';
import { hashDevice, shortenDeviceHash } from '../tokens/device-tokens.ts';
import { hashToken } from '../tokens/refresh-tokens.ts';
import { mustChangePassword, type Profile, profileView } from '../user.ts';
import {
  endExcessFamilies,
  endFamily,
  lockFamily,
  openFamily,
  replaceFamily,
  type SessionRow,
} from './session-queries.ts';

/** The result of a sign-in. */
export interface Session {
  readonly user: Profile;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Lifetime of the access token in seconds. */
  readonly expiresIn: number;
  /** Lifetime of the refresh token in whole seconds. Not in replies: it is that of the cookie. */
  readonly refreshExpiresIn: number;
  /** Whether a user who was known from other devices signed in from a new one. Not in replies. */
  readonly isNewDevice: boolean;
}

/** A proof of who somebody is, which starts a session. */
export interface SignIn {
  readonly userId: string;
  /** The hash under which the password was verified; null if it was not a password that was proved. */
  readonly passwordHash: string | null;
  readonly source: Source;
  readonly device: Device | null;
  /** The session of the same user that the new one replaces: it ends, and the new one lasts no longer than it would have. */
  readonly replacesFamilyId?: string;
}

/** At most so many sessions of a user; the least recently used ones end. */
const SESSIONS_MAX = 20;

/**
 * Starts a session, remembers the device, and ends the session that its browser had so far. Returns null if the password has changed or the user was disabled since the
 * proof, so that no session outlives the change that ended all others. Throws `auth.unauthenticated` if the session to
 * replace has ended, and `accounts.staff_at_console`.
 */
export async function openSession(
  parts: AccountsParts,
  tx: Transaction,
  { userId, passwordHash, source, device, replacesFamilyId }: SignIn,
): Promise<Session | null> {
  const { sessionLimits, revocations } = parts;
  const familyId = newId();
  const refreshToken = parts.refreshTokens.create();
  const [opened] = await openFamily(
    tx,
    userId,
    passwordHash,
    familyId,
    hashToken(refreshToken),
    sessionLimits,
    source.origin?.address ?? null,
    source.origin?.userAgent ?? null,
    device?.token == null ? null : hashDevice(device.token),
  );
  if (opened === undefined) return null;
  requireAdmitted(opened.role, device);
  if (replacesFamilyId !== undefined) {
    const [replaced] = await replaceFamily(tx, userId, replacesFamilyId, familyId, sessionLimits);
    if (replaced === undefined) throw new CodedError(authErrors.unauthenticated);
    opened.expiresAt = replaced.expiresAt;
    tx.afterCommit(() => revocations.endFamilies([replacesFamilyId]));
  }
  await endFormerSession(parts, tx, device);
  const excess = await endExcessFamilies(tx, userId, familyId, SESSIONS_MAX);
  tx.afterCommit(() => revocations.endFamilies(excess.map(({ id }) => id)));
  const isNewDevice = device !== null && (await rememberDevice(tx, userId, device));
  if (isNewDevice) await notify(parts, tx, { kind: 'new_device', userId, source });
  return { ...buildSession(parts, opened, familyId, refreshToken), isNewDevice };
}

/** Ends the session whose cookie the new one replaces in a browser, of this user or another: nobody could sign it out. */
async function endFormerSession(
  { refreshTokens, revocations, sessionLimits }: AccountsParts,
  tx: Transaction,
  device: Device | null,
): Promise<void> {
  for (const token of device?.formerRefreshTokens ?? []) {
    const hash = refreshTokens.hash(token);
    const [former] = hash === null ? [] : await lockFamily(tx, hash, sessionLimits);
    if (former === undefined) continue;
    await endFamily(tx, former.familyId, 'replaced');
    tx.afterCommit(() => revocations.endFamilies([former.familyId]));
  }
}

/** Builds a session, identical for the same refresh token. */
export function buildSession(
  parts: AccountsParts,
  row: SessionRow,
  familyId: string,
  refreshToken: string,
): Session {
  const { accessTokens } = parts;
  const restriction = findRestriction(parts, row);
  const claims = {
    userId: row.id,
    role: row.role,
    vip: row.vip,
    familyId,
    generation: row.generation,
    epoch: row.epoch,
    authenticatedAtMs: row.authenticatedAt.getTime(),
    factors: row.factors,
    restriction,
    device: row.deviceHash === null ? '' : shortenDeviceHash(row.deviceHash),
  };
  const tokenId = sha256('access token', refreshToken).toString('base64url').slice(0, 22);
  return {
    accessToken: accessTokens.sign(claims, row.issuedAt, tokenId),
    user: profileView(row, restriction),
    refreshToken,
    expiresIn: accessTokens.lifetimeSeconds,
    refreshExpiresIn: Math.floor((row.expiresAt.getTime() - row.issuedAt.getTime()) / 1000),
    isNewDevice: false,
  };
}

/** Returns what a user must do first; null: nothing. */
function findRestriction(parts: AccountsParts, row: SessionRow): Restriction | null {
  // First the password, so that nobody else who knows it sets up a factor of theirs.
  if (mustChangePassword(row)) return 'password_change';
  return row.factors.length === 0 && isFactorRequired(parts, row) ? 'factor' : null;
}
