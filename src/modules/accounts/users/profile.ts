import { recordAudit } from '../../../audit/index.ts';
import type { Author, UserCaller } from '../../../shared/caller.ts';
import { authErrors } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { requireRecentProof } from '../../../shared/recent-proof.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { parseEmail } from '../email.ts';
import { requestEmailChange } from '../emails/request-email-change.ts';
import { findEraseRequest, findUser, updateName } from '../queries.ts';
import { auditedUser, type Profile, profileView } from '../user.ts';

/** A user's own view of their account, with their open request to be erased. */
export interface OwnProfile extends Profile {
  readonly eraseRequest?: { readonly requestedAt: string; readonly dueAt: string };
}

/** Returns the caller's own profile. */
export async function getProfile(
  { database }: AccountsParts,
  { id, restriction }: UserCaller,
): Promise<OwnProfile> {
  const [[user], [request]] = await Promise.all([
    findUser(database, id),
    findEraseRequest(database, id),
  ]);
  if (user === undefined) throw new CodedError(authErrors.unauthenticated);
  const profile = profileView(user, restriction);
  if (request === undefined) return profile;
  const { requestedAt, dueAt } = request;
  return {
    ...profile,
    eraseRequest: { requestedAt: requestedAt.toISOString(), dueAt: dueAt.toISOString() },
  };
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
): Promise<OwnProfile> {
  if (email !== undefined) requireFree(caller);
  const wanted = email === undefined ? undefined : parseEmail(email);
  if (name !== undefined) await rename(parts, author, caller, name);
  if (wanted !== undefined) await requestEmailChange(parts, author, caller, wanted);
  return getProfile(parts, caller);
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
): Promise<void> {
  await parts.database.transaction(async (tx) => {
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
  });
  parts.changedUsers.publish(caller.id);
}
