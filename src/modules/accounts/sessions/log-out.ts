import type { UserCaller } from '../../../shared/caller.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { endFamily } from './session-queries.ts';

/** Ends the session that the caller's token belongs to, on this server at once. */
export async function logOut(parts: AccountsParts, caller: UserCaller): Promise<void> {
  await endFamily(parts.database, caller.familyId, 'logout');
  parts.revocations.endFamilies([caller.familyId]);
}
