/**
 * Orders: placing them, their lines, their life and their history. Owns `orders`, `order_lines`, `order_status_steps`,
 * the queue of orders that wait to be placed, and the numbers; writes the log through `events`, stock through
 * `inventory`.
 */

export { expireOrders } from './changes/expire-orders.ts';
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
} from './changes/order-payment.ts';
export { ordersConstraints, ordersErrors } from './errors.ts';
export {
  IMPORT_BATCH_MAX,
  IMPORT_CUSTOMER_EMAIL,
  type ImportedLine,
  type ImportedOrder,
  importOrders,
  sumOrdersByNumber,
} from './imports/import-orders.ts';
export { ensureProducts, productKey, type WantedProduct } from './imports/import-products.ts';
export type { OrderSumsRow } from './imports/queries.ts';
export {
  isPaid,
  type OrderStatus,
  orderStatuses,
  type PaymentStatus,
  paymentStatuses,
} from './order.ts';
export { createOrders, type Orders, type OrdersDependencies } from './orders.ts';
export type { PlacementContext, PlacementWish } from './placement/place-order.ts';
export type { LineSource, PlacedOrder, RequestedLine } from './placement/request.ts';
export { placementErrors, placementSchema, sendPlaced } from './placement/routes.ts';
export {
  createQueuedPlacement,
  planQueuedPlacement,
  type QueuedPlacementDeps,
} from './queue/queued-placement.ts';
export { reviveOrder } from './reading/cached-order.ts';
export {
  isVisibleOrder,
  type OrderSummary,
  requireVisibleOrder,
  summariesOf,
} from './reading/find-order.ts';
export type { OrderCaches } from './reading/order-reader.ts';
export { createOrderStreams, type OrderStreams } from './reading/order-streams.ts';
export { registerOrderStreamRoutes } from './reading/stream-routes.ts';
export { registerOrdersRoutes } from './routes.ts';
export { OrderReply, placementFields } from './schemas.ts';
