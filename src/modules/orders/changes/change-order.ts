import type { Transaction } from '../../../database/database.ts';
import type { OrderRow } from '../reading/queries.ts';
import type { CancelChange, MoveChange } from '../writing/order-change.ts';
import { writeOrder } from '../writing/write-orders.ts';

/** Writes a change of an order whose row the caller has locked. Returns the changed order. */
export async function changeOrder(
  tx: Transaction,
  order: OrderRow,
  change: MoveChange | CancelChange,
): Promise<OrderRow> {
  return { ...order, ...(await writeOrder(tx, change)) };
}
