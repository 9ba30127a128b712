import type { Transaction } from '../../../database/database.ts';
import type { ProviderEvent } from '../../../drivers/payments/payment-provider.ts';
import type { Cause } from '../../../shared/caller.ts';
import { applyCapture } from './apply-capture.ts';
import { applyEnd } from './apply-end.ts';
import { applyRefundEvent } from './apply-refund.ts';

/** The outcome of an event, for the inbox and the metric. */
export type EventOutcome =
  | 'matched'
  | 'late'
  | 'surplus'
  | 'flagged'
  | 'duplicate'
  | 'failed'
  | 'expired'
  | 'succeeded'
  | 'unchanged'
  | 'unknown'
  | 'mismatch'
  | 'ignored';

/**
 * Applies a provider's event, in the transaction that marks it as done. Correct in any order and any number of times:
 * each kind checks the current state and does not assume that it comes first.
 */
export async function applyEvent(
  tx: Transaction,
  provider: string,
  event: ProviderEvent,
  cause: Cause,
): Promise<EventOutcome> {
  switch (event.kind) {
    case 'captured':
      return applyCapture(tx, {
        provider,
        paymentId: event.paymentId,
        capture: event.capture,
        cause,
      });
    case 'failed':
    case 'expired':
      return applyEnd(tx, {
        provider,
        paymentId: event.paymentId,
        kind: event.kind,
        reason: event.kind === 'failed' ? event.reason : null,
        cause,
      });
    case 'refund':
      return applyRefundEvent(tx, provider, event, cause);
    case 'ignored':
      return 'ignored';
  }
}
