import { recordAudit } from '../../../audit/index.ts';
import type { Source } from '../../../shared/caller.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { forgetOtherDevices } from '../devices/device.ts';
import { accountsErrors } from '../errors.ts';
import { voidChallenges } from '../factors/challenge-queries.ts';
import { findOpenLinkByToken, voidLinks } from '../link-queries.ts';
import { notify } from '../notices.ts';
import { voidPasswordResets } from '../passwords/reset-queries.ts';
import { findCredential } from '../queries.ts';
import { endOtherSessions } from '../sessions/end-sessions.ts';
import { hashToken } from '../tokens/refresh-tokens.ts';
import { setEmail, takeLinkOf } from './change-email.ts';

/**
 * Gives an account its former address back with the token from the mail that told of the change, or stops a change that is
 * not confirmed yet. Ends every session and every sign-in that has begun, forgets every device, and voids the links of
 * resets and all later changes. Both addresses are told. Returns the user's id. Throws `accounts.link_invalid`, and
 * `accounts.email_taken` if somebody else has the address now; the rest is done all the same.
 */
export async function undoEmailChange(
  parts: AccountsParts,
  source: Source,
  { token }: { readonly token: string },
): Promise<{ readonly userId: string }> {
  const { database } = parts;
  const [link] = await findOpenLinkByToken(database, hashToken(token));
  if (link?.purpose !== 'undo') throw new CodedError(accountsErrors.linkInvalid);
  const { userId } = link;
  // A refusal is returned, not thrown, because the end of the sessions must be committed.
  const refusal = await database.transaction(async (tx) => {
    const user = await takeLinkOf(tx, link);
    const sessionsEnded = await endOtherSessions(parts, tx, userId, 'email', null);
    // The person who made the change may have made others after it.
    await voidLinks(tx, userId, link.createdAt);
    await voidChallenges(tx, userId);
    await forgetOtherDevices(tx, userId, null);
    const [owner] = await findCredential(tx, link.emailKey);
    if (owner !== undefined && owner.id !== userId) {
      const actor = { type: 'user', id: userId, role: user.role } as const;
      await voidPasswordResets(tx, userId);
      await recordAudit(tx, { ...source, actor }, [
        {
          type: 'user.sessions_ended',
          subjectId: userId,
          before: null,
          after: { sessionsEnded },
          reason: 'A change of address was to be undone, but somebody else has the address now.',
        },
      ]);
      return accountsErrors.emailTaken;
    }
    const former = { address: link.email, key: link.emailKey };
    await setEmail(parts, tx, source, user, former, { sessionsEnded });
    const kind = 'email_change_undone';
    await notify(parts, tx, { kind, userId, source, recipient: link.email });
    if (user.email !== link.email) {
      // Not from where, which the other side may only want to know.
      await notify(parts, tx, { kind, userId, source: { origin: null }, recipient: user.email });
    }
    return null;
  });
  if (refusal !== null) throw new CodedError(refusal);
  return { userId };
}
