/**
 * Pricing: what an order costs and why. Owns the calculation and the shape of its result, the bill. Products and their
 * prices belong to the catalogue and are passed in as values.
 */
export {
  type BilledCharge,
  type BilledDiscount,
  type BilledTax,
  type BillParts,
  BillReply,
  type BillView,
  linesOnly,
  presentBill,
  toBillParts,
} from './bill.ts';
export {
  type BilledLine,
  type BilledModifier,
  LineReply,
  type LineView,
  presentLine,
} from './billed-line.ts';
export type { PricedLine } from './build-bill.ts';
export type { RefusedCode } from './choose-discounts.ts';
export type { Destination } from './find-charges.ts';
export type { LineToPrice } from './price-lines.ts';
export { type PricedOrder, type Pricing, type PricingRefusal, priceOrder } from './price-order.ts';
export { pricePlainOrder } from './price-plain-order.ts';
export { pricingError, requirePriced } from './refuse-pricing.ts';
export { type FulfilmentType, fulfilmentTypes, type PricingRules } from './rules.ts';
