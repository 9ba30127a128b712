import { TOTAL_MINOR_MAX } from '../../shared/money.ts';
import type { Bill } from './build-bill.ts';
import { chooseDiscounts, type RefusedCode } from './choose-discounts.ts';
import { type Destination, offerCharges } from './find-charges.ts';
import { type LineToPrice, priceLines } from './price-lines.ts';
import type { PricingRules } from './rules.ts';

/** Everything that determines the price of an order. */
export interface OrderToPrice<Line extends LineToPrice> {
  /** The currency of every amount, ISO 4217. */
  readonly currency: string;
  readonly lines: readonly Line[];
  readonly rules: PricingRules;
  readonly destination: Destination;
  readonly now: Date;
  /** Whether the customer has no other order that counts. Null: nobody knows, because they are a guest. */
  readonly isFirstOrder: boolean | null;
  /** The named codes, each once. They are compared without case. */
  readonly codes: readonly string[];
  readonly tipMinor: number;
}

export interface PricedOrder<Line extends LineToPrice> extends Bill<Line> {
  readonly kind: 'priced';
  readonly currency: string;
  /** The named codes that do not apply. The bill is without them. */
  readonly refusedCodes: readonly RefusedCode[];
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
 * Returns what an order costs and why. The only place where prices become totals: placement, the queue, carts, quotes
 * and imports call it. Pure, and exact for every currency: it computes with whole minor units, and rounds half up once
 * per line, discount, charge and tax rate.
 */
export function priceOrder<Line extends LineToPrice>(order: OrderToPrice<Line>): Pricing<Line> {
  const { currency, rules, destination, now, isFirstOrder, codes, tipMinor } = order;
  const gross = priceLines(order.lines);
  if (gross === null) return tooLarge;
  const charges = offerCharges(rules.charges, destination);
  const { fulfilmentType } = destination;
  const choice = { gross, rules, charges, fulfilmentType, now, isFirstOrder, tipMinor };
  const { bill, refusedCodes } = chooseDiscounts(codes, choice);
  if (bill.totalMinor > TOTAL_MINOR_MAX) return tooLarge;
  return { kind: 'priced', currency, refusedCodes, ...bill };
}
