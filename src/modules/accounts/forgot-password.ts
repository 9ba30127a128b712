import { newId } from '../../shared/ids.ts';
import { pause } from '../../shared/pause.ts';
import type { AccountsParts } from './accounts-parts.ts';
import { emailKey } from './email.ts';
import { hashToken } from './refresh-tokens.ts';
import { insertPasswordReset, lockResettable } from './reset-queries.ts';

/**
 * The minimum duration of a response. It covers the commit of the reset and its job, so that the time does not reveal
 * whether the account exists.
 */
const RESPONSE_MS_MIN = 150;

/**
 * Sends an active user a link to set a new password, at most five an hour. For any other address, and for a sixth time,
 * it does nothing, in the same time.
 */
export async function forgotPassword(parts: AccountsParts, email: string): Promise<void> {
  await Promise.all([requestReset(parts, email), pause(RESPONSE_MS_MIN)]);
}

async function requestReset(parts: AccountsParts, email: string): Promise<void> {
  const { database, jobs, resetMailJob, resetTokens } = parts;
  const id = newId();
  const [token] = resetTokens.derive(id);
  const job = resetMailJob(id);
  const isRequested = await database.transaction(async (tx) => {
    // Locked, so that requests at once are counted one after the other.
    const [user] = await lockResettable(tx, emailKey(email));
    if (user === undefined) return false;
    const [reset] = await insertPasswordReset(tx, user.id, id, hashToken(token));
    if (reset === undefined) return false;
    await jobs.add(tx, [job]);
    return true;
  });
  // Not awaited, because a slow queue would reveal that the account exists. It never rejects.
  if (isRequested) void jobs.send([job]);
}
