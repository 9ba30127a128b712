import type { Transaction } from '../../../../database/database.ts';
import { forgetResults } from '../../../../database/idempotency.ts';
import type { Person } from '../../../personal-data.ts';

/** Removes the replies that are kept of requests of the person, and of others about the person or their orders. */
export function erase(tx: Transaction, { userIds, orderIds }: Person): Promise<void> {
  return forgetResults(tx, userIds, [...userIds, ...orderIds]);
}
