import { fixedReasons, type NewEvent } from '../../../events/index.ts';
import { awaitsPayment, isPaid } from '../order.ts';
import type { CancelChange, MoveChange, PayChange } from './order-change.ts';
import { billData, stepEvent } from './order-events.ts';
import { type OrderPlan, startPlan } from './order-plan.ts';
import { findSlotEffect } from './slot-effects.ts';
import { findStockEffect } from './stock-effects.ts';
import { findUseEffect } from './use-effects.ts';

export function planMove(change: MoveChange): OrderPlan {
  const { order, to, reason, override, expiryMinutes, billed } = change;
  const { status: from, paymentStatus } = order;
  const sequence = order.lastSequence + 1;
  const data = {
    ...(to === 'PENDING'
      ? billData({ ...order, bill: billed?.bill ?? null }, billed?.lines ?? [])
      : {}),
    ...(override ? { override } : {}),
  };
  return {
    ...startPlan(change),
    rowChanges: [
      {
        id: order.id,
        status: to,
        payment_status: paymentStatus,
        minutes_to_pay:
          awaitsPayment(to, paymentStatus) && expiryMinutes > 0 ? expiryMinutes : null,
        versions: 1,
        last_sequence: sequence,
      },
    ],
    overrideReason: override ? (reason ?? '') : null,
    leavesQueue: from === 'QUEUED',
    events: [stepEvent(order, change, { from, to, sequence, reason, data })],
    stockEffect: findStockEffect(from, to),
    useEffect: findUseEffect(order, to),
    slotEffect: findSlotEffect(order, to),
  };
}

export function planCancel(change: CancelChange): OrderPlan {
  const { order, cancelReason, reason } = change;
  const { status: from } = order;
  const to = 'CANCELLED';
  const sequence = order.lastSequence + 1;
  const data = { cancelReason };
  return {
    ...startPlan(change),
    rowChanges: [
      {
        id: order.id,
        status: to,
        payment_status: order.paymentStatus,
        cancel_reason: cancelReason,
        versions: 1,
        last_sequence: sequence,
      },
    ],
    leavesQueue: from === 'QUEUED',
    events: [stepEvent(order, change, { from, to, sequence, reason, data })],
    stockEffect: findStockEffect(from, to),
    useEffect: findUseEffect(order, to),
    slotEffect: findSlotEffect(order, to),
  };
}

export function planPay(change: PayChange): OrderPlan {
  const { order, paymentStatus, facts, confirms, actor, cause } = change;
  if (confirms && !isPaid(paymentStatus)) {
    throw new Error('only a paid order can be confirmed by payment');
  }
  const { status: from } = order;
  const to = confirms && from === 'PENDING' ? 'CONFIRMED' : from;
  const isChanged = to !== from || paymentStatus !== order.paymentStatus;
  const events: NewEvent[] = facts.map((fact, index) => ({
    ...fact,
    orderId: order.id,
    customerId: order.customerId,
    sequence: order.lastSequence + 1 + index,
    from: null,
    to: null,
    actor,
    cause,
  }));
  if (to !== from) {
    const sequence = order.lastSequence + 1 + facts.length;
    events.push(stepEvent(order, change, { from, to, sequence, reason: fixedReasons.paid }));
  }
  return {
    ...startPlan(change),
    rowChanges: [
      {
        id: order.id,
        status: to,
        payment_status: paymentStatus,
        expires_at: awaitsPayment(to, paymentStatus) ? order.expiresAt : null,
        versions: isChanged ? 1 : 0,
        last_sequence: order.lastSequence + events.length,
      },
    ],
    events,
    stockEffect: findStockEffect(from, to),
  };
}
