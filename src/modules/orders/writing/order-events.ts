import { type EventType, fixedReasons, type NewEvent } from '../../../events/index.ts';
import { type Actor, type Cause, systemActor } from '../../../shared/caller.ts';
import { CodedError } from '../../../shared/errors.ts';
import { type Money, money } from '../../../shared/money.ts';
import { type BillParts, type BillView, presentBill } from '../../pricing/index.ts';
import { ordersErrors } from '../errors.ts';
import { type OrderLine, type OrderStatus, placedStates } from '../order.ts';

const eventTypes: Readonly<Record<OrderStatus, EventType>> = {
  QUEUED: 'order.queued',
  PENDING: 'order.placed',
  CONFIRMED: 'order.confirmed',
  PREPARING: 'order.preparing',
  READY: 'order.ready',
  COMPLETED: 'order.completed',
  CANCELLED: 'order.cancelled',
  FAILED: 'order.failed',
};

/** The order of an event, with what its data always contain. */
interface Subject {
  readonly id: string;
  readonly customerId: string;
  readonly number: string;
}

interface Attributed {
  readonly actor: Actor;
  readonly cause: Cause;
}

/**
 * Builds the event of a step. `data` contains the members besides the number. Throws `orders.illegal_transition` if the
 * order already has the status.
 */
export function stepEvent(
  order: Subject,
  { actor, cause }: Attributed,
  step: {
    readonly from: OrderStatus | null;
    readonly to: OrderStatus;
    readonly sequence: number;
    readonly reason?: string | null;
    readonly data?: Readonly<Record<string, unknown>>;
  },
): NewEvent {
  const { from, to, sequence, reason = null, data } = step;
  // The database refuses every other illegal step, but does not regard this one as a step.
  if (from === to) throw new CodedError(ordersErrors.illegalTransition);
  return {
    type: eventTypes[to],
    orderId: order.id,
    customerId: order.customerId,
    sequence,
    from,
    to,
    actor,
    reason,
    cause,
    data: { number: order.number, ...data },
  };
}

/** Builds the events of a placement, one for each of `placedStates`. The first has the `sequence` and the reason of an override. */
export function placedEvents(
  order: Subject & BilledOrder,
  lines: readonly OrderLine[],
  { actor, cause, overrideReason = null }: Attributed & { readonly overrideReason?: string | null },
  { from, sequence }: { readonly from: OrderStatus | null; readonly sequence: number },
): NewEvent[] {
  const data = { ...billData(order, lines), ...overrideData(overrideReason) };
  let before = from;
  return placedStates(order.totalMinor).map(({ status: to }, index) => {
    const step = { from: before, to, sequence: sequence + index, data };
    before = to;
    if (index === 0) return stepEvent(order, { actor, cause }, { ...step, reason: overrideReason });
    const free = { ...step, reason: fixedReasons.nothingToPay };
    return stepEvent(order, { actor: systemActor, cause }, free);
  });
}

interface BilledOrder {
  readonly totalMinor: number;
  readonly currency: string;
  /** Null: the bill has only lines, and its total says all. */
  readonly bill: BillParts | null;
}

/** Builds the data of events that queue or place an order, besides its number. */
export function billData(
  order: BilledOrder,
  lines: readonly OrderLine[],
): { readonly total: Money; readonly bill?: BillView } {
  const { currency, totalMinor, bill: parts } = order;
  const total = money(totalMinor, currency);
  if (parts === null) return { total };
  return { total, bill: presentBill({ currency, lines, parts, totalMinor }) };
}

/** Returns what an event tells of an order that was placed although the shop does not take such orders now. */
export function overrideData(overrideReason: string | null): { readonly override?: true } {
  return overrideReason === null ? {} : { override: true };
}
