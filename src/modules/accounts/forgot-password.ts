import { newId } from '../../shared/ids.ts';
import { pause } from '../../shared/pause.ts';
import type { AccountsParts } from './accounts-parts.ts';
import { emailKey } from './email.ts';
import { hashToken } from './refresh-tokens.ts';
import { insertPasswordReset } from './reset-queries.ts';

/**
 * Every answer takes at least so long, which covers the commit of the reset and its job, so that the time does not tell
 * whether there is an account.
 */
const ANSWER_MS_MIN = 150;

/** Has a link for a new password sent to an active user; for anybody else nothing happens, in the same time. */
export async function forgotPassword(parts: AccountsParts, email: string): Promise<void> {
  await Promise.all([requestReset(parts, email), pause(ANSWER_MS_MIN)]);
}

async function requestReset(parts: AccountsParts, email: string): Promise<void> {
  const { database, jobs, resetMailJob, resetTokens } = parts;
  const id = newId();
  const [token] = resetTokens.derive(id);
  const job = resetMailJob(id);
  const isRequested = await database.transaction(async (tx) => {
    const [reset] = await insertPasswordReset(tx, emailKey(email), id, hashToken(token));
    if (reset === undefined) return false;
    await jobs.add(tx, [job]);
    return true;
  });
  // Not waited for: a queue that is slow would tell that there is an account. It never rejects.
  if (isRequested) void jobs.send([job]);
}
