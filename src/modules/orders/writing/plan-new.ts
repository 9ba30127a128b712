import { type OrderLine, type OrderStatus, placedStates } from '../order.ts';
import type { ImportChange, PlaceChange, QueueChange } from './order-change.ts';
import { placedEvents, stepEvent, totalData } from './order-events.ts';
import { type OrderPlan, startPlan } from './order-plan.ts';
import type { NewLineRow, NewOrderRow } from './write-queries.ts';

export function planPlace(change: PlaceChange): OrderPlan {
  const { order, lines } = change;
  const [first, ...later] = placedStates(order.totalMinor);
  return {
    ...startPlan(change),
    order: orderRow(change, first!.status),
    lines: lineRows(order.id, lines),
    rowChanges: later.map(({ status, paymentStatus }, index) => ({
      id: order.id,
      status,
      payment_status: paymentStatus,
      versions: 1,
      last_sequence: index + 2,
    })),
    events: placedEvents(order, change, null, 1),
    stockEffect: 'reserve',
    stockLines: lines,
  };
}

export function planQueue(change: QueueChange): OrderPlan {
  const { order, lines, cause, expectedTotalMinor, expectedPricesMinor } = change;
  const data = { ...totalData(order), vip: order.vip };
  return {
    ...startPlan(change),
    order: orderRow(change, 'QUEUED'),
    lines: lineRows(order.id, lines),
    // What the worker needs besides the order: what the client stated, and the cause of the request.
    queued: {
      order_id: order.id,
      vip: order.vip,
      expected_total_minor: expectedTotalMinor,
      expected_prices_minor: expectedPricesMinor,
      cause,
    },
    events: [stepEvent(order, change, { from: null, to: 'QUEUED', sequence: 1, data })],
  };
}

export function planImport(change: ImportChange): OrderPlan {
  const { order, lines } = change;
  const ended = stepEvent(order, change, { from: null, to: 'COMPLETED', sequence: 1 });
  return {
    ...startPlan(change),
    imported: {
      id: order.id,
      number: order.number,
      customer_id: order.customerId,
      total_minor: order.totalMinor,
      currency: order.currency,
      created_at: order.createdAt,
    },
    lines: lineRows(order.id, lines, order.createdAt),
    events: [{ ...ended, type: 'order.imported' }],
  };
}

function orderRow(
  { order, clientToken }: PlaceChange | QueueChange,
  status: OrderStatus,
): NewOrderRow {
  return {
    id: order.id,
    number: order.number,
    customer_id: order.customerId,
    status,
    vip: order.vip,
    total_minor: order.totalMinor,
    currency: order.currency,
    note: order.note,
    shipping_address: order.shippingAddress,
    client_token: clientToken,
    expires_at: order.expiresAt,
  };
}

function lineRows(orderId: string, lines: readonly OrderLine[], createdAt?: Date): NewLineRow[] {
  return lines.map((line, index) => ({
    order_id: orderId,
    line_number: index + 1,
    product_id: line.productId,
    sku: line.sku,
    name: line.name,
    quantity: line.quantity,
    unit_price_minor: line.unitPriceMinor,
    total_minor: line.totalMinor,
    created_at: createdAt,
  }));
}
