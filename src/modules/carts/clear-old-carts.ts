import type { Database } from '../../database/database.ts';
import { lockCustomers } from '../accounts/index.ts';
import { clearCarts, findOldCarts } from './queries.ts';

/**
 * Removes what is in some carts that nobody has changed for 90 days. Their versions go on, so that no later cart is taken for one that
 * was seen before. Returns the carts.
 */
export function clearOldCarts(database: Database, limit: number): Promise<readonly unknown[]> {
  return database.transaction(async (tx) => {
    const found = await findOldCarts(tx, null, limit);
    if (found.length === 0) return [];
    const ids = found.map(({ customerId }) => customerId);
    await lockCustomers(tx, ids);
    // One that was changed or ordered meanwhile is left alone.
    const old = await findOldCarts(tx, ids, limit);
    await clearCarts(
      tx,
      old.map(({ customerId }) => customerId),
    );
    return found;
  });
}
