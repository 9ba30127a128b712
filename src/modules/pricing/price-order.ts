import { addMinor, timesMinor } from '../../shared/money.ts';

/** One line to price. Its other members are preserved. */
export interface LineToPrice {
  /** Units, 1 or more. */
  readonly quantity: number;
  /** 0 or more. */
  readonly unitPriceMinor: number;
}

/** Everything that determines the price of an order. */
export interface OrderToPrice<Line extends LineToPrice> {
  /** The currency of every amount, ISO 4217. */
  readonly currency: string;
  readonly lines: readonly Line[];
}

export type PricedLine<Line extends LineToPrice> = Line & {
  /** Quantity times unit price. */
  readonly totalMinor: number;
};

export interface PricedOrder<Line extends LineToPrice> {
  readonly kind: 'priced';
  readonly currency: string;
  /** In the order of `OrderToPrice.lines`. */
  readonly lines: readonly PricedLine<Line>[];
  /** The sum of the line totals. */
  readonly subtotalMinor: number;
  /** What the order costs. */
  readonly totalMinor: number;
}

/** Why an order cannot be priced. */
export interface PricingRefusal {
  /** It costs more than `TOTAL_MINOR_MAX`. */
  readonly kind: 'total_too_large';
}

export interface RefusedPricing {
  readonly kind: 'refused';
  /** All refusals, at least one. */
  readonly refusals: readonly [PricingRefusal, ...PricingRefusal[]];
}

export type Pricing<Line extends LineToPrice> = PricedOrder<Line> | RefusedPricing;

const tooLarge: RefusedPricing = { kind: 'refused', refusals: [{ kind: 'total_too_large' }] };

/**
 * Returns what an order costs, line by line and in total. The only place where prices become totals: placement, the
 * queue, carts, quotes and imports call it. Pure, and exact for every currency, since it adds and multiplies whole
 * minor units.
 */
export function priceOrder<Line extends LineToPrice>(order: OrderToPrice<Line>): Pricing<Line> {
  const lines: PricedLine<Line>[] = [];
  let subtotalMinor = 0;
  for (const line of order.lines) {
    const totalMinor = timesMinor(line.unitPriceMinor, line.quantity);
    const sumMinor = totalMinor === null ? null : addMinor(subtotalMinor, totalMinor);
    if (totalMinor === null || sumMinor === null) return tooLarge;
    subtotalMinor = sumMinor;
    lines.push({ ...line, totalMinor });
  }
  const { currency } = order;
  return { kind: 'priced', currency, lines, subtotalMinor, totalMinor: subtotalMinor };
}
