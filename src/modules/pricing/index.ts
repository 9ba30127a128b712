/**
 * Pricing: what an order costs. Owns the calculation and the shape of its result, the bill.
 */
export type { LineToPrice } from './price-lines.ts';
export { type OrderToPrice, type PricedOrder, type PricingRefusal, priceOrder } from './price-order.ts';
