import { recordAudit } from '../../../audit/index.ts';
import type { Author, UserCaller } from '../../../shared/caller.ts';
import { authErrors } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { requireRecentProof } from '../../../shared/recent-proof.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { parseEmail } from '../email.ts';
import { requestEmailChange } from '../emails/request-email-change.ts';
import { findUser, updateName } from '../queries.ts';
import { auditedUser, type Profile, profileView } from '../user.ts';

/** Returns the caller's own profile. */
export async function getProfile(parts: AccountsParts, caller: UserCaller): Promise<Profile> {
  const [user] = await findUser(parts.database, caller.id);
  if (user === undefined) throw new CodedError(authErrors.unauthenticated);
  return profileView(user, caller.restriction);
}

export interface ProfileChange {
  readonly name?: string;
  /** Takes effect once it is confirmed with the link of a mail. */
  readonly email?: string;
}

/**
 * Changes the caller's own name, and sends a new address the link that confirms it. Throws, for an
 * address, `auth.step_up_required` without a recent proof, `auth.password_change_required` and `auth.factor_required`, and
 * `request.invalid`.
 */
export async function updateProfile(
  parts: AccountsParts,
  author: Author,
  caller: UserCaller,
  { name, email }: ProfileChange,
): Promise<Profile> {
  if (email !== undefined) requireFree(caller);
  const wanted = email === undefined ? undefined : parseEmail(email);
  const renamed = name === undefined ? undefined : await rename(parts, author, caller, name);
  if (wanted !== undefined) await requestEmailChange(parts, author, caller, wanted);
  return renamed ?? getProfile(parts, caller);
}

/** A stolen password must not move the address of somebody who has yet to choose a new one, or to set up a factor. */
function requireFree(caller: UserCaller): void {
  if (caller.restriction === 'password_change') {
    throw new CodedError(authErrors.passwordChangeRequired);
  }
  if (caller.restriction === 'factor') throw new CodedError(authErrors.factorRequired);
  requireRecentProof(caller);
}

async function rename(
  parts: AccountsParts,
  author: Author,
  caller: UserCaller,
  name: string,
): Promise<Profile> {
  const user = await parts.database.transaction(async (tx) => {
    const [row] = await updateName(tx, caller.id, name);
    if (row === undefined) throw new CodedError(authErrors.unauthenticated);
    const { formerName, ...changed } = row;
    const after = auditedUser(changed);
    await recordAudit(tx, author, [
      {
        type: 'user.changed',
        subjectId: changed.id,
        before: { ...after, name: formerName },
        after,
      },
    ]);
    return changed;
  });
  parts.changedUsers.publish(user.id);
  return profileView(user, caller.restriction);
}
