import { money } from '../../shared/money.ts';
import { pricePlainOrder, requirePriced } from '../pricing/index.ts';
import type { CartItemRow, CartRow } from './queries.ts';
import type { CartView } from './schemas.ts';

/** A cart as stored in the database. */
export interface Cart {
  /** Increases with each change of its lines. */
  readonly version: number;
  readonly items: readonly CartItemRow[];
}

/** Builds a cart from its rows, all of one customer. */
export function buildCart(rows: readonly CartRow[]): Cart {
  const items = rows.flatMap((row) => (row.productId === null ? [] : [row]));
  return { version: rows[0]!.version, items };
}

/** Returns the cart with its prices, in the shop's currency. */
export function presentCart({ version, items }: Cart, currency: string): CartView {
  const priced = requirePriced(pricePlainOrder({ currency, lines: items }));
  return {
    items: priced.lines.map((line) => ({
      sku: line.sku,
      productId: line.productId,
      name: line.name,
      quantity: line.quantity,
      unitPrice: money(line.unitPriceMinor, currency),
      total: money(line.totalMinor, currency),
      available: line.available,
    })),
    total: money(priced.totalMinor, currency),
    version,
  };
}
