import type { Transaction } from '../../../database/database.ts';
import type { Person } from '../../personal-data.ts';
import { eraseCarts } from './erase-queries.ts';

export async function erase(tx: Transaction, { userIds }: Person): Promise<void> {
  await eraseCarts(tx, userIds);
}
