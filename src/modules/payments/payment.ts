import type { PaymentStatus as OrderPaymentStatus, OrderStatus } from '../orders/index.ts';

/** The words of a payment, as the contract and the database spell them. */

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

/** What a charge turned out to be. See `decideCapture`. */
export type CaptureKind = 'matched' | 'surplus' | 'flagged';

/** What a charge turned out to be, as it is shown: of those that matched, the late ones are told apart. */
export const chargeKinds = ['matched', 'late', 'surplus', 'flagged'] as const;

/** Why money goes back; `provider`: somebody refunded it at the provider, past us. */
export type RefundCause = 'admin' | 'cancelled' | 'late' | 'surplus' | 'flagged' | 'provider';

/** What a decision needs to know of the order. */
export interface OrderEnd {
  readonly status: OrderStatus;
  readonly paymentStatus: OrderPaymentStatus;
}

/** Nothing is expected for such an order any more, so money that comes for it goes back. */
export function hasEnded(order: OrderEnd): boolean {
  return order.status === 'CANCELLED' || order.status === 'FAILED' || order.status === 'COMPLETED';
}

/** Money was kept for it that an ended order must not keep. */
export function endedWithoutSale(order: OrderEnd): boolean {
  return order.status === 'CANCELLED' || order.status === 'FAILED';
}
