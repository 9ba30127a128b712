import type { Transaction } from '../../database/database.ts';
import { changeReserved, changeReservedOfOne } from './queries.ts';

/** Units of a product. A list of lines may name a product several times; they are summed. */
export interface StockLine {
  readonly productId: string;
  readonly quantity: number;
}

/**
 * Reserves units for open orders, in one statement whatever the number of lines. The caller has checked what is
 * available; if it was taken meanwhile, the database refuses (`inventory.insufficient_stock`).
 */
export function reserveStock(tx: Transaction, lines: readonly StockLine[]): Promise<void> {
  return change(tx, lines, 1);
}

/** Releases reserved units of orders that end without being completed. */
export function releaseStock(tx: Transaction, lines: readonly StockLine[]): Promise<void> {
  return change(tx, lines, -1);
}

async function change(tx: Transaction, lines: readonly StockLine[], sign: 1 | -1): Promise<void> {
  if (lines.length === 0) return;
  const quantities = new Map<string, number>();
  for (const { productId, quantity } of lines) {
    quantities.set(productId, (quantities.get(productId) ?? 0) + quantity);
  }
  const [first] = quantities;
  const changed =
    quantities.size === 1
      ? await changeReservedOfOne(tx, ...first!, sign)
      : await changeReserved(tx, [...quantities.keys()], [...quantities.values()], sign);
  if (changed.length !== quantities.size) throw new Error('a product has no stock row');
}
