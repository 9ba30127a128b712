import type { Transaction } from '../../../database/database.ts';
import type { ErasureScope } from '../../personal-data.ts';
import { eraseCarts } from './erase-queries.ts';

export async function erase(tx: Transaction, { userIds }: ErasureScope): Promise<void> {
  await eraseCarts(tx, userIds);
}
