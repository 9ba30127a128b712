import type { ChargeTerms, ChargeView, NewCharge } from './charges/schemas.ts';
import type { DiscountTerms, DiscountView, NewDiscount } from './discounts/schemas.ts';
import type { ManagedRules, RuleChange } from './manage-rules.ts';
import type { NewTaxRate, TaxRateTerms, TaxRateView } from './taxes/schemas.ts';

/** The use cases of the module, bound to their dependencies: what the shop sets up. */
export interface Pricing {
  /** Writing throws `prices.not_found`, `prices.version_conflict` and `prices.rate_exists`. */
  readonly taxRates: ManagedRules<NewTaxRate, RuleChange<TaxRateTerms>, TaxRateView>;
  /** Writing throws `prices.not_found` and `prices.version_conflict`. */
  readonly charges: ManagedRules<NewCharge, RuleChange<ChargeTerms>, ChargeView>;
  /** Writing throws `discounts.not_found`, `.version_conflict`, `.code_taken`, `.below_uses` and `.in_use`. */
  readonly discounts: ManagedRules<NewDiscount, RuleChange<DiscountTerms>, DiscountView>;
}
