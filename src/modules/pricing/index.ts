/**
 * Pricing: what an order costs. Owns the calculation and the shape of its result, the bill; owns no table. Products and
 * their prices belong to the catalogue and are passed in as values.
 */
export { BillReply, presentBill } from './bill.ts';
export {
  type PricedLine,
  type PricedOrder,
  type PricingRefusal,
  priceOrder,
} from './price-order.ts';
export { pricingError, requirePriced } from './refuse-pricing.ts';
