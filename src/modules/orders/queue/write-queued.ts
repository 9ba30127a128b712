import type { Transaction } from '../../../database/database.ts';
import { appendEvents, type NewEvent } from '../../../events/index.ts';
import { systemActor } from '../../../shared/caller.ts';
import type { CodedError } from '../../../shared/errors.ts';
import { money } from '../../../shared/money.ts';
import { reserveStock } from '../../inventory/index.ts';
import type { OrderLine } from '../order.ts';
import { confirmFreeOrders } from '../placement/queries.ts';
import { confirmationOf } from '../placement/write-placement.ts';
import type { LineRow } from '../queries.ts';
import { failQueued, leaveQueue, placeQueued, type QueuedRow, repriceLines } from './queries.ts';

/** The job that places queued orders, as the log names it. */
export const PLACE_QUEUED = 'orders.place-queued';

/** A queued order that is placed, with its lines as they were accepted and as they are now. */
export interface AcceptedQueued {
  readonly order: QueuedRow;
  readonly before: readonly LineRow[];
  readonly lines: readonly OrderLine[];
  readonly totalMinor: number;
}

export interface RefusedQueued {
  readonly order: QueuedRow;
  readonly error: CodedError;
}

/** How a turn's orders end. */
export interface QueuedEnds {
  /** All that leave the queue: also what was cancelled meanwhile. */
  readonly orderIds: readonly string[];
  readonly accepted: readonly AcceptedQueued[];
  readonly refused: readonly RefusedQueued[];
  /** In the order in which the orders were served. */
  readonly events: readonly NewEvent[];
  readonly expiresAt: Date | null;
}

/** In one trip. Lines change before their order is placed, and the stock last, as in `writePlacement`. */
export async function writeQueued(
  tx: Transaction,
  { orderIds, accepted, refused, events, expiresAt }: QueuedEnds,
): Promise<void> {
  const repriced = accepted.flatMap(repricedRows);
  const placed = accepted.map(({ order, totalMinor }) => ({
    id: order.id,
    total_minor: totalMinor,
  }));
  const free = placed.filter((row) => row.total_minor === 0).map((row) => row.id);
  const failed = refused.map(({ order, error }) => ({ id: order.id, ...failureOf(error) }));
  await Promise.all([
    ...(repriced.length === 0 ? [] : [repriceLines(tx, JSON.stringify(repriced))]),
    ...(placed.length === 0 ? [] : [placeQueued(tx, JSON.stringify(placed), expiresAt)]),
    ...(free.length === 0 ? [] : [confirmFreeOrders(tx, free)]),
    ...(failed.length === 0 ? [] : [failQueued(tx, JSON.stringify(failed))]),
    leaveQueue(tx, orderIds),
    appendEvents(tx, events),
    reserveStock(
      tx,
      accepted.flatMap(({ lines }) => lines),
    ),
  ]);
}

function repricedRows({ order, before, lines }: AcceptedQueued): object[] {
  return lines.flatMap(({ name, unitPriceMinor, totalMinor }, index) => {
    const was = before[index]!;
    if (was.name === name && was.unitPriceMinor === unitPriceMinor) return [];
    return {
      order_id: order.id,
      line_number: index + 1,
      name,
      unit_price_minor: unitPriceMinor,
      total_minor: totalMinor,
    };
  });
}

/** What a customer is told: the code, and its sentence. */
function failureOf(error: CodedError): { code: string; detail: string } {
  return { code: error.code, detail: error.message };
}

export function placedEvents(order: QueuedRow, totalMinor: number): NewEvent[] {
  const total = money(totalMinor, order.currency);
  const placed: NewEvent = {
    ...nextEvent(order),
    type: 'order.placed',
    to: 'PENDING',
    data: { number: order.number, total },
  };
  return totalMinor > 0 ? [placed] : [placed, confirmationOf(placed)];
}

export function failedEvent(order: QueuedRow, error: CodedError): NewEvent {
  return {
    ...nextEvent(order),
    type: 'order.failed',
    to: 'FAILED',
    data: { number: order.number, failure: failureOf(error), ...error.details.extensions },
  };
}

function nextEvent(order: QueuedRow) {
  return {
    orderId: order.id,
    sequence: order.lastSequence + 1,
    from: 'QUEUED',
    actor: systemActor,
    reason: null,
    cause: { ...order.cause, job: PLACE_QUEUED },
  };
}
