import { storeFulfilment } from '../fulfilment/fulfilment.ts';
import { type OrderStatus, placedStates } from '../order.ts';
import { billRow, lineRows } from './bill-rows.ts';
import type { ImportChange, PlaceChange, QueueChange } from './order-change.ts';
import { billData, overrideData, placedEvents, stepEvent } from './order-events.ts';
import { type OrderPlan, startPlan } from './order-plan.ts';
import { holdSlot } from './slot-effects.ts';
import { holdDiscounts } from './use-effects.ts';
import type { NewOrderRow } from './write-queries.ts';

export function planPlace(change: PlaceChange): OrderPlan {
  const { order, lines } = change;
  const [first, ...later] = placedStates(order.totalMinor);
  return {
    ...startPlan(change),
    order: orderRow(change, first!.status),
    lines: lineRows(order.id, lines),
    bill: billRow(order.id, order.bill),
    rowChanges: later.map(({ status, paymentStatus }, index) => ({
      id: order.id,
      status,
      payment_status: paymentStatus,
      versions: 1,
      last_sequence: index + 2,
    })),
    events: placedEvents(order, lines, change, { from: null, sequence: 1 }),
    stockEffect: 'reserve',
    stockLines: lines,
    useEffect: holdDiscounts(order.customerId, order.bill),
    slotEffect: holdSlot(change.slotStart),
  };
}

export function planQueue(change: QueueChange): OrderPlan {
  const {
    order,
    lines,
    cause,
    overrideReason: reason,
    expectedTotalMinor,
    expectedPricesMinor,
    discountCodes,
  } = change;
  const data = { ...billData(order, lines), vip: order.vip, ...overrideData(reason) };
  return {
    ...startPlan(change),
    order: orderRow(change, 'QUEUED'),
    lines: lineRows(order.id, lines),
    bill: billRow(order.id, order.bill),
    // What the worker needs besides the order: what the client stated, and the cause of the request.
    queued: {
      order_id: order.id,
      vip: order.vip,
      expected_total_minor: expectedTotalMinor,
      expected_prices_minor: expectedPricesMinor,
      discount_codes: discountCodes.length === 0 ? null : discountCodes,
      cause,
    },
    events: [stepEvent(order, change, { from: null, to: 'QUEUED', sequence: 1, reason, data })],
    slotEffect: holdSlot(change.slotStart),
  };
}

export function planImport(change: ImportChange): OrderPlan {
  const { order, lines, bill } = change;
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
    bill: billRow(order.id, bill),
    events: [{ ...ended, type: 'order.imported' }],
  };
}

function orderRow(
  { order, guest, buyerNetwork, clientToken }: PlaceChange | QueueChange,
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
    fulfilment: storeFulfilment(order.fulfilment),
    promised_for: order.promisedFor,
    shipping_address: order.shippingAddress,
    client_token: clientToken,
    expires_at: order.expiresAt,
    guest_email_key: guest?.emailKey,
    guest_network: guest?.network,
    buyer_network: buyerNetwork,
  };
}
