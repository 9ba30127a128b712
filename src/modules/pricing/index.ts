/**
 * Pricing: what an order costs and why. Owns the calculation and the shape of its result, the bill, and what the shop sets
 * up for it: tax rates, charges and discounts with their uses. Products and their prices belong to the catalogue and are
 * passed in as values. A transaction locks discounts in the order of ids, after orders and before stock.
 */
export {
  type BilledDiscount,
  type BillParts,
  BillReply,
  type BillView,
  linesOnly,
  presentBill,
  presentPriced,
  toBillParts,
} from './bill.ts';
export {
  type BilledLine,
  type BilledModifier,
  LineReply,
  type LineView,
  lineFields,
  presentLine,
} from './billed-line.ts';
export type { PricedLine } from './build-bill.ts';
export type { RefusedCode } from './choose-discounts.ts';
export { createPricing } from './create-pricing.ts';
export { pricingDeclaration } from './declaration.ts';
export { distinctCodes, normaliseCode } from './discount-code.ts';
export {
  type CountedDiscount,
  findDiscountsByCode,
  lockDiscounts,
} from './discounts/find-discounts.ts';
export { holdUses, isUsedUp, releaseUses } from './discounts/hold-uses.ts';
export { countCustomerUses, findUses } from './discounts/use-queries.ts';
export { discountsErrors, pricesErrors } from './errors.ts';
export { TAX_CATEGORY_DEFAULT, TAX_CATEGORY_PATTERN, TaxCategory } from './fields.ts';
export { findDeliveryMinor, isOutOfArea } from './find-charges.ts';
export { findRules, type ShopRules } from './find-rules.ts';
export { type GivenAmounts, priceGivenOrder } from './price-given-order.ts';
export { type LineToPrice, priceUnit } from './price-lines.ts';
export {
  type OrderToPrice,
  type PricedOrder,
  type Pricing,
  type PricingRefusal,
  priceOrder,
} from './price-order.ts';
export { pricePlainOrder } from './price-plain-order.ts';
export { lockPriceVersion, readPriceVersion } from './queries.ts';
export { recordPriceChange } from './record-change.ts';
export { pricingError, requirePriced } from './refuse-pricing.ts';
export {
  type DiscountRule,
  type FulfilmentType,
  fulfilmentTypes,
} from './rules.ts';
export { sortDiscounts, toDiscountRule } from './to-discount-rule.ts';
export { codesLimit, countRefusedGuesses, countUnknownCodes } from './unknown-codes.ts';
