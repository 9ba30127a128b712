import type { Transaction } from '../../../database/database.ts';
import { toSlices } from '../../../shared/slices.ts';
import type { ErasureScope } from '../../personal-data.ts';
import { eraseMails } from './erase-queries.ts';

const SLICE_MAX = 1_000;

/** Deletes the mails about orders. */
export async function forgetMails(tx: Transaction, orderIds: readonly string[]): Promise<void> {
  for (const slice of toSlices(orderIds, SLICE_MAX)) await eraseMails(tx, slice, []);
}

export async function erase(tx: Transaction, { orderIds, userIds }: ErasureScope): Promise<void> {
  await forgetMails(tx, orderIds);
  await eraseMails(tx, [], userIds);
}
