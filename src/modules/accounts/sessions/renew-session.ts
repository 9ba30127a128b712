import type { Origin, UserCaller } from '../../../shared/caller.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { rotateSession } from './refresh-session.ts';
import type { Session } from './session.ts';
import { findLiveToken, findRefreshToken, lockFamilyById } from './session-queries.ts';

/**
 * Gives the caller's session a new pair of tokens without their refresh token, after a change that spent the access
 * token. A refresh with the former token within ten seconds, which was on its way, gets the same successor. Returns null
 * if the session has ended.
 */
export async function renewSession(
  parts: AccountsParts,
  { familyId }: UserCaller,
  origin: Origin | null = null,
): Promise<Session | null> {
  const { database, refreshTokens, sessionLimits } = parts;
  return database.transaction(async (tx) => {
    const [family] = await lockFamilyById(tx, familyId, sessionLimits);
    if (family === undefined || family.over) return null;
    const [live] = await findLiveToken(tx, familyId);
    const [row] = await findRefreshToken(tx, live!.tokenHash);
    const [successor] = refreshTokens.renewals(live!.tokenHash);
    return rotateSession(parts, tx, { familyId, row: row!, successor, origin });
  });
}
