import type { Transaction } from '../../../database/database.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { voidChanges } from '../link-queries.ts';
import { type EndReason, endFamilies, nextGeneration } from './session-queries.ts';

type Parts = Pick<AccountsParts, 'revocations'>;

/**
 * Ends every session of a user except the one to keep, if any: on this server with the commit, on others within five
 * seconds. Returns how many.
 */
export async function endOtherSessions(
  { revocations }: Parts,
  tx: Transaction,
  userId: string,
  reason: EndReason,
  keptFamilyId: string | null,
): Promise<number> {
  const ended = await endFamilies(tx, userId, reason, keptFamilyId);
  tx.afterCommit(() => revocations.endFamilies(ended.map(({ id }) => id)));
  return ended.length;
}

/** Spends the access tokens of a session that continues: its holder gets another one by a refresh. */
export async function spendSession(
  { revocations }: Parts,
  tx: Transaction,
  familyId: string,
): Promise<void> {
  const [begun] = await nextGeneration(tx, familyId);
  if (begun === undefined) return;
  tx.afterCommit(() => revocations.beginGeneration(familyId, begun.generation));
}

/**
 * To be called in the transaction that gives a user a new password or factor: anyone who signed in with the former one is
 * out, and gets no address confirmed that they asked for. Ends every session except the caller's, whose access token is
 * spent; null: ends all. Returns how many ended.
 */
export async function afterCredentialChange(
  parts: Parts,
  tx: Transaction,
  userId: string,
  reason: EndReason,
  familyId: string | null,
): Promise<number> {
  const ended = await endOtherSessions(parts, tx, userId, reason, familyId);
  if (familyId !== null) await spendSession(parts, tx, familyId);
  await voidChanges(tx, userId);
  return ended;
}
