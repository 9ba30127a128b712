import type { RefundState } from '../../../drivers/payments/payment-provider.ts';
import type { PaymentStatus } from '../../orders/index.ts';

/**
 * The state of a refund after the provider told one, in whatever order it tells them: FAILED is the last word, since a
 * provider takes a success back but never a failure (the money was given free again). Null: nothing new.
 */
export function nextRefundState(before: RefundState, reported: RefundState): RefundState | null {
  if (reported === before || reported === 'PENDING' || before === 'FAILED') return null;
  return reported;
}

/** What an order says of its money when `returnedMinor` of the capture that paid it has gone back for good. */
export function getPaidStatus(
  capturedMinor: number,
  returnedMinor: number,
): Extract<PaymentStatus, 'PAID' | 'PARTIALLY_REFUNDED' | 'REFUNDED'> {
  if (returnedMinor === 0) return 'PAID';
  return returnedMinor < capturedMinor ? 'PARTIALLY_REFUNDED' : 'REFUNDED';
}
