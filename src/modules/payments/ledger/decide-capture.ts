import { fixedReasons } from '../../../events/index.ts';
import { isPaid } from '../../orders/index.ts';
import { hasEnded, type OrderEnd } from '../payment.ts';

/** A charge as the provider reported it. */
export interface ReportedCapture {
  readonly amountMinor: number;
  readonly currency: string;
}

export interface CaptureFacts {
  /** Whether the ledger already has this charge, by its reference. */
  readonly isKnown: boolean;
  readonly capture: ReportedCapture;
  /** Null if the payment is unknown. */
  readonly payment: { readonly amountMinor: number; readonly currency: string } | null;
  /** The payment's order; null if the payment is. */
  readonly order: OrderEnd | null;
}

export type CaptureDecision =
  /** The same money again, regardless of the event's id. */
  | { readonly kind: 'duplicate' }
  /** Stored for an admin to look at; never pays an order. */
  | { readonly kind: 'flagged'; readonly reason: string }
  /** A second charge for a paid order; it is returned automatically. */
  | { readonly kind: 'surplus' }
  /** Pays an order that has ended; it is returned automatically. */
  | { readonly kind: 'late' }
  /** Pays its order, which becomes CONFIRMED if it is PENDING. */
  | { readonly kind: 'matched' };

/**
 * Decides what a charge means. It counts regardless of the payment's state (FAILED, EXPIRED, FLAGGED), because the
 * provider has the money: only whether the order needs it matters. Called under the lock of the order's row.
 */
export function decideCapture(facts: CaptureFacts): CaptureDecision {
  const { isKnown, capture, payment, order } = facts;
  if (isKnown) return { kind: 'duplicate' };
  if (payment === null || order === null) return flaggedDecision(fixedReasons.unknownPayment);
  if (isPaid(order.paymentStatus)) return { kind: 'surplus' };
  if (capture.currency !== payment.currency) {
    return flaggedDecision(`The currency was ${capture.currency} instead of ${payment.currency}.`);
  }
  if (capture.amountMinor !== payment.amountMinor) {
    return flaggedDecision(
      `The amount was ${capture.amountMinor} instead of ${payment.amountMinor}.`,
    );
  }
  return hasEnded(order) ? { kind: 'late' } : { kind: 'matched' };
}

function flaggedDecision(reason: string): CaptureDecision {
  return { kind: 'flagged', reason };
}
