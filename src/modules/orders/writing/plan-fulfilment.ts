import type { EventType, NewEvent } from '../../../events/index.ts';
import { storeFulfilment } from '../fulfilment/fulfilment.ts';
import type { FulfilChange } from './order-change.ts';
import { type OrderPlan, startPlan } from './order-plan.ts';

/**
 * Plans a change of when, where or for whom an order is. The log names what changed, and no personal data. An order that
 * is requested for the time that was promised anyway is not rescheduled.
 */
export function planFulfil(change: FulfilChange): OrderPlan {
  const { order, fulfilment, changed, moved, actor, cause } = change;
  const events: NewEvent[] = [];
  const add = (type: EventType, data: Readonly<Record<string, unknown>>) =>
    events.push({
      type,
      orderId: order.id,
      customerId: order.customerId,
      sequence: order.lastSequence + 1 + events.length,
      from: null,
      to: null,
      actor,
      reason: null,
      cause,
      data: { number: order.number, ...data },
    });
  const isRescheduled = moved !== null && moved.from.getTime() !== moved.to.getTime();
  if (isRescheduled) {
    const { from, to } = moved;
    add('order.rescheduled', { from: from.toISOString(), to: to.toISOString() });
  }
  const others = changed.filter((member) => member !== 'requestedFor' || !isRescheduled);
  if (others.length > 0) add('order.readdressed', { changed: others });
  return {
    ...startPlan(change),
    rowChanges: [
      {
        id: order.id,
        status: order.status,
        payment_status: order.paymentStatus,
        expires_at: order.expiresAt,
        versions: 1,
        last_sequence: order.lastSequence + events.length,
        fulfilment,
        ...(moved === null ? {} : { promised_for: moved.to }),
      },
    ],
    formerFulfilment: {
      order_id: order.id,
      until_sequence: order.lastSequence + 1,
      fulfilment: storeFulfilment(order.fulfilment),
      promised_for: order.promisedFor,
    },
    events,
    slotEffect: moved === null ? null : { kind: 'move', startAt: moved.slotStart },
  };
}
