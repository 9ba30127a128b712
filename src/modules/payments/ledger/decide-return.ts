import { fixedReasons } from '../../../events/index.ts';
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
  admin: fixedReasons.refundedByAdmin,
  cancelled: fixedReasons.orderCancelled,
  late: fixedReasons.orderEnded,
  surplus: fixedReasons.alreadyPaid,
  flagged: fixedReasons.notMatching,
  provider: fixedReasons.refundedAtProvider,
};
