import { addTaxes, noTaxes, type TaxableItem, type TaxRow } from './add-taxes.ts';
import { type AppliedCharge, findCharges } from './find-charges.ts';
import type { GrossLine, GrossLines, LineToPrice } from './price-lines.ts';
import type { ChargeRule, DiscountRule, FulfilmentType, PricingRules } from './rules.ts';
import { takeDiscounts } from './take-discounts.ts';

export type PricedLine<Line extends LineToPrice> = GrossLine<Line> & {
  readonly discountMinor: number;
  readonly taxMinor: number;
  /** The total less the discount, with the tax where prices exclude it. */
  readonly chargedMinor: number;
};

export interface PricedDiscount {
  readonly rule: DiscountRule;
  readonly amountMinor: number;
}

export interface PricedCharge extends AppliedCharge {
  readonly taxMinor: number;
}

/** What an order costs, part by part. */
export interface Bill<Line extends LineToPrice> {
  readonly pricesIncludeTax: boolean;
  /** In the order in which they were requested. */
  readonly lines: readonly PricedLine<Line>[];
  /** The sum of the line totals. */
  readonly subtotalMinor: number;
  /** The discounts that apply, in the order of the rules. */
  readonly discounts: readonly PricedDiscount[];
  readonly charges: readonly PricedCharge[];
  readonly taxes: readonly TaxRow[];
  readonly tipMinor: number;
  /** What the order costs. */
  readonly totalMinor: number;
}

export interface BillInput<Line extends LineToPrice> {
  readonly gross: GrossLines<Line>;
  readonly rules: Pick<PricingRules, 'pricesIncludeTax' | 'taxRates'>;
  /** Those that are offered at the destination, in the order of the rules. */
  readonly charges: readonly ChargeRule[];
  readonly fulfilmentType: FulfilmentType;
  /** Those that apply, in the order of the rules. */
  readonly discounts: readonly DiscountRule[];
  readonly tipMinor: number;
}

/** Builds the bill of an order to which these discounts apply. */
export function buildBill<Line extends LineToPrice>({
  gross: { lines, subtotalMinor },
  rules,
  charges: offered,
  fulfilmentType,
  discounts,
  tipMinor,
}: BillInput<Line>): Bill<Line> {
  const { pricesIncludeTax } = rules;
  const discounted = takeDiscounts(lines, discounts);
  const charges = findCharges(offered, discounted.subtotalMinor);
  const freeDelivery = discounts.find(({ effect }) => effect.kind === 'FREE_DELIVERY');
  const delivery = freeDelivery && charges.find(({ rule }) => rule.kind === 'DELIVERY');
  const chargedMinor = charges.map((charge) => (charge === delivery ? 0 : charge.amountMinor));
  const listItems = (): TaxableItem[] => [
    ...lines.map(({ taxCategory }, index) => ({
      taxCategory,
      amountMinor: discounted.leftMinor[index]!,
    })),
    ...charges.map(({ rule }, index) => ({
      taxCategory: rule.taxCategory,
      amountMinor: chargedMinor[index]!,
    })),
  ];
  const taxes =
    rules.taxRates.length === 0 ? noTaxes : addTaxes(listItems(), rules, fulfilmentType);

  let totalMinor = discounted.subtotalMinor + tipMinor;
  for (const amountMinor of chargedMinor) totalMinor += amountMinor;
  if (!pricesIncludeTax) for (const { amountMinor } of taxes.rows) totalMinor += amountMinor;
  return {
    pricesIncludeTax,
    lines: lines.map((line, index) => {
      const leftMinor = discounted.leftMinor[index]!;
      const taxMinor = taxes.partsMinor[index] ?? 0;
      return {
        ...line,
        discountMinor: line.totalMinor - leftMinor,
        taxMinor,
        chargedMinor: pricesIncludeTax ? leftMinor : leftMinor + taxMinor,
      };
    }),
    subtotalMinor,
    discounts: discounts.flatMap((rule) => {
      if (rule.effect.kind !== 'FREE_DELIVERY') {
        return { rule, amountMinor: discounted.takenMinor.get(rule)! };
      }
      const isUsed = rule === freeDelivery && delivery !== undefined;
      return isUsed ? { rule, amountMinor: delivery.amountMinor } : [];
    }),
    charges: charges.map((charge, index) => ({
      ...charge,
      taxMinor: taxes.partsMinor[lines.length + index] ?? 0,
    })),
    taxes: taxes.rows,
    tipMinor,
    totalMinor,
  };
}
