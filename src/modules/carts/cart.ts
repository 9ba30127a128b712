import { money, sumMinor, timesMinor } from '../../shared/money.ts';
import type { CartItemRow, CartRow } from './queries.ts';
import type { CartView } from './schemas.ts';

/** A cart as it stands in the database. */
export interface Cart {
  /** Rises with each change of its lines. */
  readonly version: number;
  readonly items: readonly CartItemRow[];
}

/** The cart that these rows, all of one customer, describe. */
export function cartFrom(rows: readonly CartRow[]): Cart {
  const items = rows.flatMap((row) => (row.productId === null ? [] : [row]));
  return { version: rows[0]!.version, items };
}

/** The cart with its sums, in the shop's currency. */
export function presentCart({ version, items }: Cart, currency: string): CartView {
  const totalsMinor = items.map((item) => timesMinor(item.unitPriceMinor, item.quantity));
  return {
    items: items.map(({ sku, productId, name, quantity, unitPriceMinor, available }, index) => ({
      sku,
      productId,
      name,
      quantity,
      unitPrice: money(unitPriceMinor, currency),
      total: money(totalsMinor[index]!, currency),
      available,
    })),
    total: money(sumMinor(totalsMinor), currency),
    version,
  };
}
