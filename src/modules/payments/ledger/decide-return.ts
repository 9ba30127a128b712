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
  /** What refunds have taken of it already. */
  readonly refundAllocatedMinor: number;
  readonly returnCause: 'late' | 'surplus' | null;
}

/** Why what is left of a capture must go back by itself now; null: it may stay. `order` null: it belongs to none. */
export function decideReturn(capture: ReturnFacts, order: OrderEnd | null): RefundCause | null {
  if (capture.refundAllocatedMinor >= capture.amountMinor) return null;
  if (capture.returnCause !== null) return capture.returnCause;
  if (order === null) return null;
  if (capture.kind === 'flagged') {
    // Another charge is the order's, or none will be.
    return isPaid(order.paymentStatus) || hasEnded(order) ? 'flagged' : null;
  }
  return endedWithoutSale(order) ? 'cancelled' : null;
}

/** The sentence that the refund bears. */
export const returnReasons: Readonly<Record<RefundCause, string>> = {
  admin: 'An admin gave it back.',
  cancelled: 'The order was cancelled.',
  late: 'It came after the order had ended.',
  surplus: 'The order was paid already.',
  flagged: 'It did not match, and nothing is due for the order any more.',
  provider: 'It was given back at the provider.',
};
