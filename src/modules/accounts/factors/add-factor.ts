import { recordAudit } from '../../../audit/index.ts';
import type { Transaction } from '../../../database/database.ts';
import type { Author, UserCaller } from '../../../shared/caller.ts';
import { authErrors } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { accountsErrors } from '../errors.ts';
import { findUser, lockCustomers } from '../queries.ts';
import { endFamilies } from '../sessions/session-queries.ts';
import type { User } from '../user.ts';
import { voidChallenges } from './challenge-queries.ts';
import { auditedFactor, FACTORS_MAX } from './factor.ts';
import { countFactors, type FactorRow } from './factor-queries.ts';
import { replaceRecoveryCodes } from './recovery-codes.ts';

/** Locks the caller's account, under which their factors change. Throws `auth.unauthenticated` once they are disabled. */
export async function lockOwner(tx: Transaction, caller: UserCaller): Promise<User> {
  await lockCustomers(tx, [caller.id]);
  const [user] = await findUser(tx, caller.id);
  if (user === undefined || user.disabled) throw new CodedError(authErrors.unauthenticated);
  return user;
}

/** Throws `accounts.too_many_factors`. */
export async function requireRoomForFactor(tx: Transaction, userId: string): Promise<void> {
  const [counted] = await countFactors(tx, userId);
  if (counted!.count >= FACTORS_MAX) throw new CodedError(accountsErrors.tooManyFactors);
}

/** The recovery codes are shown once, when the first factor is added. */
export interface AddedFactor {
  readonly recoveryCodes?: string[];
  readonly endedFamilyIds: readonly string[];
}

/** Completes the addition of a factor that has just been confirmed; `before` counts those that were confirmed before. */
export async function completeFactor(
  tx: Transaction,
  author: Author,
  caller: UserCaller,
  factor: Pick<FactorRow, 'id' | 'type' | 'name'>,
  before: number,
): Promise<AddedFactor> {
  const endedFamilyIds = await afterFactorChange(tx, caller);
  await recordAudit(tx, author, [
    {
      type: 'user.factor_added',
      subjectId: caller.id,
      before: null,
      after: { ...auditedFactor(factor), sessionsEnded: endedFamilyIds.length },
    },
  ]);
  if (before > 0) return { endedFamilyIds };
  return { recoveryCodes: await replaceRecoveryCodes(tx, caller.id), endedFamilyIds };
}

/**
 * Ends the caller's other sessions and the sign-ins that others have begun: they were admitted by the former factors.
 * Returns the ended sessions.
 */
export async function afterFactorChange(
  tx: Transaction,
  caller: UserCaller,
): Promise<readonly string[]> {
  await voidChallenges(tx, caller.id);
  const ended = await endFamilies(tx, caller.id, 'password', caller.familyId);
  return ended.map(({ id }) => id);
}

/** Applies it on this server at once, after the commit. */
export function applyFactorChange(
  { revocations }: Pick<AccountsParts, 'revocations'>,
  { endedFamilyIds }: Pick<AddedFactor, 'endedFamilyIds'>,
): void {
  revocations.endFamilies(endedFamilyIds);
}
