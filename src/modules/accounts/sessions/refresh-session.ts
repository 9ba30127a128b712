import type { Transaction } from '../../../database/database.ts';
import type { Origin } from '../../../shared/caller.ts';
import { CodedError, type ErrorDefinition } from '../../../shared/errors.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { accountsErrors } from '../errors.ts';
import { notify } from '../notices.ts';
import { hashToken } from '../tokens/refresh-tokens.ts';
import { buildSession, type Session } from './session.ts';
import { endFamily, findRefreshToken, lockFamily, rotateRefreshToken } from './session-queries.ts';

type Outcome =
  | { readonly session: Session }
  | { readonly refusal: ErrorDefinition }
  /** The family that this refresh ended. */
  | { readonly endedId: string; readonly userId: string };

interface Exchange {
  readonly token: string;
  readonly hash: Buffer;
  /** Where the refresh came from. */
  readonly origin: Origin | null;
  /** Whether a session of staff may continue there. */
  readonly admitsStaff: boolean;
}

/**
 * Exchanges a refresh token for its successor and a new access token. A repeat within ten seconds, while the successor
 * is unused, returns the same successor, because the first response may have been lost. Otherwise a spent token counts
 * as stolen and its family ends. Without `admitsStaff` a session of staff is refused and stays as it is. Throws
 * `accounts.refresh_invalid` and `accounts.refresh_reused`.
 * Source: RFC 9700 §4.14.2 (refresh token rotation).
 */
export async function refreshSession(
  parts: AccountsParts,
  token: string,
  origin: Origin | null = null,
  admitsStaff = true,
): Promise<Session> {
  const { database, refreshTokens, revocations } = parts;
  const hash = refreshTokens.hash(token);
  if (hash === null) {
    throw new CodedError(accountsErrors.refreshInvalid, {
      security: { event: 'access.refused', details: { reason: 'malformed_refresh_token' } },
    });
  }
  // A refusal is returned, not thrown, because the end of a family must be committed.
  const outcome = await database.transaction((tx) =>
    exchange(parts, tx, { token, hash, origin, admitsStaff }),
  );
  if ('session' in outcome) return outcome.session;
  if ('refusal' in outcome) throw new CodedError(outcome.refusal);
  revocations.endFamilies([outcome.endedId]);
  throw new CodedError(accountsErrors.refreshReused, {
    security: { event: 'refresh.reused', details: { userId: outcome.userId } },
  });
}

async function exchange(
  parts: AccountsParts,
  tx: Transaction,
  { token, hash, origin, admitsStaff }: Exchange,
): Promise<Outcome> {
  const { refreshTokens, sessionLimits } = parts;
  const [family] = await lockFamily(tx, hash, sessionLimits);
  if (family === undefined || family.over) return { refusal: accountsErrors.refreshInvalid };
  // Read under the lock, to see what another refresh did while this one waited.
  const [known] = await findRefreshToken(tx, hash);
  const isRefused =
    known === undefined || known.disabled || (known.role !== 'customer' && !admitsStaff);
  if (isRefused) return { refusal: accountsErrors.refreshInvalid };

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
  await endFamily(tx, family.familyId, 'reuse');
  await notify(parts, tx, { kind: 'refresh_reused', userId: known.id, source: { origin } });
  return { endedId: family.familyId, userId: known.id };
}
