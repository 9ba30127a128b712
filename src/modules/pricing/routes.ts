import type { App } from '../../http/index.ts';
import { ChargeReply, CreateChargeBody, UpdateChargeBody } from './charges/schemas.ts';
import { CreateDiscountBody, DiscountReply, UpdateDiscountBody } from './discounts/schemas.ts';
import { discountsErrors, pricesErrors } from './errors.ts';
import { registerRuleRoutes } from './rule-routes.ts';
import { CreateTaxRateBody, TaxRateReply, UpdateTaxRateBody } from './taxes/schemas.ts';
import type { Pricing } from './use-cases.ts';

export function registerPricingRoutes(app: App, pricing: Pricing): void {
  registerRuleRoutes(app, pricing.taxRates, {
    path: '/api/tax-rates',
    ids: ['TaxRate', 'TaxRates'],
    words: ['a tax rate', 'tax rates'],
    description:
      'At most one active rate applies to a tax category and a fulfilment type. A rate without types applies to all of them.',
    createBody: CreateTaxRateBody,
    updateBody: UpdateTaxRateBody,
    reply: TaxRateReply,
    errors: pricesErrors,
    writeErrors: [pricesErrors.rateExists],
  });
  registerRuleRoutes(app, pricing.charges, {
    path: '/api/charges',
    ids: ['Charge', 'Charges'],
    words: ['a charge', 'charges'],
    description:
      'A charge has an amount, or a percent of the discounted subtotal. `belowSubtotal` and `freeFrom` look at the discounted subtotal too. Of DELIVERY charges exactly one applies, by default to DELIVERY orders.',
    createBody: CreateChargeBody,
    updateBody: UpdateChargeBody,
    reply: ChargeReply,
    errors: pricesErrors,
    writeErrors: [],
  });
  registerRuleRoutes(app, pricing.discounts, {
    path: '/api/discounts',
    ids: ['Discount', 'Discounts'],
    words: ['a discount', 'discounts'],
    description:
      'Two discounts apply together only if both combine. A discount that orders use is switched off instead of deleted.',
    createBody: CreateDiscountBody,
    updateBody: UpdateDiscountBody,
    reply: DiscountReply,
    errors: discountsErrors,
    writeErrors: [discountsErrors.codeTaken],
    changeErrors: [discountsErrors.belowUses],
    deleteErrors: [discountsErrors.inUse],
  });
}
