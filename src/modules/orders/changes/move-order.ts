import type { Transaction } from '../../../database/database.ts';
import { appendEvents, type EventType } from '../../../events/index.ts';
import type { Actor, Cause } from '../../../shared/caller.ts';
import { consumeStock, releaseStock, returnStock } from '../../inventory/index.ts';
import { type CancelReason, holdsStock, isPaid, type OrderStatus } from '../order.ts';
import { allowOverride, findLines, moveOrder, type OrderRow } from '../queries.ts';
import { leaveQueue } from '../queue/queries.ts';

export interface Move {
  readonly to: OrderStatus;
  readonly actor: Actor;
  readonly cause: Cause;
  readonly reason: string | null;
  /** For CANCELLED only. */
  readonly cancelReason?: CancelReason;
  /** True for a step that is legal only as an override; then `reason` is not null. */
  readonly override?: boolean;
  /** Minutes to pay that an order gets which comes back to PENDING unpaid; 0: no end. */
  readonly expiryMinutes: number;
}

const eventTypeByStatus: Readonly<Partial<Record<OrderStatus, EventType>>> = {
  PENDING: 'order.placed',
  CONFIRMED: 'order.confirmed',
  PREPARING: 'order.preparing',
  READY: 'order.ready',
  COMPLETED: 'order.completed',
  CANCELLED: 'order.cancelled',
  FAILED: 'order.failed',
};

/**
 * Takes one step of an order whose row the caller has locked: status, stock and event together. The step was decided
 * before; the database refuses it all the same when it is not legal.
 */
export async function applyMove(tx: Transaction, order: OrderRow, move: Move): Promise<OrderRow> {
  if (move.override === true) await allowOverride(tx, move.reason ?? '');
  const awaitsPayment = move.to === 'PENDING' && !isPaid(order.paymentStatus);
  const expiryMinutes = awaitsPayment && move.expiryMinutes > 0 ? move.expiryMinutes : null;
  const [moved] = await moveOrder(tx, order.id, move.to, move.cancelReason ?? null, expiryMinutes);
  if (order.status === 'QUEUED') await leaveQueue(tx, [order.id]);
  await moveStock(tx, order, move);
  await appendEvents(tx, [
    {
      type: eventTypeByStatus[move.to]!,
      orderId: order.id,
      sequence: moved!.lastSequence,
      from: order.status,
      to: move.to,
      actor: move.actor,
      reason: move.reason,
      cause: move.cause,
      data: {
        number: order.number,
        ...(move.override === true ? { override: true } : {}),
        ...(move.cancelReason === undefined ? {} : { cancelReason: move.cancelReason }),
      },
    },
  ]);
  return moved!;
}

async function moveStock(tx: Transaction, order: OrderRow, move: Move): Promise<void> {
  const held = holdsStock(order.status);
  const holds = holdsStock(move.to);
  const consumes = held && move.to === 'COMPLETED';
  const returns = order.status === 'COMPLETED' && holds;
  if (held === holds && !consumes && !returns) return;
  const lines = await findLines(tx, [order.id]);
  if (consumes || returns) {
    const movements = lines.map((line) => ({
      orderId: order.id,
      productId: line.productId,
      quantity: line.quantity,
      reason: `Order ${order.number} ${consumes ? 'completed' : 'taken back to work'}`,
      actor: move.actor,
    }));
    await (consumes ? consumeStock(tx, movements) : returnStock(tx, movements));
  } else if (held) {
    await releaseStock(tx, lines);
  }
}
