import type { Transaction } from '../../../../database/database.ts';
import { forgetResults } from '../../../../database/idempotency.ts';
import { findPaymentIds } from '../../../payments/index.ts';
import type { ErasureScope } from '../../../personal-data.ts';

/** The reply to an erasure has ids and times only. */
const KEPT_OPERATIONS = ['erasePerson'];

/** Removes the replies that are kept of requests of the person, and of others about the person, their orders or payments. */
export async function erase(tx: Transaction, { userIds, orderIds }: ErasureScope): Promise<void> {
  const payments = await findPaymentIds(tx, orderIds);
  // Who has the token of an order is a caller under its id.
  const callerIds = [...userIds, ...orderIds];
  const ids = [...callerIds, ...payments.map(({ id }) => id)];
  await forgetResults(tx, callerIds, ids, KEPT_OPERATIONS);
}
