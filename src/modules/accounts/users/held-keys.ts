import type { AuditEntry } from '../../../audit/index.ts';
import type { Transaction } from '../../../database/database.ts';
import { invalidInput } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { auditedKey, heldKeyView } from '../access/api-key.ts';
import { lockHeldKeys, moveKeys, revokeKeys } from '../access/api-key-queries.ts';
import { accountsErrors } from '../errors.ts';
import { isActiveAdmin, type User } from '../user.ts';

/** The keys end, or another admin holds them from now on. */
export type HeldKeysFate = 'end' | { readonly takenBy: string };

/**
 * Ends the keys of a user who loses their access, or moves them to another of the locked admins. Returns what to record
 * in the audit. Throws `accounts.keys_held` if it is not said what becomes of them.
 */
export async function settleKeys(
  tx: Transaction,
  userId: string,
  fate: HeldKeysFate | undefined,
  locked: readonly Pick<User, 'id' | 'role' | 'disabled'>[],
): Promise<readonly AuditEntry[]> {
  const held = await lockHeldKeys(tx, userId);
  if (held.length === 0) return [];
  if (fate === undefined) {
    throw new CodedError(accountsErrors.keysHeld, { extensions: { keys: held.map(heldKeyView) } });
  }
  const ids = held.map((key) => key.id);
  if (fate === 'end') {
    await revokeKeys(tx, ids);
    return held.map((key) => ({
      type: 'api_key.revoked',
      subjectId: key.id,
      before: auditedKey(key),
      after: null,
    }));
  }
  // A caller may have lost their own access since the request was admitted.
  const canTake = locked.some(({ id, ...user }) => id === fate.takenBy && isActiveAdmin(user));
  if (!canTake || fate.takenBy === userId) {
    throw invalidInput('/keys', 'Only another active admin can take the keys.');
  }
  await moveKeys(tx, ids, fate.takenBy);
  return held.map((key) => ({
    type: 'api_key.changed',
    subjectId: key.id,
    before: { heldBy: userId },
    after: { heldBy: fate.takenBy },
  }));
}

/** Returns the ids of the keys that ended. */
export function listEndedKeys(entries: readonly AuditEntry[]): readonly string[] {
  return entries.flatMap(({ type, subjectId }) =>
    type === 'api_key.revoked' && subjectId !== null ? [subjectId] : [],
  );
}
