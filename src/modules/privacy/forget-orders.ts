import type { Database } from '../../database/database.ts';
import type { Purge } from '../../jobs/index.ts';
import { systemAuthor } from '../../shared/caller.ts';
import { lockGuestRows } from '../accounts/index.ts';
import { findDueOrders, lockDueOrders } from '../orders/index.ts';
import type { PersonalDataPart } from '../personal-data.ts';

const PURGE_NAME = 'privacy.forget-orders';
const EVERY_MS = 24 * 60 * 60_000;

/** Creates the purge that forgets orders so many years after their end. `parts`: in the order in which they erase. */
export function createOrderPurge(years: number, parts: readonly PersonalDataPart[]): Purge {
  return {
    name: PURGE_NAME,
    everyMs: EVERY_MS,
    slices: { orders: (database, limit) => forgetDueOrders(database, parts, years, limit) },
  };
}

/**
 * Erases what is kept of some orders that ended more than so many years ago, as when their customer is erased. A guest has
 * no other order and is erased with it; an account stays. Returns the orders.
 */
async function forgetDueOrders(
  database: Database,
  parts: readonly PersonalDataPart[],
  years: number,
  limit: number,
): Promise<readonly unknown[]> {
  return database.transaction(async (tx) => {
    const found = await findDueOrders(tx, years, limit);
    if (found.length === 0) return [];
    // Users before orders: the lock order of all transactions. An order that was opened again meanwhile is left out.
    const guests = await lockGuestRows(tx, [...new Set(found.map(({ customerId }) => customerId))]);
    const orders = await lockDueOrders(
      tx,
      found.map(({ id }) => id),
      years,
    );
    const customers = new Set(orders.map(({ customerId }) => customerId));
    const userIds = guests.map(({ id }) => id).filter((id) => customers.has(id));
    const scope = { userIds, emailKeys: [], orderIds: orders.map(({ id }) => id) };
    for (const part of parts) await part.erase(tx, scope, systemAuthor(PURGE_NAME));
    return found;
  });
}
