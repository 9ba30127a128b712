import type { Transaction } from '../../../database/database.ts';
import type { Person } from '../../personal-data.ts';
import { forgetReasons } from './erase-queries.ts';

/** Removes the reasons that the person gave for corrections of stock. The stock ledger stays. */
export async function erase(tx: Transaction, { userIds }: Person): Promise<void> {
  await forgetReasons(tx, userIds);
}
