import type { LineToPrice } from './price-lines.ts';
import { type Pricing, priceOrder } from './price-order.ts';

/** A line whose price is given. */
export interface PlainLine {
  readonly quantity: number;
  readonly unitPriceMinor: number;
}

/** Prices an order that was taken elsewhere, at the prices that it had there: no rule of this shop applies to it. */
export function pricePlainOrder<Line extends PlainLine>(order: {
  readonly currency: string;
  readonly lines: readonly Line[];
}): Pricing<Line & LineToPrice> {
  return priceOrder({
    currency: order.currency,
    lines: order.lines.map((line) => ({
      sku: null,
      modifiers: [],
      category: null,
      taxCategory: '',
      ...line,
      basePriceMinor: line.unitPriceMinor,
    })),
    rules: { pricesIncludeTax: true, taxRates: [], charges: [], discounts: [] },
    destination: { fulfilmentType: 'PICKUP', postalCode: null },
    now: new Date(0),
    isFirstOrder: false,
    codes: [],
    tipMinor: 0,
  });
}
