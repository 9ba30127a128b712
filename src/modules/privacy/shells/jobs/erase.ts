import type { Transaction } from '../../../../database/database.ts';
import { forgetJobErrors } from '../../../../jobs/index.ts';
import { findMailedIds } from '../../../accounts/index.ts';
import type { ErasureScope } from '../../../personal-data.ts';

/**
 * Removes the errors of jobs that are about the person. Their data are ids. Done jobs are deleted when they end. Runs before
 * accounts are erased, whose links and notices the mails are about.
 */
export async function erase(tx: Transaction, { userIds, orderIds }: ErasureScope): Promise<void> {
  const mailed = await findMailedIds(tx, userIds);
  await forgetJobErrors(
    tx,
    orderIds,
    mailed.map(({ id }) => id),
  );
}
