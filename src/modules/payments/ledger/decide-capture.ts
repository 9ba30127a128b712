import { isPaid } from '../../orders/index.ts';
import { hasEnded, type OrderStanding } from '../payment.ts';

/** A charge at the provider, as it was told. */
export interface ToldCapture {
  readonly amountMinor: number;
  readonly currency: string;
}

export interface CaptureQuestion {
  /** Whether this charge, by its reference, is in the ledger already. */
  readonly isKnown: boolean;
  readonly capture: ToldCapture;
  /** Null when the payment is not known to us. */
  readonly payment: { readonly amountMinor: number; readonly currency: string } | null;
  /** Of that payment; null together with it. */
  readonly order: OrderStanding | null;
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
export function decideCapture(question: CaptureQuestion): CaptureDecision {
  const { isKnown, capture, payment, order } = question;
  if (isKnown) return { kind: 'duplicate' };
  if (payment === null || order === null) return flagged('No such payment is known.');
  if (isPaid(order.paymentStatus)) return { kind: 'surplus' };
  if (capture.currency !== payment.currency) {
    return flagged(`It came in ${capture.currency} instead of ${payment.currency}.`);
  }
  if (capture.amountMinor !== payment.amountMinor) {
    return flagged(`${capture.amountMinor} came in instead of ${payment.amountMinor}.`);
  }
  return hasEnded(order) ? { kind: 'late' } : { kind: 'matched' };
}

function flagged(reason: string): CaptureDecision {
  return { kind: 'flagged', reason };
}
