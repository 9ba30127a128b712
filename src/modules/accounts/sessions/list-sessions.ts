import type { UserCaller } from '../../../shared/caller.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { accountsErrors } from '../errors.ts';
import { findUser } from '../queries.ts';
import { type ListedSessionRow, listFamilies } from './session-list-queries.ts';

/** Lists the sessions of the caller, the last used first. */
export function listSessions(parts: AccountsParts, caller: UserCaller) {
  return listSessionsOf(parts, caller, caller.id);
}

/** Lists those of any user, for admins. Throws `accounts.not_found`. */
export async function listUserSessions(parts: AccountsParts, caller: UserCaller, userId: string) {
  const [user] = await findUser(parts.database, userId);
  if (user === undefined) throw new CodedError(accountsErrors.notFound);
  return listSessionsOf(parts, caller, userId);
}

async function listSessionsOf(
  { database, sessionLimits }: AccountsParts,
  { familyId }: UserCaller,
  userId: string,
) {
  const rows = await listFamilies(database, userId, sessionLimits);
  return { data: rows.map((row) => sessionView(row, familyId)) };
}

function sessionView(
  { id, createdAt, lastUsedAt, address, userAgent }: ListedSessionRow,
  currentId: string,
) {
  return {
    id,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt.toISOString(),
    address,
    userAgent,
    current: id === currentId,
  };
}
