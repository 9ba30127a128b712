import { recordAudit } from '../../../audit/index.ts';
import type { Database, Transaction } from '../../../database/database.ts';
import type { Author, UserCaller } from '../../../shared/caller.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { emailKey } from '../email.ts';
import { accountsErrors } from '../errors.ts';
import { voidChanges } from '../link-queries.ts';
import { type NoticeParts, notify } from '../notices.ts';
import { findCredential, findUser, lockCustomers } from '../queries.ts';
import { endFamilies } from '../sessions/session-queries.ts';
import { voidChallenges } from './challenge-queries.ts';
import { auditedFactor } from './factor.ts';
import { deleteFactors, deleteRecoveryCodes } from './factor-queries.ts';
import { deleteFailures } from './failure-queries.ts';

export interface FactorReset {
  /** Confirmed factors that were removed. Without any, nothing changed. */
  readonly factorsRemoved: number;
  readonly endedFamilyIds: readonly string[];
}

/**
 * Removes every factor and recovery code of a user who has lost them, and ends all their sessions; another admin does it,
 * and the user is told by mail.
 * Throws `accounts.not_found`, and `accounts.own_factors` for the caller themself.
 */
export async function resetFactors(
  parts: AccountsParts,
  author: Author,
  caller: UserCaller,
  userId: string,
): Promise<FactorReset> {
  if (userId === caller.id) throw new CodedError(accountsErrors.ownFactors);
  const { database, revocations } = parts;
  const reset = await database.transaction((tx) => resetAllFactors(parts, tx, author, userId));
  revocations.endFamilies(reset.endedFamilyIds);
  return reset;
}

/** Does the same from the command line, also for the last admin. Running servers apply it within five seconds. */
export function resetFactorsOf(
  database: Database,
  parts: NoticeParts,
  author: Author,
  email: string,
): Promise<FactorReset> {
  return database.transaction(async (tx) => {
    const [found] = await findCredential(tx, emailKey(email));
    if (found === undefined) throw new CodedError(accountsErrors.notFound);
    return resetAllFactors(parts, tx, author, found.id);
  });
}

async function resetAllFactors(
  parts: NoticeParts,
  tx: Transaction,
  author: Author,
  userId: string,
): Promise<FactorReset> {
  await lockCustomers(tx, [userId]);
  const [user] = await findUser(tx, userId);
  if (user === undefined) throw new CodedError(accountsErrors.notFound);
  await deleteFailures(tx, userId);
  const removed = (await deleteFactors(tx, userId)).filter(({ isConfirmed }) => isConfirmed);
  if (removed.length === 0) return { factorsRemoved: 0, endedFamilyIds: [] };
  await deleteRecoveryCodes(tx, userId);
  await voidChallenges(tx, userId);
  await voidChanges(tx, userId);
  const ended = await endFamilies(tx, userId, 'factor', null);
  await recordAudit(tx, author, [
    {
      type: 'user.factors_reset',
      subjectId: userId,
      before: { factors: removed.map(auditedFactor) },
      after: { factors: [], sessionsEnded: ended.length },
    },
  ]);
  await notify(parts, tx, { kind: 'factors_reset', userId, source: author });
  return { factorsRemoved: removed.length, endedFamilyIds: ended.map(({ id }) => id) };
}
