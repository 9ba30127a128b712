/**
 * Orders: placing them, their lines, their life and their history. Owns `orders`, `order_lines`, `order_status_steps`,
 * the queue of orders that wait to be placed, and the numbers; writes the log through `events`, stock through
 * `inventory`.
 */
export { ordersConstraints, ordersErrors } from './errors.ts';
export { expireOrders } from './expire-orders.ts';
export { type OrderSummary, requireVisibleOrder, summariesOf } from './find-order.ts';
export {
  IMPORT_BATCH_MAX,
  IMPORT_CUSTOMER_EMAIL,
  type ImportedLine,
  type ImportedOrder,
  importOrders,
  sumOrdersByNumber,
} from './import-orders.ts';
export { ensureProducts, productKey, type WantedProduct } from './import-products.ts';
export type { OrderSumsRow } from './import-queries.ts';
export {
  isPaid,
  type OrderStatus,
  orderStatuses,
  type PaymentStatus,
  paymentStatuses,
} from './order.ts';
export {
  confirmPaid,
  lockOrderForPayment,
  lockOrdersForPayment,
  type OrderForPayment,
  type OrderPaymentChange,
  type PaymentChange,
  type PaymentFact,
  recordPayment,
  recordPayments,
} from './order-payment.ts';
export type { OrderCaches } from './order-reader.ts';
export { createOrderStreams, type OrderStreams } from './order-streams.ts';
export { createOrders, type Orders, type OrdersDependencies } from './orders.ts';
export type { PlacementContext, PlacementWish } from './place-order.ts';
export { placementErrors, placementSchema, sendPlaced } from './place-routes.ts';
export type { LineSource, PlacedOrder, RequestedLine } from './placement-request.ts';
export {
  createQueuedPlacement,
  planQueuedPlacement,
  type QueuedPlacementDeps,
} from './queued-placement.ts';
export { registerOrdersRoutes } from './routes.ts';
export { OrderReply, placementFields } from './schemas.ts';
export { registerOrderStreamRoutes } from './stream-routes.ts';
