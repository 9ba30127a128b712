import { money, sumMinor, timesMinor } from '../../shared/money.ts';
import type { CartItemRow } from './queries.ts';
import type { CartView } from './schemas.ts';

/** The cart with its sums, in the shop's currency. */
export function presentCart(items: readonly CartItemRow[], currency: string): CartView {
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
  };
}
