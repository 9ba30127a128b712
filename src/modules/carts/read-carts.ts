import type { Queryable } from '../../database/statement.ts';
import type { Orders } from '../orders/index.ts';
import { buildCarts, type QuotableCart } from './cart.ts';
import { findCarts, type QuotableRow } from './queries.ts';

/** Reads several carts, by customer id. Calls its statements at once, so a transaction can send them with others. */
export async function readCarts(
  db: Queryable,
  orders: Pick<Orders, 'countPending'>,
  customerIds: readonly string[],
): Promise<ReadonlyMap<string, QuotableCart>> {
  const [rows, pending] = await Promise.all([
    findCarts(db, customerIds),
    orders.countPending(db, customerIds),
  ]);
  const firstRows = new Map<string, QuotableRow>();
  for (const row of rows) if (!firstRows.has(row.customerId)) firstRows.set(row.customerId, row);
  return new Map(
    [...buildCarts(rows)].map(([customerId, cart]) => {
      const { readAt, priceVersion } = firstRows.get(customerId)!;
      return [
        customerId,
        { ...cart, pending: pending.get(customerId) ?? null, readAt, priceVersion },
      ];
    }),
  );
}
