import { awaitsPayment, placedStates } from '../order.ts';
import type { FailQueuedChange, PlaceQueuedChange } from './order-change.ts';
import { placedEvents, stepEvent } from './order-events.ts';
import { type OrderPlan, startPlan } from './order-plan.ts';

export function planPlaceQueued(change: PlaceQueuedChange): OrderPlan {
  const { order, lines, totalMinor, expiryMinutes } = change;
  const sequence = order.lastSequence + 1;
  return {
    ...startPlan(change),
    repricedLines: repricedRows(change),
    rowChanges: placedStates(totalMinor).map(({ status, paymentStatus }, index) => ({
      id: order.id,
      status,
      payment_status: paymentStatus,
      total_minor: totalMinor,
      minutes_to_pay:
        awaitsPayment(status, paymentStatus) && expiryMinutes > 0 ? expiryMinutes : null,
      versions: 1,
      last_sequence: sequence + index,
    })),
    leavesQueue: true,
    events: placedEvents({ ...order, totalMinor }, change, 'QUEUED', sequence),
    stockEffect: 'reserve',
    stockLines: lines,
  };
}

export function planFailQueued(change: FailQueuedChange): OrderPlan {
  const { order, failure, extensions } = change;
  const sequence = order.lastSequence + 1;
  const data = { failure, ...extensions };
  return {
    ...startPlan(change),
    rowChanges: [
      {
        id: order.id,
        status: 'FAILED',
        payment_status: 'UNPAID',
        failure_code: failure.code,
        failure_detail: failure.detail,
        versions: 1,
        last_sequence: sequence,
      },
    ],
    leavesQueue: true,
    events: [stepEvent(order, change, { from: 'QUEUED', to: 'FAILED', sequence, data })],
  };
}

/** Returns the rows of the lines that have changed. */
function repricedRows({ order, linesBefore, lines }: PlaceQueuedChange): object[] {
  return lines.flatMap(({ name, unitPriceMinor, totalMinor }, index) => {
    const before = linesBefore[index]!;
    if (before.name === name && before.unitPriceMinor === unitPriceMinor) return [];
    return {
      order_id: order.id,
      line_number: index + 1,
      name,
      unit_price_minor: unitPriceMinor,
      total_minor: totalMinor,
    };
  });
}
