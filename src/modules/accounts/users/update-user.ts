import { recordAudit } from '../../../audit/index.ts';
import type { Transaction } from '../../../database/database.ts';
import { type Claim, type Once, once } from '../../../database/idempotency.ts';
import type { Author, Role } from '../../../shared/caller.ts';
import { invalidInput } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { SecurityFact } from '../../../shared/security-events.ts';
import type { CurrentAccess } from '../access/revocations.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { accountsErrors } from '../errors.ts';
import { voidChanges } from '../link-queries.ts';
import { lockUserAndAdmins, updateAccess } from '../queries.ts';
import { endFamilies } from '../sessions/session-queries.ts';
import { auditedUser, isActiveAdmin, type User, type UserView, userView } from '../user.ts';
import { type HeldKeysFate, listEndedKeys, settleKeys } from './held-keys.ts';

export interface AccessChange {
  readonly role?: Role;
  readonly vip?: boolean;
  /** Disabling ends every session, and so does another role. */
  readonly disabled?: boolean;
  /** What becomes of the API keys that the user holds, if the change ends their access as an admin. */
  readonly keys?: HeldKeysFate;
}

export interface UpdatedUser extends Once<UserView> {
  /** What this request changed, for the security log. */
  readonly facts: readonly SecurityFact[];
}

/**
 * Changes a user's access. Throws `accounts.not_found`, `accounts.last_admin`, and `accounts.keys_held` if the change
 * does not say what becomes of the user's API keys.
 */
export async function updateUser(
  parts: AccountsParts,
  author: Author,
  claim: Claim | null,
  id: string,
  change: AccessChange,
): Promise<UpdatedUser> {
  const { database, revocations, apiKeys } = parts;
  let changed: ChangedAccess | undefined;
  const outcome = await once(database, claim, async (tx) => {
    changed = await changeAccess(tx, author, id, change);
    return userView(changed.user);
  });
  if (outcome.replayed || changed === undefined) return { ...outcome, facts: [] };
  revocations.changeAccess(id, changed.access);
  revocations.endFamilies(changed.endedFamilyIds);
  apiKeys.forget();
  return { ...outcome, facts: describeAccessChange(changed) };
}

function describeAccessChange({
  before,
  user: { id, role, disabled },
  endedKeyIds,
}: ChangedAccess) {
  const facts: SecurityFact[] = [];
  if (role !== before.role) {
    facts.push({ event: 'role.changed', details: { userId: id, from: before.role, to: role } });
  }
  if (disabled !== before.disabled) {
    const event = disabled ? 'user.disabled' : 'user.enabled';
    facts.push({ event, details: { userId: id } });
  }
  for (const keyId of endedKeyIds) facts.push({ event: 'key.revoked', details: { keyId } });
  return facts;
}

export interface ChangedAccess {
  readonly before: User;
  readonly user: User;
  readonly access: CurrentAccess;
  readonly endedFamilyIds: readonly string[];
  readonly endedKeyIds: readonly string[];
}

/** Makes the change in the caller's transaction; also for the command line, which has no sessions in memory. */
export async function changeAccess(
  tx: Transaction,
  author: Author,
  id: string,
  change: AccessChange,
): Promise<ChangedAccess> {
  const locked = await lockUserAndAdmins(tx, id);
  const user = locked.find((candidate) => candidate.id === id);
  if (user === undefined) throw new CodedError(accountsErrors.notFound);
  const staysAdmin = isActiveAdmin({ ...user, ...change });
  const hasOtherAdmin = locked.some((other) => other.id !== id && isActiveAdmin(other));
  if (isActiveAdmin(user) && !staysAdmin && !hasOtherAdmin) {
    throw new CodedError(accountsErrors.lastAdmin);
  }
  if (change.keys !== undefined && change.role === undefined && change.disabled === undefined) {
    throw invalidInput('/keys', 'It belongs to a change of role or disabled.');
  }
  const losesAccess = isActiveAdmin(user) || change.role !== undefined || change.disabled === true;
  const keys = !staysAdmin && losesAccess ? await settleKeys(tx, id, change.keys, locked) : [];
  const { role = null, vip = null, disabled = null } = change;
  const [updated] = await updateAccess(tx, id, role, vip, disabled);
  const { accessChangedAt, ...after } = updated!;
  const ended = await endOnNewAccess(tx, user, after);
  await recordAudit(tx, author, [
    {
      type: 'user.changed',
      subjectId: id,
      before: auditedUser(user),
      after: {
        ...auditedUser(after),
        ...(ended.length === 0 ? {} : { sessionsEnded: ended.length }),
      },
    },
    ...keys,
  ]);
  return {
    before: user,
    user: after,
    access: {
      role: after.role,
      vip: after.vip,
      disabled: after.disabled,
      passwordChangeRequired: after.passwordChangeRequired,
      atMs: accessChangedAt.getTime(),
    },
    endedFamilyIds: ended.map((family) => family.id),
    endedKeyIds: listEndedKeys(keys),
  };
}

/** A session was opened under the rules of its role, so another role asks for another sign-in. */
async function endOnNewAccess(tx: Transaction, before: User, { id, role, disabled }: User) {
  if (!disabled && role === before.role) return [];
  // Otherwise a person who was shut out could get the account by its address.
  await voidChanges(tx, id);
  return endFamilies(tx, id, disabled ? 'disabled' : 'role', null);
}
