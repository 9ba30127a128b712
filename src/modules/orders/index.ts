/**
 * Orders: placement, order lines, status changes and history. Owns `orders`, `order_lines`, `order_status_steps`, the
 * queue of orders that wait to be placed, and the order numbers. Writes the log through `events` and stock through
 * `inventory`.
 */

export {
  confirmPaid,
  lockOrderForPayment,
  lockOrdersForPayment,
  type OrderForPayment,
  recordPayment,
  recordPayments,
} from './changes/order-payment.ts';
export { createOrders, type OrdersDependencies } from './create-orders.ts';
export { buyingLimit, ordersDeclaration } from './declaration.ts';
export { ordersErrors } from './errors.ts';
export type { Fulfilment } from './fulfilment/fulfilment.ts';
export { presentStated, StatedFulfilmentReply } from './fulfilment/present-fulfilment.ts';
export {
  IMPORT_BATCH_MAX,
  type ImportedLine,
  type ImportedOrder,
  importOrders,
  priceImportedOrder,
  sumOrdersByNumber,
} from './imports/import-orders.ts';
export {
  ensureProducts,
  type ImportedProduct,
  productKey,
} from './imports/import-products.ts';
export { addSums, areSameSums, noSums, type OrderSums } from './imports/order-sums.ts';
export {
  isPaid,
  type OrderStatus,
  orderStatuses,
  type PaymentStatus,
  paymentStatuses,
} from './order.ts';
export {
  findDueOrders,
  findOpenOrders,
  findOrderIdsOf,
  findOrderStates,
  lockDueOrders,
  lockOrdersToErase,
  type OpenOrderRow,
} from './personal-data/queries.ts';
export type { PlacementContext } from './placement/place-order.ts';
export {
  modifierErrors,
  requestedModifiers,
  statedTerms,
  termsErrors,
} from './placement/placement-input.ts';
export type { QuotedLine, SourcedQuote, SourcedRead } from './placement/quote-sourced.ts';
export type {
  LineSource,
  OrderTerms,
  PlacedReply,
  RequestedModifier,
  SourcedLines,
} from './placement/request.ts';
export { placementErrors, placementSchema, sendPlaced } from './placement/routes.ts';
export {
  asOfEvent,
  findOrderContents,
  findSightRefusal,
  isVisibleOrder,
  type OrderContent,
  requireVisibleOrder,
  toOrderActor,
} from './reading/find-order.ts';
export { createOrderCaching } from './reading/order-caching.ts';
export {
  lineChoices,
  placementFields,
  QuoteRefusals,
  termFields,
} from './schemas.ts';
export type { Orders } from './use-cases.ts';
export type { PaymentFact } from './writing/order-change.ts';
