import type { UserCaller } from '../../shared/caller.ts';
import { authErrors } from '../../shared/common-errors.ts';
import { CodedError } from '../../shared/errors.ts';
import type { AccountsParts } from './accounts-parts.ts';
import { findUser, updateName } from './queries.ts';
import { type Profile, profileView } from './user.ts';

/** Returns the caller's own profile. */
export async function getProfile(parts: AccountsParts, caller: UserCaller): Promise<Profile> {
  const [user] = await findUser(parts.database, caller.id);
  if (user === undefined) throw new CodedError(authErrors.unauthenticated);
  return profileView(user);
}

export async function updateProfile(
  parts: AccountsParts,
  caller: UserCaller,
  input: { readonly name: string },
): Promise<Profile> {
  const [user] = await updateName(parts.database, caller.id, input.name);
  if (user === undefined) throw new CodedError(authErrors.unauthenticated);
  parts.changedUsers.publish(user.id);
  return profileView(user);
}
