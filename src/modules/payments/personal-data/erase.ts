import type { Transaction } from '../../../database/database.ts';
import { toSlices } from '../../../shared/slices.ts';
import type { ErasureScope } from '../../personal-data.ts';
import { forgetRefundReasons, forgetReports, forgetSessionRequests } from './erase-queries.ts';

const SLICE_MAX = 1_000;

/** Removes what people and providers wrote about the payments of orders. Amounts, times and states stay. */
export async function forgetPayments(tx: Transaction, orderIds: readonly string[]): Promise<void> {
  for (const slice of toSlices(orderIds, SLICE_MAX)) {
    await Promise.all([
      forgetRefundReasons(tx, slice),
      forgetSessionRequests(tx, slice),
      forgetReports(tx, slice),
    ]);
  }
}

export function erase(tx: Transaction, { orderIds }: ErasureScope): Promise<void> {
  return forgetPayments(tx, orderIds);
}
