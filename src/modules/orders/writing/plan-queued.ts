import { awaitsPayment, type OrderLine, placedStates } from '../order.ts';
import { billRow, lineRows } from './bill-rows.ts';
import type { FailQueuedChange, PlaceQueuedChange } from './order-change.ts';
import { placedEvents, stepEvent } from './order-events.ts';
import { type OrderPlan, startPlan } from './order-plan.ts';
import { findSlotEffect } from './slot-effects.ts';
import { holdDiscounts } from './use-effects.ts';
import type { NewLineRow } from './write-queries.ts';

export function planPlaceQueued(change: PlaceQueuedChange): OrderPlan {
  const { order, lines, bill, totalMinor, expiryMinutes } = change;
  const sequence = order.lastSequence + 1;
  return {
    ...startPlan(change),
    repricedLines: repricedRows(change),
    bill: billRow(order.id, bill),
    replacesBill: true,
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
    events: placedEvents({ ...order, totalMinor, bill }, lines, change, {
      from: 'QUEUED',
      sequence,
    }),
    stockEffect: 'reserve',
    stockLines: lines,
    useEffect: holdDiscounts(order.customerId, bill),
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
    slotEffect: findSlotEffect({ ...order, status: 'QUEUED' }, 'FAILED'),
  };
}

/** Returns the rows of the lines that have changed. */
function repricedRows({ order, linesBefore, lines }: PlaceQueuedChange): NewLineRow[] {
  return lineRows(order.id, lines).filter(
    (_, index) => !isSameLine(linesBefore[index]!, lines[index]!),
  );
}

function isSameLine(before: OrderLine, now: OrderLine): boolean {
  return (
    before.name === now.name &&
    before.unitPriceMinor === now.unitPriceMinor &&
    before.basePriceMinor === now.basePriceMinor &&
    before.discountMinor === now.discountMinor &&
    before.taxMinor === now.taxMinor &&
    before.modifiers.length === now.modifiers.length &&
    now.modifiers.length === 0
  );
}
