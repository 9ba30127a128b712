import { recordAudit } from '../../../audit/index.ts';
import type { Author, UserCaller } from '../../../shared/caller.ts';
import { authErrors } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { findUser, updateName } from '../queries.ts';
import { auditedUser, type Profile, profileView } from '../user.ts';

/** Returns the caller's own profile. */
export async function getProfile(parts: AccountsParts, caller: UserCaller): Promise<Profile> {
  const [user] = await findUser(parts.database, caller.id);
  if (user === undefined) throw new CodedError(authErrors.unauthenticated);
  return profileView(user, caller.restriction);
}

/** Changes the caller's own name. */
export async function updateProfile(
  parts: AccountsParts,
  author: Author,
  caller: UserCaller,
  input: { readonly name: string },
): Promise<Profile> {
  const user = await parts.database.transaction(async (tx) => {
    const [row] = await updateName(tx, caller.id, input.name);
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
