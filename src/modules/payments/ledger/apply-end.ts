import type { Transaction } from '../../../database/database.ts';
import type { Cause } from '../../../shared/caller.ts';
import { recordPayment } from '../../orders/index.ts';
import { hasEnded } from '../payment.ts';
import { markClosed, markPayment } from '../queries.ts';
import { lockPaymentAndOrder } from './apply-capture.ts';
import { buildPaymentFact, byProvider } from './record-facts.ts';

export interface EndToApply {
  readonly provider: string;
  readonly paymentId: string;
  /** `failed`: an attempt to pay was declined. `expired`: the provider's page has expired. */
  readonly kind: 'failed' | 'expired';
  readonly reason: string | null;
  readonly cause: Cause;
}

/**
 * Applies the end of an attempt without money. It changes only an OPEN payment: after a capture it no longer matters,
 * and the payment of an order that has ended becomes EXPIRED through settling. The order stays PENDING and can be paid
 * again.
 */
export async function applyEnd(
  tx: Transaction,
  { provider, paymentId, kind, reason, cause }: EndToApply,
): Promise<'failed' | 'expired' | 'unchanged' | 'unknown'> {
  const locked = await lockPaymentAndOrder(tx, provider, paymentId);
  if (locked === null) return 'unknown';
  const { payment, order } = locked;
  if (kind === 'expired') await markClosed(tx, payment.id);
  if (payment.status !== 'OPEN') return 'unchanged';
  if (kind === 'expired') {
    await markPayment(tx, payment.id, 'EXPIRED', null);
    return 'expired';
  }
  if (hasEnded(order)) return 'unchanged';
  await markPayment(tx, payment.id, 'FAILED', null);
  await recordPayment(tx, order, {
    paymentStatus: 'FAILED',
    facts: [buildPaymentFact('payment.failed', payment, reason)],
    ...byProvider(cause),
  });
  return 'failed';
}
