import type { UserCaller } from '../../shared/caller.ts';
import type { AccountsContext } from './context.ts';
import { endFamily } from './session-queries.ts';

/** Ends the session that the caller's token belongs to, on this server at once. */
export async function logOut(context: AccountsContext, caller: UserCaller): Promise<void> {
  await endFamily(context.database, caller.familyId, 'logout');
  context.revocations.endFamilies([caller.familyId]);
}
