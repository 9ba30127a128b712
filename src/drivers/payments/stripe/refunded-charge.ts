import type { Stripe } from 'stripe';
import type { ProviderEvent } from '../payment-provider.ts';
import { type ChargeRefunded, parseRefund } from './parse-event.ts';
import { listRefunds } from './refunds.ts';
import { isNotFound } from './translate-error.ts';

/**
 * Finds the refund that an event about its charge reports: the newest one of that time whose amount is what the
 * charge's refunded sum increased by. An event may arrive late and out of order, so later refunds are skipped.
 */
export async function findRefundOfCharge(
  stripe: Stripe,
  { refunds, reference, addedAmount, ...event }: ChargeRefunded,
): Promise<ProviderEvent> {
  const head = { id: event.id, type: event.type, createdAt: event.createdAt };
  try {
    for await (const refund of refunds ?? listRefunds(stripe, reference)) {
      const isLater = event.createdAt !== null && refund.created * 1000 > event.createdAt.getTime();
      const isOther = addedAmount !== null && refund.amount !== addedAmount;
      if (!isLater && !isOther) return parseRefund(head, refund);
    }
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return { ...head, kind: 'ignored' };
}
