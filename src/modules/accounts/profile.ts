import type { UserCaller } from '../../shared/caller.ts';
import { authErrors } from '../../shared/common-errors.ts';
import { CodedError } from '../../shared/errors.ts';
import type { AccountsContext } from './context.ts';
import { findUser, updateName } from './queries.ts';
import { type Profile, profileView } from './user.ts';

/** The caller as he sees himself. */
export async function getProfile(context: AccountsContext, caller: UserCaller): Promise<Profile> {
  const [user] = await findUser(context.database, caller.id);
  if (user === undefined) throw new CodedError(authErrors.unauthenticated);
  return profileView(user);
}

export async function updateProfile(
  context: AccountsContext,
  caller: UserCaller,
  input: { readonly name: string },
): Promise<Profile> {
  const [user] = await updateName(context.database, caller.id, input.name);
  if (user === undefined) throw new CodedError(authErrors.unauthenticated);
  context.onUserChanged(user.id);
  return profileView(user);
}
