import type { Transaction } from '../../../database/database.ts';
import type { Actor } from '../../../shared/caller.ts';
import {
  consumeStock,
  type OrderMovement,
  releaseStock,
  reserveStock,
  returnStock,
  type StockLine,
} from '../../inventory/index.ts';
import { holdsStock, type OrderStatus } from '../order.ts';

export type StockEffect = 'reserve' | 'release' | 'consume' | 'return';

/** Returns what a step does to the units of the order; null: nothing. `from` null: the order is new. */
export function findStockEffect(from: OrderStatus | null, to: OrderStatus): StockEffect | null {
  const held = from !== null && holdsStock(from);
  const holds = holdsStock(to);
  if (held && to === 'COMPLETED') return 'consume';
  if (from === 'COMPLETED' && holds) return 'return';
  if (held === holds) return null;
  return holds ? 'reserve' : 'release';
}

/** An effect on the units of one order. */
export interface OrderStock {
  readonly effect: StockEffect;
  readonly orderId: string;
  readonly number: string;
  readonly actor: Actor;
  readonly lines: readonly StockLine[];
}

/** Changes the stock for a set of orders: one statement for each effect that occurs. */
export function writeStock(tx: Transaction, orders: readonly OrderStock[]): Promise<void>[] {
  const having = (effect: StockEffect) => orders.filter((order) => order.effect === effect);
  const lines = (effect: StockEffect) => having(effect).flatMap((order) => order.lines);
  const movements = (effect: StockEffect, reason: string) =>
    having(effect).flatMap((order) => buildMovements(order, reason));
  return [
    reserveStock(tx, lines('reserve')),
    releaseStock(tx, lines('release')),
    consumeStock(tx, movements('consume', 'completed')),
    returnStock(tx, movements('return', 'reopened')),
  ];
}

function buildMovements(
  { orderId, number, actor, lines }: OrderStock,
  reason: string,
): OrderMovement[] {
  return lines.map(({ productId, quantity }) => ({
    orderId,
    productId,
    quantity,
    reason: `Order ${number} ${reason}`,
    actor,
  }));
}
