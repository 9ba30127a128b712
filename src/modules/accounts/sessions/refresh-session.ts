import type { Transaction } from '../../../database/database.ts';
import type { Origin } from '../../../shared/caller.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { SecurityFact } from '../../../shared/security-events.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import type { Device } from '../devices/device.ts';
import { accountsErrors } from '../errors.ts';
import { notify } from '../notices.ts';
import { hashDevice } from '../tokens/device-tokens.ts';
import { hashToken } from '../tokens/refresh-tokens.ts';
import { buildSession, type Session } from './session.ts';
import {
  bindFamily,
  endFamily,
  type FamilyRow,
  findRefreshToken,
  lockFamily,
  rotateRefreshToken,
} from './session-queries.ts';

type Outcome =
  | { readonly session: Session }
  /** `endedId`: the family that this refresh ended. */
  | { readonly refusal: CodedError; readonly endedId?: string };

interface Exchange {
  readonly token: string;
  readonly hash: Buffer;
  /** Where the refresh came from. */
  readonly origin: Origin | null;
  /** The browser whose cookie the token is; null: it is in the body. */
  readonly device: Device | null;
}

/**
 * Thrown for the refresh token of a session in whose place its browser has got another, which this request, sent at the same
 * moment, did not know yet.
 */
export class SessionReplaced extends CodedError {
  constructor() {
    super(accountsErrors.refreshInvalid);
  }
}

/**
 * Exchanges a refresh token for its successor and a new access token. A repeat within ten seconds, while the successor
 * is unused, returns the same successor, because the first response may have been lost. Otherwise a spent token counts
 * as stolen and its family ends.
 *
 * A token that came as a cookie counts only in the browser that got it, so that no other host of the domain can sign a
 * browser in by planting a cookie there. Elsewhere it is refused like an unknown one, and its session stays as it is: it
 * belongs to who planted it. So does one of staff at a site that does not admit them.
 *
 * Throws `accounts.refresh_invalid` and `accounts.refresh_reused`. Source: RFC 9700 §4.14.2 (refresh token rotation).
 */
export async function refreshSession(
  parts: AccountsParts,
  token: string,
  origin: Origin | null = null,
  device: Device | null = null,
): Promise<Session> {
  const { database, refreshTokens, revocations } = parts;
  const hash = refreshTokens.hash(token);
  if (hash === null) {
    throw refuse({ event: 'access.refused', details: { reason: 'malformed_refresh_token' } });
  }
  // A refusal is returned, not thrown, because the end of a family must be committed.
  const outcome = await database.transaction((tx) =>
    exchange(parts, tx, { token, hash, origin, device }),
  );
  if ('session' in outcome) return outcome.session;
  if (outcome.endedId !== undefined) revocations.endFamilies([outcome.endedId]);
  throw outcome.refusal;
}

async function exchange(
  parts: AccountsParts,
  tx: Transaction,
  { token, hash, origin, device }: Exchange,
): Promise<Outcome> {
  const { refreshTokens, sessionLimits } = parts;
  const [family] = await lockFamily(tx, hash, sessionLimits);
  if (family === undefined) return { refusal: refuse() };
  if (family.over) return { refusal: family.replaced ? new SessionReplaced() : refuse() };
  // Before all that a token can do, its reuse, too: a cookie from elsewhere has no effect.
  if (device !== null && !(await isOwnBrowser(tx, family, device))) {
    const reason = device.isReturning ? 'other_device' : 'no_device';
    const details = { reason, userId: family.userId };
    return { refusal: refuse({ event: 'session.foreign_cookie', details }) };
  }
  // Read under the lock, to see what another refresh did while this one waited.
  const [known] = await findRefreshToken(tx, hash);
  const isRefused =
    known === undefined ||
    known.disabled ||
    (known.role !== 'customer' && device?.admitsStaff === false);
  if (isRefused) return { refusal: refuse() };

  const { familyId } = family;
  const successors = refreshTokens.successors(token);
  if (!known.spent) {
    const [successor] = successors;
    const [rotated] = await rotateRefreshToken(
      tx,
      hash,
      hashToken(successor),
      sessionLimits,
      origin?.address ?? null,
      origin?.userAgent ?? null,
    );
    return { session: buildSession(parts, { ...known, ...rotated! }, familyId, successor) };
  }
  const unused = successors.find((successor) => hashToken(successor).equals(known.liveHash));
  if (known.spentRecently && unused !== undefined) {
    return { session: buildSession(parts, known, familyId, unused) };
  }
  await endFamily(tx, familyId, 'reuse');
  await notify(parts, tx, { kind: 'refresh_reused', userId: known.id, source: { origin } });
  const fact = { event: 'refresh.reused', details: { userId: known.id } } as const;
  const refusal = new CodedError(accountsErrors.refreshReused, { security: fact });
  return { refusal, endedId: familyId };
}

/**
 * Returns whether a session is one of this browser. One that was in none so far is, if its user has signed in there. A
 * program may send the refresh cookie alone.
 */
async function isOwnBrowser(
  tx: Transaction,
  { familyId, deviceHash }: FamilyRow,
  { token, isReturning, isBrowser }: Device,
): Promise<boolean> {
  if (!isReturning && !isBrowser) return true;
  if (token === null) return false;
  const hash = hashDevice(token);
  if (deviceHash !== null) return hash.equals(deviceHash);
  const [bound] = await bindFamily(tx, familyId, hash);
  return bound !== undefined;
}

function refuse(security?: SecurityFact): CodedError {
  return new CodedError(accountsErrors.refreshInvalid, security === undefined ? {} : { security });
}
