import type { Transaction } from '../../database/database.ts';
import type { Actor } from '../../shared/caller.ts';
import { newId } from '../../shared/ids.ts';
import { moveStock } from './queries.ts';

/** Units that leave the stock for an order, or come back from it. */
export interface OrderMovement {
  readonly orderId: string;
  readonly productId: string;
  readonly quantity: number;
  readonly reason: string;
  readonly actor: Actor;
}

/**
 * Consumes the reservations of completed orders: on hand and reserved decrease together, with an entry in the ledger.
 * Several lines of one product in an order become one ledger row.
 */
export function consumeStock(tx: Transaction, movements: readonly OrderMovement[]): Promise<void> {
  return move(tx, movements, -1, 'consumption');
}

/**
 * Reverses `consumeStock` when an override moves an order out of COMPLETED: its units are on hand and reserved again.
 */
export function returnStock(tx: Transaction, movements: readonly OrderMovement[]): Promise<void> {
  return move(tx, movements, 1, 'return');
}

interface MovementRow {
  id: string;
  order_id: string;
  product_id: string;
  quantity: number;
  reason: string;
  actor_type: Actor['type'];
  actor_id: string | null;
  actor_role: string | null;
}

async function move(
  tx: Transaction,
  movements: readonly OrderMovement[],
  sign: 1 | -1,
  kind: 'consumption' | 'return',
): Promise<void> {
  if (movements.length === 0) return;
  const rows = new Map<string, MovementRow>();
  for (const movement of movements) {
    const { orderId, productId, quantity, reason, actor } = movement;
    const row = rows.get(`${orderId} ${productId}`);
    if (row !== undefined) row.quantity += quantity;
    else {
      rows.set(`${orderId} ${productId}`, {
        id: newId(),
        order_id: orderId,
        product_id: productId,
        quantity,
        reason,
        actor_type: actor.type,
        actor_id: actor.id,
        actor_role: actor.role,
      });
    }
  }
  const written = await moveStock(tx, JSON.stringify([...rows.values()]), sign, kind);
  if (written.length !== rows.size) throw new Error('a product has no stock row');
}
