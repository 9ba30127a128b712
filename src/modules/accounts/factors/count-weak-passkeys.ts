import type { Queryable } from '../../../database/statement.ts';
import { listOnlyPasskeysOfStaff } from './factor-queries.ts';
import { isStrong } from './passkeys.ts';

/**
 * Counts the members of staff whose factors are all passkeys that sign by an algorithm that no longer counts: they can only
 * sign in with a recovery code.
 */
export async function countStaffWithWeakPasskeys(db: Queryable): Promise<number> {
  const hasStrong = new Map<string, boolean>();
  for (const passkey of await listOnlyPasskeysOfStaff(db)) {
    const { userId } = passkey;
    hasStrong.set(userId, hasStrong.get(userId) === true || (await isStrong(passkey)));
  }
  return [...hasStrong.values()].filter((has) => !has).length;
}
