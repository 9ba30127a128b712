/**
 * Payments: charges, refunds, provider events and automatic returns. Owns `payments`, `payment_captures`,
 * `payment_refunds` and `provider_events`; confirms orders through `orders`.
 */
export { createPayments, type PaymentsDependencies } from './create-payments.ts';
export { paymentsDeclaration } from './declaration.ts';

export { deadEvents } from './inbox/dead-events.ts';
export { countInbox } from './inbox/queries.ts';
export type { RefundCause } from './payment.ts';
export { findPaymentIds, findUnsettledOrders } from './personal-data/erase-queries.ts';
export type { Difference, ReconcileReport } from './settling/reconcile-payments.ts';
export type { Payments } from './use-cases.ts';
