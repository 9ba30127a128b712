import { derivedId } from '../../shared/ids.ts';
import type { Destination } from './find-charges.ts';
import { findTaxRate } from './find-tax-rate.ts';
import type { LineToPrice } from './price-lines.ts';
import { type Pricing, priceOrder } from './price-order.ts';
import { type PlainLine, type PlainOrder, toPlainOrder } from './price-plain-order.ts';
import type { ChargeRule, DiscountRule, PricingRules, TaxRateRule } from './rules.ts';

/** What the bill of an order that was taken elsewhere contains besides its lines. 0: no such part. */
export interface GivenAmounts {
  readonly discountMinor: number;
  readonly deliveryMinor: number;
  readonly taxMinor: number;
  /** Whether the prices and the delivery contain the tax. */
  readonly pricesIncludeTax: boolean;
  readonly tipMinor: number;
}

export interface GivenOrder<Line extends PlainLine> extends PlainOrder<Line> {
  /** Null: its bill has only lines. */
  readonly amounts: GivenAmounts | null;
}

/** An amount that no bill contains: a discount of more than the lines cost, or a tax of more than what is taxed. */
export interface ImpossibleAmount {
  readonly kind: 'impossible_amount';
  readonly part: 'discount' | 'tax';
}

/**
 * Prices an order that was taken elsewhere, at the prices and with the amounts that it had there. Each amount becomes a
 * rule that applies only to this order, so that it is apportioned like that of any other.
 */
export function priceGivenOrder<Line extends PlainLine>({
  amounts,
  ...plain
}: GivenOrder<Line>): Pricing<Line & LineToPrice> | ImpossibleAmount {
  const order = { ...toPlainOrder(plain), destination };
  if (amounts === null) return priceOrder(order);
  const { discountMinor, taxMinor, pricesIncludeTax, tipMinor } = amounts;
  const rules = toRules(amounts);
  const untaxed = priceOrder({ ...order, rules });
  if (untaxed.kind === 'refused') return untaxed;
  if (discountMinor !== (untaxed.discounts[0]?.amountMinor ?? 0)) {
    return { kind: 'impossible_amount', part: 'discount' };
  }
  if (taxMinor === 0) return priceOrder({ ...order, rules, tipMinor });
  const rate = findTaxRate(untaxed.totalMinor, taxMinor, pricesIncludeTax);
  if (rate === null) return { kind: 'impossible_amount', part: 'tax' };
  const taxRates = [{ ...tax, ...rate }];
  return priceOrder({ ...order, rules: { ...rules, pricesIncludeTax, taxRates }, tipMinor });
}

/** So that a charge for delivery applies. */
const destination: Destination = { fulfilmentType: 'DELIVERY', postalCode: null };

/** Returns the rules of a discount and a delivery charge, without tax. */
function toRules({ discountMinor, deliveryMinor }: GivenAmounts): PricingRules {
  const takesOff: DiscountRule['effect'] = {
    kind: 'AMOUNT',
    amountMinor: discountMinor,
    scope: { kind: 'ORDER' },
  };
  const price: ChargeRule['price'] = { kind: 'amount', amountMinor: deliveryMinor };
  return {
    pricesIncludeTax: true,
    taxRates: [],
    charges: deliveryMinor === 0 ? [] : [{ ...delivery, price }],
    discounts: discountMinor === 0 ? [] : [{ ...discount, effect: takesOff }],
  };
}

/** Ids of no rule of the shop, the same for all orders, since a bill names one for each of its parts. */
const idOf = (part: string): string => derivedId('given order', part);

const discount: Omit<DiscountRule, 'effect'> = {
  id: idOf('discount'),
  code: null,
  name: 'Discount',
  minimumSubtotalMinor: null,
  startsAt: null,
  endsAt: null,
  active: true,
  combines: false,
  firstOrderOnly: false,
  usesLeft: null,
  customerUsesLeft: null,
};

const delivery: Omit<ChargeRule, 'price'> = {
  id: idOf('delivery'),
  kind: 'DELIVERY',
  name: 'Delivery',
  fulfilmentTypes: null,
  belowSubtotalMinor: null,
  freeFromMinor: null,
  postalArea: null,
  taxCategory: '',
};

const tax: Omit<TaxRateRule, 'percent' | 'share'> = {
  id: idOf('tax'),
  name: 'Tax',
  taxCategory: '',
  fulfilmentTypes: null,
};
