import { addMinor, timesMinor } from '../../shared/money.ts';

/** One line of what is ordered. Whatever else it holds is kept. */
export interface LineToPrice {
  /** Units, 1 or more. */
  readonly quantity: number;
  /** 0 or more. */
  readonly unitPriceMinor: number;
}

/** All that the price of an order follows from. */
export interface OrderToPrice<Line extends LineToPrice> {
  /** Of every amount, ISO 4217. */
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
  /** In the order in which they were given. */
  readonly lines: readonly PricedLine<Line>[];
  /** The sum of the lines' totals. */
  readonly subtotalMinor: number;
  /** What the order costs. */
  readonly totalMinor: number;
}

/** Why an order has no price. */
export interface PricingRefusal {
  /** It costs more than `TOTAL_MINOR_MAX`. */
  readonly kind: 'total_too_large';
}

export interface RefusedPricing {
  readonly kind: 'refused';
  /** All of them, at least one. */
  readonly refusals: readonly [PricingRefusal, ...PricingRefusal[]];
}

export type Pricing<Line extends LineToPrice> = PricedOrder<Line> | RefusedPricing;

const tooLarge: RefusedPricing = { kind: 'refused', refusals: [{ kind: 'total_too_large' }] };

/**
 * Returns what an order costs, line by line and in all. The only place where prices become totals: placement, the
 * queue, carts, quotes and imports call it. Pure, and exact for every currency, since it adds and multiplies whole minor
 * units.
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
