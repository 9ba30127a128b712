import type { EventType, LoggedEvent } from '../../events/index.ts';
import type { OrderMailKind } from './mail-kind.ts';

/**
 * The previous statuses for which a status change is news to the customer. From other statuses an override returns to
 * it: a correction.
 */
const notifiedFrom: Readonly<Record<string, readonly (string | null)[]>> = {
  'order.placed': [null, 'QUEUED'],
  'order.confirmed': ['PENDING'],
  'order.ready': ['PENDING', 'CONFIRMED', 'PREPARING'],
};

/** The types of events from which a mail may follow. */
export const mailEventTypes: readonly EventType[] = [
  'order.placed',
  'order.confirmed',
  'order.ready',
  'order.cancelled',
  'order.failed',
  'order.rescheduled',
  'order.readdressed',
  'refund.succeeded',
];

/**
 * Returns the kind of mail that follows from an event, or null. QUEUED has no mail, because its outcome has one: placed
 * or failed. Every successful refund of an order has one, whatever its cause, because the money returns to the
 * customer's account. Money that belongs to no order belongs to no known customer.
 */
export function whichMail(
  event: Pick<LoggedEvent, 'type' | 'orderId' | 'from'>,
): OrderMailKind | null {
  const { type, orderId, from } = event;
  if (orderId === null) return null;
  switch (type) {
    case 'order.placed':
    case 'order.confirmed':
    case 'order.ready':
      return notifiedFrom[type]?.includes(from) ? type : null;
    case 'order.cancelled':
    case 'order.failed':
    case 'order.rescheduled':
    case 'order.readdressed':
      return type;
    case 'refund.succeeded':
      return 'payment.refunded';
    default:
      return null;
  }
}
