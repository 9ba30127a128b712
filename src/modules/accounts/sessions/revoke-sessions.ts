import { recordAudit } from '../../../audit/index.ts';
import type { Transaction } from '../../../database/database.ts';
import type { Author, UserCaller } from '../../../shared/caller.ts';
import { CodedError } from '../../../shared/errors.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { accountsErrors } from '../errors.ts';
import { voidAllChanges, voidChanges } from '../link-queries.ts';
import { lockCustomers } from '../queries.ts';
import { endOtherSessions } from './end-sessions.ts';
import { endListedFamily } from './session-list-queries.ts';
import { type EndReason, nextEpoch } from './session-queries.ts';

/** Ends one session of the caller, which may be the one in use. Throws `accounts.session_not_found`. */
export async function revokeSession(
  parts: AccountsParts,
  caller: UserCaller,
  id: string,
): Promise<void> {
  await parts.database.transaction((tx) => endOne(parts, tx, caller.id, id, 'revoked'));
}

/** Ends all sessions of the caller but the one in use. Returns how many. */
export function revokeOtherSessions(parts: AccountsParts, caller: UserCaller): Promise<number> {
  return parts.database.transaction(async (tx) => {
    await lockUser(tx, caller.id);
    return endOtherSessions(parts, tx, caller.id, 'revoked', caller.familyId);
  });
}

/**
 * Ends one session of any user, for admins, and voids the changes of address that it may have asked for. Throws
 * `accounts.not_found` and `accounts.session_not_found`.
 */
export async function endUserSession(
  parts: AccountsParts,
  author: Author,
  userId: string,
  id: string,
): Promise<void> {
  await parts.database.transaction(async (tx) => {
    await lockUser(tx, userId);
    await endOne(parts, tx, userId, id, 'admin');
    await voidChanges(tx, userId);
    await recordEnd(tx, author, userId, { sessionsEnded: 1 });
  });
}

/**
 * Ends all sessions of any user, for admins, and voids the changes of address that they asked for. Returns how many.
 * Throws `accounts.not_found`.
 */
export function endUserSessions(
  parts: AccountsParts,
  author: Author,
  userId: string,
): Promise<number> {
  return parts.database.transaction(async (tx) => {
    await lockUser(tx, userId);
    const sessionsEnded = await endOtherSessions(parts, tx, userId, 'admin', null);
    const voided = await voidChanges(tx, userId);
    if (sessionsEnded + voided.length > 0) await recordEnd(tx, author, userId, { sessionsEnded });
    return sessionsEnded;
  });
}

/**
 * Ends the sessions of everyone, the caller's too: who does this does not know which one was stolen. The changes of
 * address that they asked for are void. No row of a session
 * changes, so that it takes effect within five seconds on every server however many there are.
 */
export async function endAllSessions(parts: AccountsParts, author: Author): Promise<void> {
  await parts.database.transaction(async (tx) => {
    const [begun] = await nextEpoch(tx);
    tx.afterCommit(() => parts.revocations.beginEpoch(begun!.epoch));
    await voidAllChanges(tx);
    await recordEnd(tx, author, null, { everyone: true });
  });
}

async function endOne(
  { sessionLimits, revocations }: AccountsParts,
  tx: Transaction,
  userId: string,
  id: string,
  reason: EndReason,
): Promise<void> {
  const [ended] = await endListedFamily(tx, userId, id, reason, sessionLimits);
  if (ended === undefined) throw new CodedError(accountsErrors.sessionNotFound);
  tx.afterCommit(() => revocations.endFamilies([id]));
}

/** The lock order of all transactions: users before their sessions. */
async function lockUser(tx: Transaction, userId: string): Promise<void> {
  const [user] = await lockCustomers(tx, [userId]);
  if (user === undefined || user.guest) throw new CodedError(accountsErrors.notFound);
}

function recordEnd(
  tx: Transaction,
  author: Author,
  subjectId: string | null,
  after: { readonly sessionsEnded: number } | { readonly everyone: true },
): Promise<void> {
  return recordAudit(tx, author, [{ type: 'user.sessions_ended', subjectId, before: null, after }]);
}
