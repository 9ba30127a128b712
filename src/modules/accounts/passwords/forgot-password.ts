import { newId } from '../../../shared/ids.ts';
import { pause } from '../../../shared/pause.ts';
import type { SecurityDetails } from '../../../shared/security-events.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { emailKey } from '../email.ts';
import { hashToken } from '../tokens/refresh-tokens.ts';
import { insertPasswordReset, lockResettable } from './reset-queries.ts';

/**
 * The minimum duration of a response. It covers the commit of the reset and its job, so that the time does not reveal
 * whether the account exists.
 */
const RESPONSE_MS_MIN = 150;

/**
 * Sends an active user a link to set a new password, at most five an hour. For any other address, and for a sixth time,
 * it does nothing, in the same time. Returns the description of the account for the security log.
 */
export async function forgotPassword(
  parts: AccountsParts,
  email: string,
): Promise<SecurityDetails> {
  const [userId] = await Promise.all([requestReset(parts, email), pause(RESPONSE_MS_MIN)]);
  return parts.describeAccount(emailKey(email), userId);
}

/** Returns the id of the user, undefined if there is no such active user. */
async function requestReset(parts: AccountsParts, email: string): Promise<string | undefined> {
  const { database, jobs, accountMailJob, linkTokens } = parts;
  const id = newId();
  const token = linkTokens.derive('reset', id);
  const job = accountMailJob({ kind: 'password.reset', id });
  const { userId, isSent } = await database.transaction(async (tx) => {
    // Locked, so that requests at once are counted one after the other.
    const [user] = await lockResettable(tx, emailKey(email));
    if (user === undefined) return { userId: undefined, isSent: false };
    const [reset] = await insertPasswordReset(tx, user.id, id, hashToken(token));
    if (reset === undefined) return { userId: user.id, isSent: false };
    await jobs.add(tx, [job]);
    return { userId: user.id, isSent: true };
  });
  // Not awaited, because a slow queue would reveal that the account exists. It never rejects.
  if (isSent) void jobs.send([job]);
  return userId;
}
