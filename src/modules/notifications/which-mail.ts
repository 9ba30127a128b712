import type { LoggedEvent } from '../../events/index.ts';
import type { OrderMailKind } from './mail-kind.ts';

/** The statuses from which a step is news to the customer. The others come back to it by an override: a correction. */
const newsFrom: Readonly<Record<string, readonly (string | null)[]>> = {
  'order.placed': [null, 'QUEUED'],
  'order.confirmed': ['PENDING'],
  'order.ready': ['PENDING', 'CONFIRMED', 'PREPARING'],
};

/**
 * Which mail an event asks for; null for none. QUEUED is not told, since what comes of it is: placed or failed. Every
 * refund on an order is told when it succeeded, whatever its cause, because each is money that comes back to the
 * customer's account; money that belongs to no order belongs to nobody whom we know.
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
      return newsFrom[type]?.includes(from) ? type : null;
    case 'order.cancelled':
    case 'order.failed':
      return type;
    case 'refund.succeeded':
      return 'payment.refunded';
    default:
      return null;
  }
}
