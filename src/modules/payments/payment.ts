import type { PaymentStatus as OrderPaymentStatus, OrderStatus } from '../orders/index.ts';

/** The states of a payment, as the contract and the database spell them. */

export const paymentStates = [
  'OPEN',
  'CAPTURED',
  'FAILED',
  'EXPIRED',
  'FLAGGED',
  'PARTIALLY_REFUNDED',
  'REFUNDED',
] as const;

export type PaymentState = (typeof paymentStates)[number];

/** The kind of a capture. See `decideCapture`. */
export type CaptureKind = 'matched' | 'surplus' | 'flagged';

/** The kinds of charges in replies, where late ones are distinguished from the other matched ones. */
export const chargeKinds = ['matched', 'late', 'surplus', 'flagged'] as const;

/** Why money goes back. `provider`: it was refunded directly at the provider. */
export type RefundCause = 'admin' | 'cancelled' | 'late' | 'surplus' | 'flagged' | 'provider';

/** The part of an order that decisions depend on. */
export interface OrderEnd {
  readonly status: OrderStatus;
  readonly paymentStatus: OrderPaymentStatus;
}

/** Returns whether the order expects no more money, so that any money for it goes back. */
export function hasEnded(order: OrderEnd): boolean {
  return order.status === 'CANCELLED' || order.status === 'FAILED' || order.status === 'COMPLETED';
}

/** Returns whether the order ended without a sale, so that it must not keep any money. */
export function endedWithoutSale(order: OrderEnd): boolean {
  return order.status === 'CANCELLED' || order.status === 'FAILED';
}
