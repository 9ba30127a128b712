import type { LineToPrice } from './price-lines.ts';
import { type OrderToPrice, type Pricing, priceOrder } from './price-order.ts';

/** A line whose price is given. */
export interface PlainLine {
  readonly quantity: number;
  readonly unitPriceMinor: number;
}

export interface PlainOrder<Line extends PlainLine> {
  readonly currency: string;
  readonly lines: readonly Line[];
}

/** Prices an order at the prices of its lines: no rule of this shop applies to it. */
export function pricePlainOrder<Line extends PlainLine>(
  order: PlainOrder<Line>,
): Pricing<Line & LineToPrice> {
  return priceOrder(toPlainOrder(order));
}

/** Returns an order of these lines, without any rule. */
export function toPlainOrder<Line extends PlainLine>({
  currency,
  lines,
}: PlainOrder<Line>): OrderToPrice<Line & LineToPrice> {
  return {
    currency,
    lines: lines.map((line) => ({
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
  };
}
