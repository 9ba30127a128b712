import { isPaid } from '../../orders/index.ts';
import { hasEnded, type OrderEnd } from '../payment.ts';

/** A charge at the provider, as it was told. */
export interface ReportedCapture {
  readonly amountMinor: number;
  readonly currency: string;
}

export interface CaptureFacts {
  /** Whether this charge, by its reference, is in the ledger already. */
  readonly isKnown: boolean;
  readonly capture: ReportedCapture;
  /** Null when the payment is not known to us. */
  readonly payment: { readonly amountMinor: number; readonly currency: string } | null;
  /** Of that payment; null together with it. */
  readonly order: OrderEnd | null;
}

export type CaptureDecision =
  /** The same money again, whatever the event's id. */
  | { readonly kind: 'duplicate' }
  /** Stored for an admin to look at; never pays an order. */
  | { readonly kind: 'flagged'; readonly reason: string }
  /** A second charge for an order that is paid: goes back by itself. */
  | { readonly kind: 'surplus' }
  /** Pays an order that has ended: goes back by itself. */
  | { readonly kind: 'late' }
  /** Pays its order, which is CONFIRMED by it when it is PENDING. */
  | { readonly kind: 'matched' };

/**
 * What a charge means. It counts whatever became of the payment before (FAILED, EXPIRED, FLAGGED), since the provider
 * has the money: what decides is whether the order needs it. Asked under the lock of the order's row.
 */
export function decideCapture(question: CaptureFacts): CaptureDecision {
  const { isKnown, capture, payment, order } = question;
  if (isKnown) return { kind: 'duplicate' };
  if (payment === null || order === null) return flaggedDecision('No such payment is known.');
  if (isPaid(order.paymentStatus)) return { kind: 'surplus' };
  if (capture.currency !== payment.currency) {
    return flaggedDecision(`It came in ${capture.currency} instead of ${payment.currency}.`);
  }
  if (capture.amountMinor !== payment.amountMinor) {
    return flaggedDecision(`${capture.amountMinor} came in instead of ${payment.amountMinor}.`);
  }
  return hasEnded(order) ? { kind: 'late' } : { kind: 'matched' };
}

function flaggedDecision(reason: string): CaptureDecision {
  return { kind: 'flagged', reason };
}
