import type { Queryable } from '../../database/statement.ts';
import { toChargeRule } from './charges/charge.ts';
import { findActiveCharges } from './charges/queries.ts';
import { toDiscountDefinition } from './discounts/discount.ts';
import { findAutomaticDiscounts } from './discounts/queries.ts';
import type { ChargeRule, DiscountDefinition, TaxRateRule } from './rules.ts';
import { findActiveTaxRates } from './taxes/queries.ts';
import { toTaxRateRule } from './taxes/tax-rate.ts';

/** What is active in the shop and applies without being named, each kind in the order of creation. */
export interface ShopRules {
  readonly taxRates: readonly TaxRateRule[];
  readonly charges: readonly ChargeRule[];
  /** Those without a code. */
  readonly discounts: readonly DiscountDefinition[];
}

/** Finds the rules of the shop. Read the version before, so that the rules are never older than it. */
export async function findRules(db: Queryable): Promise<ShopRules> {
  const [taxRates, charges, discounts] = await Promise.all([
    findActiveTaxRates(db),
    findActiveCharges(db),
    findAutomaticDiscounts(db),
  ]);
  return {
    taxRates: taxRates.map(toTaxRateRule),
    charges: charges.map(toChargeRule),
    discounts: discounts.map(toDiscountDefinition),
  };
}
