import { apportionShare, includedShare, roundShare } from './proportion.ts';
import type { FulfilmentType, PricingRules, TaxRateRule } from './rules.ts';

/** A line or charge to tax, after discounts. */
export interface TaxableItem {
  readonly taxCategory: string;
  readonly amountMinor: number;
}

export interface TaxRow {
  readonly rule: TaxRateRule;
  /** The sum of what the rate applies to. */
  readonly baseMinor: number;
  readonly amountMinor: number;
}

export interface Taxes {
  /** One for each rate that applies to an item, in the order of the rates. */
  readonly rows: readonly TaxRow[];
  /** The tax of each item; none for those of `noTaxes`. */
  readonly partsMinor: readonly number[];
}

/** The taxes of an order that no rate applies to. */
export const noTaxes: Taxes = { rows: [], partsMinor: [] };

/**
 * Returns the taxes of an order: for each rate, the tax on the sum of its items, rounded half up once, and apportioned
 * to them by largest remainder. Items whose category has no rate are untaxed.
 */
export function addTaxes(
  items: readonly TaxableItem[],
  { taxRates, pricesIncludeTax }: Pick<PricingRules, 'taxRates' | 'pricesIncludeTax'>,
  fulfilmentType: FulfilmentType,
): Taxes {
  const partsMinor = items.map(() => 0);
  const rows: TaxRow[] = [];
  for (const rule of taxRates) {
    if (rule.fulfilmentTypes !== null && !rule.fulfilmentTypes.includes(fulfilmentType)) continue;
    const indexes: number[] = [];
    const amounts: number[] = [];
    let baseMinor = 0;
    items.forEach(({ taxCategory, amountMinor }, index) => {
      if (taxCategory !== rule.taxCategory) return;
      indexes.push(index);
      amounts.push(amountMinor);
      baseMinor += amountMinor;
    });
    if (indexes.length === 0) continue;
    const share = pricesIncludeTax ? includedShare(rule.share) : rule.share;
    const amountMinor = roundShare(baseMinor, share);
    const parts = apportionShare(amountMinor, amounts, share);
    indexes.forEach((index, position) => {
      partsMinor[index] = parts[position]!;
    });
    rows.push({ rule, baseMinor, amountMinor });
  }
  return { rows, partsMinor };
}
