import type { EventType, NewEvent } from '../../../events/index.ts';
import { storeFulfilment } from '../fulfilment/fulfilment.ts';
import type { FulfilChange } from './order-change.ts';
import { type OrderPlan, startPlan } from './order-plan.ts';

/** Plans a change of when, where or for whom an order is. The log names what changed, and no personal data. */
export function planFulfil(change: FulfilChange): OrderPlan {
  const { order, fulfilment, changed, rescheduled, actor, cause } = change;
  const events: NewEvent[] = [];
  const add = (type: EventType, data: Readonly<Record<string, unknown>>) =>
    events.push({
      type,
      orderId: order.id,
      sequence: order.lastSequence + 1 + events.length,
      from: null,
      to: null,
      actor,
      reason: null,
      cause,
      data: { number: order.number, ...data },
    });
  if (rescheduled !== null) {
    const { from, to } = rescheduled;
    add('order.rescheduled', { from: from.toISOString(), to: to.toISOString() });
  }
  if (changed.length > 0) add('order.readdressed', { changed });
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
        ...(rescheduled === null ? {} : { promised_for: rescheduled.to }),
      },
    ],
    formerFulfilment: {
      order_id: order.id,
      until_sequence: order.lastSequence + 1,
      fulfilment: storeFulfilment(order.fulfilment),
      promised_for: order.promisedFor,
    },
    events,
    slotEffect: rescheduled === null ? null : { kind: 'move', startAt: rescheduled.slotStart },
  };
}
