import type { Transaction } from '../../../database/database.ts';
import type { ErasureScope } from '../../personal-data.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { eraseCredentials, eraseFamilies, eraseTokens, eraseUsers } from './erase-queries.ts';

/**
 * Erases accounts and guests; their rows become guests of whom nothing is known. Their sessions end: on this server when the
 * transaction commits, on others within five seconds.
 */
export async function erase(
  { revocations, changedUsers }: Pick<AccountsParts, 'revocations' | 'changedUsers'>,
  tx: Transaction,
  { userIds, emailKeys }: ErasureScope,
): Promise<void> {
  const families = (await eraseFamilies(tx, userIds)).map(({ id }) => id);
  await Promise.all([
    eraseTokens(tx, families),
    eraseCredentials(tx, userIds, emailKeys),
    eraseUsers(tx, userIds),
  ]);
  tx.afterCommit(() => {
    revocations.endFamilies(families);
    for (const id of userIds) changedUsers.publish(id);
  });
}
