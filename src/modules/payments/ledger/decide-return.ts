import { isPaid } from '../../orders/index.ts';
import {
  type CaptureKind,
  endedWithoutSale,
  hasEnded,
  type OrderEnd,
  type RefundCause,
} from '../payment.ts';

export interface ReturnFacts {
  readonly kind: CaptureKind;
  readonly amountMinor: number;
  /** The amount that is already allocated to refunds. */
  readonly refundAllocatedMinor: number;
  readonly returnCause: 'late' | 'surplus' | null;
}

/**
 * Returns why the rest of a capture must be returned automatically, or null if it may stay. `order` is null if the
 * capture belongs to none.
 */
export function decideReturn(capture: ReturnFacts, order: OrderEnd | null): RefundCause | null {
  if (capture.refundAllocatedMinor >= capture.amountMinor) return null;
  if (capture.returnCause !== null) return capture.returnCause;
  if (order === null) return null;
  if (capture.kind === 'flagged') {
    // Another charge paid the order, or no charge will.
    return isPaid(order.paymentStatus) || hasEnded(order) ? 'flagged' : null;
  }
  return endedWithoutSale(order) ? 'cancelled' : null;
}

/** The reason that the refund carries. */
export const returnReasons: Readonly<Record<RefundCause, string>> = {
  admin: 'An admin refunded it.',
  cancelled: 'The order was cancelled.',
  late: 'It arrived after the order had ended.',
  surplus: 'The order was already paid.',
  flagged: 'It did not match, and no money is due for the order any more.',
  provider: 'It was refunded at the provider.',
};
