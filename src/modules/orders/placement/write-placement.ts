import type { Transaction } from '../../../database/database.ts';
import { appendEvents, type NewEvent } from '../../../events/index.ts';
import { actorOf, systemActor } from '../../../shared/caller.ts';
import { money } from '../../../shared/money.ts';
import { reserveStock } from '../../inventory/index.ts';
import type { Order, OrderLine } from '../order.ts';
import { insertQueued } from '../queue/queries.ts';
import { pinPlacements } from './keys.ts';
import { confirmFreeOrders, insertLines, insertOrders } from './queries.ts';
import { customersBySource } from './read-placement.ts';
import { isLineSource, type PlacementRequest } from './request.ts';

/** An order that was decided, before it is written. */
export interface Placement {
  readonly request: PlacementRequest;
  readonly order: Order;
  readonly lines: readonly OrderLine[];
  /** The order as its caller sees it, as JSON text. */
  readonly body: string;
}

/**
 * Writes a batch of decided orders with all that belongs to them, in one trip, a statement for each table. Only those
 * that are not deferred take stock.
 */
export async function writePlacement(
  tx: Transaction,
  placements: readonly Placement[],
): Promise<void> {
  const requests = placements.map(({ request }) => request);
  const free = placements.filter(({ order }) => order.status === 'CONFIRMED');
  const queued = placements.filter(({ order }) => order.status === 'QUEUED');
  await Promise.all([
    insertOrders(tx, JSON.stringify(placements.map(orderRow))),
    insertLines(tx, JSON.stringify(placements.flatMap(lineRows))),
    ...(free.length === 0
      ? []
      : [
          confirmFreeOrders(
            tx,
            free.map(({ order }) => order.id),
          ),
        ]),
    ...(queued.length === 0 ? [] : [insertQueued(tx, JSON.stringify(queued.map(queuedRow)))]),
    appendEvents(tx, placements.flatMap(eventsOf)),
    ...[...customersBySource(requests)].map(([source, customerIds]) =>
      source.consume(tx, customerIds),
    ),
    pinPlacements(tx, placements),
    // Last, so that a hot product's row is locked for the commit and little else.
    reserveStock(
      tx,
      placements.flatMap(({ request, lines }) => (request.deferred ? [] : lines)),
    ),
  ]);
}

function orderRow({ order, request }: Placement): object {
  return {
    id: order.id,
    number: order.number,
    customer_id: order.customerId,
    // A free order is placed first, and then confirmed.
    status: order.status === 'QUEUED' ? 'QUEUED' : 'PENDING',
    vip: order.vip,
    total_minor: order.totalMinor,
    currency: order.currency,
    note: order.note,
    shipping_address: order.shippingAddress,
    client_token: request.clientToken?.token ?? null,
    expires_at: order.expiresAt,
  };
}

function lineRows({ order, lines }: Placement): object[] {
  return lines.map((line, index) => ({
    order_id: order.id,
    line_number: index + 1,
    product_id: line.productId,
    sku: line.sku,
    name: line.name,
    quantity: line.quantity,
    unit_price_minor: line.unitPriceMinor,
    total_minor: line.totalMinor,
  }));
}

/** What the worker needs beside the order: what the client stated, and why the order was asked for. */
function queuedRow({ order, request }: Placement): object {
  const { lines } = request;
  const statedPrices = isLineSource(lines) ? [] : lines.map((line) => line.unitPriceMinor ?? null);
  return {
    order_id: order.id,
    vip: order.vip,
    expected_total_minor: request.expectedTotalMinor,
    expected_prices_minor: statedPrices.some((price) => price !== null) ? statedPrices : null,
    cause: request.cause,
  };
}

function eventsOf({ order, request }: Placement): NewEvent[] {
  const start = {
    orderId: order.id,
    sequence: 1,
    from: null,
    actor: actorOf(request.caller),
    reason: null,
    cause: request.cause,
    data: { number: order.number, total: money(order.totalMinor, order.currency) },
  };
  if (request.deferred) {
    return [
      { ...start, type: 'order.queued', to: 'QUEUED', data: { ...start.data, vip: order.vip } },
    ];
  }
  const placed: NewEvent = { ...start, type: 'order.placed', to: 'PENDING' };
  return order.totalMinor > 0 ? [placed] : [placed, confirmationOf(placed)];
}

/** An order that costs nothing is confirmed as soon as it is placed: the event after the one that placed it. */
export function confirmationOf(placed: NewEvent): NewEvent {
  return {
    ...placed,
    type: 'order.confirmed',
    sequence: placed.sequence! + 1,
    from: 'PENDING',
    to: 'CONFIRMED',
    actor: systemActor,
    reason: 'There is nothing to pay.',
  };
}
