import type { PurgeSlice } from '../../database/purge-in-slices.ts';
import { lockCustomers } from '../accounts/index.ts';
import { clearCarts, findOldCarts, keepOldCarts } from './queries.ts';

/**
 * Creates what removes what is in some carts that nobody has changed for 90 days, and returns the carts. Their versions go on, so that
 * no later cart is taken for one that was seen before. Each slice goes on behind the one before: there is no index of old
 * carts, and so a run reads each cart once.
 */
export function createOldCartsPurge(): PurgeSlice {
  let last: string | null = null;
  return async (database, limit) => {
    const found = await database.transaction(async (tx) => {
      const rows = await findOldCarts(tx, last, limit);
      if (rows.length === 0) return [];
      const ids = rows.map(({ customerId }) => customerId);
      await lockCustomers(tx, ids);
      // One that was changed or ordered meanwhile is left alone.
      const old = await keepOldCarts(tx, ids);
      await clearCarts(
        tx,
        old.map(({ customerId }) => customerId),
      );
      return rows;
    });
    last = found.length < limit ? null : found.at(-1)!.customerId;
    return found;
  };
}
