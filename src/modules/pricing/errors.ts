import { defineErrors, type ErrorDefinition } from '../../shared/errors.ts';

/** Refusals about tax rates and charges, and the modifier groups of the catalogue. */
export const pricesErrors = defineErrors('prices', {
  notFound: [
    404,
    'There is no such tax rate, charge or modifier group.',
    'It never existed, or it was deleted.',
  ],
  versionConflict: [
    409,
    'The tax rate, charge or modifier group has changed since you read it.',
    '`currentVersion` is its current version. Read it again before you retry.',
  ],
  rateExists: [
    409,
    'There is already an active tax rate for this category and fulfilment type.',
    'At most one active rate applies to a category and a fulfilment type, and one without types covers all of them. Switch the other rate off first.',
  ],
});

export const discountsErrors = defineErrors('discounts', {
  notFound: [404, 'There is no such discount.', 'It never existed, or it was deleted.'],
  versionConflict: [
    409,
    'The discount has changed since you read it.',
    '`currentVersion` is its current version. Read it again before you retry.',
  ],
  codeTaken: [
    409,
    'There is already a discount with this code.',
    'Codes are compared without case. Change that discount, or choose another code.',
  ],
  inUse: [
    409,
    'Orders use this discount.',
    'A discount that orders use is not deleted. Switch it off with `active: false`.',
  ],
  belowUses: [
    409,
    'More orders than that already use this discount.',
    '`usesMax` cannot fall below the uses. Switch the discount off with `active: false` to end it.',
  ],
  notApplicable: [
    409,
    'A discount code does not apply to this order.',
    '`discounts` lists each code with its reason: `unknown`, `inactive`, `not_started`, `expired`, `minimum` (of the subtotal), `used_up`, `used_by_customer`, `not_first_order`, `account_required` (such a discount is not for guests), `not_combinable` or `nothing_matches`. Place the order without these codes.',
  ],
});

/** Maps constraint violations to refusals. A change of `usesMax` is checked under lock before it reaches its check. */
export const pricingConstraints: Readonly<Record<string, ErrorDefinition>> = {
  tax_rates_pickup_key: pricesErrors.rateExists,
  tax_rates_delivery_key: pricesErrors.rateExists,
  tax_rates_dine_in_key: pricesErrors.rateExists,
  tax_rates_shipment_key: pricesErrors.rateExists,
  discounts_code_key: discountsErrors.codeTaken,
  discounts_in_use_check: discountsErrors.inUse,
  discounts_uses_check: discountsErrors.notApplicable,
  discount_uses_discount_id_fkey: discountsErrors.notApplicable,
};
