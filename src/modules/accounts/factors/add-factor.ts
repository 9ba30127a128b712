import { recordAudit } from '../../../audit/index.ts';
import type { Transaction } from '../../../database/database.ts';
import type { Author, UserCaller } from '../../../shared/caller.ts';
import { authErrors } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { accountsErrors } from '../errors.ts';
import { notify } from '../notices.ts';
import { findUser, lockCustomers } from '../queries.ts';
import { afterCredentialChange } from '../sessions/end-sessions.ts';
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

/**
 * Locks the caller's account to add a factor. The address of a customer has to be proven: a stranger who signed up with it
 * would otherwise have a factor that outlives the owner's reset of the password. That of staff was entered by an admin or an
 * operator. Throws `accounts.email_unverified`, and what `lockOwner` throws.
 */
export async function lockProvenOwner(tx: Transaction, caller: UserCaller): Promise<User> {
  const user = await lockOwner(tx, caller);
  if (user.role === 'customer' && !user.emailVerified) {
    throw new CodedError(accountsErrors.emailUnverified);
  }
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
}

/** Completes the addition of a factor that has just been confirmed; `before` counts those that were confirmed before. */
export async function completeFactor(
  parts: AccountsParts,
  tx: Transaction,
  author: Author,
  caller: UserCaller,
  factor: Pick<FactorRow, 'id' | 'type' | 'name'>,
  before: number,
): Promise<AddedFactor> {
  const sessionsEnded = await afterFactorChange(parts, tx, caller);
  await recordAudit(tx, author, [
    {
      type: 'user.factor_added',
      subjectId: caller.id,
      before: null,
      after: { ...auditedFactor(factor), sessionsEnded },
    },
  ]);
  const { type } = factor;
  await notify(parts, tx, {
    kind: 'factor_added',
    userId: caller.id,
    source: author,
    factor: type,
  });
  return before > 0 ? {} : { recoveryCodes: await replaceRecoveryCodes(tx, caller.id) };
}

/**
 * Ends the sign-ins that the user has begun and their other sessions, which the former factors admitted, and spends the
 * access token of the caller's. Returns how many sessions ended.
 */
export async function afterFactorChange(
  parts: AccountsParts,
  tx: Transaction,
  { id: userId, familyId }: UserCaller,
): Promise<number> {
  await voidChallenges(tx, userId);
  return afterCredentialChange(parts, tx, userId, 'factor', familyId);
}
