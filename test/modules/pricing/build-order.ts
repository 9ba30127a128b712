import assert from 'node:assert/strict';
import {
  type LineToPrice,
  type OrderToPrice,
  type PricedOrder,
  priceOrder,
} from '../../../src/modules/pricing/index.ts';
import { parsePercent } from '../../../src/modules/pricing/proportion.ts';
import type {
  AmountOrPercent,
  ChargeRule,
  DiscountEffect,
  DiscountRule,
  LineMatch,
  PricingRules,
  TaxRateRule,
} from '../../../src/modules/pricing/rules.ts';

/** Rules and orders with everything that a test does not name left at its simplest. */

export function share(percent: string) {
  const parsed = parsePercent(percent);
  assert.ok(parsed, percent);
  return parsed;
}

export function buildLine(basePriceMinor: number, line: Partial<LineToPrice> = {}): LineToPrice {
  return {
    sku: 'CURRY',
    quantity: 1,
    basePriceMinor,
    modifiers: [],
    category: null,
    taxCategory: 'standard',
    ...line,
  };
}

export const allLines: LineMatch = { kind: 'all' };

export function percentOff(percent: string, matches?: LineMatch): DiscountEffect {
  const scope =
    matches === undefined ? { kind: 'ORDER' as const } : { kind: 'LINES' as const, matches };
  return { kind: 'PERCENT', share: share(percent), scope };
}

export function amountOff(amountMinor: number, matches?: LineMatch): DiscountEffect {
  const scope =
    matches === undefined ? { kind: 'ORDER' as const } : { kind: 'LINES' as const, matches };
  return { kind: 'AMOUNT', amountMinor, scope };
}

export const freeDelivery: DiscountEffect = { kind: 'FREE_DELIVERY' };

/** A discount that combines and applies without being named. Its id is its name. */
export function buildDiscount(
  name: string,
  effect: DiscountEffect,
  discount: Partial<DiscountRule> = {},
): DiscountRule {
  return {
    id: name,
    code: null,
    name,
    effect,
    minimumSubtotalMinor: null,
    startsAt: null,
    endsAt: null,
    active: true,
    combines: true,
    usesLeft: null,
    customerUsesLeft: null,
    firstOrderOnly: false,
    ...discount,
  };
}

/** An untaxed charge. Its id is its name. */
export function buildCharge(
  name: string,
  price: number | string,
  charge: Partial<ChargeRule> = {},
): ChargeRule {
  const priceOfCharge: AmountOrPercent =
    typeof price === 'number'
      ? { kind: 'amount', amountMinor: price }
      : { kind: 'percent', share: share(price) };
  return {
    id: name,
    kind: 'DELIVERY',
    name,
    price: priceOfCharge,
    fulfilmentTypes: null,
    belowSubtotalMinor: null,
    freeFromMinor: null,
    postalArea: null,
    taxCategory: 'untaxed',
    ...charge,
  };
}

export function buildRate(
  percent: string,
  taxCategory = 'standard',
  rate: Partial<TaxRateRule> = {},
): TaxRateRule {
  return {
    id: `${taxCategory} ${percent}`,
    name: 'VAT',
    percent,
    share: share(percent),
    taxCategory,
    fulfilmentTypes: null,
    ...rate,
  };
}

export interface OrderOptions
  extends Partial<Omit<OrderToPrice<LineToPrice>, 'lines' | 'rules'>>,
    Partial<PricingRules> {}

/** A delivery, with prices that include tax. */
export function buildOrder(
  lines: readonly LineToPrice[],
  { pricesIncludeTax, taxRates, charges, discounts, ...order }: OrderOptions = {},
): OrderToPrice<LineToPrice> {
  return {
    currency: 'GBP',
    lines,
    rules: {
      pricesIncludeTax: pricesIncludeTax ?? true,
      taxRates: taxRates ?? [],
      charges: charges ?? [],
      discounts: discounts ?? [],
    },
    destination: { fulfilmentType: 'DELIVERY', postalCode: null },
    now: new Date('2026-06-01T12:00:00Z'),
    isFirstOrder: true,
    codes: [],
    tipMinor: 0,
    ...order,
  };
}

export function requireBill<Line extends LineToPrice>(
  order: OrderToPrice<Line>,
): PricedOrder<Line> {
  const priced = priceOrder(order);
  assert.ok(priced.kind === 'priced');
  return priced;
}

export function buildBill(lines: readonly LineToPrice[], options: OrderOptions = {}) {
  return requireBill(buildOrder(lines, options));
}

/** A bill in the short form in which tests state it. */
export function summarise({
  lines,
  discounts,
  charges,
  taxes,
  totalMinor,
}: PricedOrder<LineToPrice>) {
  return {
    charged: lines.map(({ chargedMinor }) => chargedMinor),
    discounts: discounts.map(({ rule, amountMinor }) => [rule.name, amountMinor]),
    charges: charges.map(({ rule, amountMinor, taxMinor }) => [rule.name, amountMinor, taxMinor]),
    taxes: taxes.map(({ rule, baseMinor, amountMinor }) => [rule.percent, baseMinor, amountMinor]),
    total: totalMinor,
  };
}
