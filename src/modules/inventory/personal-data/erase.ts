import type { Transaction } from '../../../database/database.ts';
import type { ErasureScope } from '../../personal-data.ts';
import { forgetReasons } from './erase-queries.ts';

/** Removes the reasons that the person gave for corrections of stock. The stock ledger stays. */
export async function erase(tx: Transaction, { userIds }: ErasureScope): Promise<void> {
  await forgetReasons(tx, userIds);
}
