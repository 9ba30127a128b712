import type { UserCaller } from '../../../shared/caller.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { endFamily, lockFamily } from './session-queries.ts';

/** Ends the session that the caller's token belongs to, on this server at once. */
export async function logOut(parts: AccountsParts, caller: UserCaller): Promise<void> {
  await endFamily(parts.database, caller.familyId, 'logout');
  parts.revocations.endFamilies([caller.familyId]);
}

/** Ends the session of a refresh token, used up or not. A token that belongs to none is ignored: there is nothing to end. */
export async function logOutByRefreshToken(parts: AccountsParts, token: string): Promise<void> {
  const { database, refreshTokens, revocations, sessionLimits } = parts;
  const hash = refreshTokens.hash(token);
  if (hash === null) return;
  const ended = await database.transaction(async (tx) => {
    const [family] = await lockFamily(tx, hash, sessionLimits);
    return family === undefined ? [] : endFamily(tx, family.familyId, 'logout');
  });
  revocations.endFamilies(ended.map(({ id }) => id));
}
