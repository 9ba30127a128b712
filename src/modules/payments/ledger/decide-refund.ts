import type { RefundState } from '../../../drivers/payments/payment-provider.ts';
import type { PaymentStatus } from '../../orders/index.ts';

/**
 * Returns the new state of a refund after a report from the provider, in any order of reports, or null if nothing
 * changes. FAILED is final: a provider may revoke a success, but never a failure, because the amount was released for
 * other refunds.
 */
export function nextRefundState(before: RefundState, reported: RefundState): RefundState | null {
  if (reported === before || reported === 'PENDING' || before === 'FAILED') return null;
  return reported;
}

/**
 * Returns an order's payment status when `returnedMinor` of the capture that paid it has been refunded successfully.
 */
export function getPaidStatus(
  capturedMinor: number,
  returnedMinor: number,
): Extract<PaymentStatus, 'PAID' | 'PARTIALLY_REFUNDED' | 'REFUNDED'> {
  if (returnedMinor === 0) return 'PAID';
  return returnedMinor < capturedMinor ? 'PARTIALLY_REFUNDED' : 'REFUNDED';
}
