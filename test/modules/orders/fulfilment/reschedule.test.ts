import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Session } from '../../../support/session.ts';
import {
  address,
  HOUR_MS,
  MINUTE_MS,
  type OrderBody,
  onlyIn,
  refusedWith,
  startScheduledShop,
  timeIn,
} from './scheduled-shop.ts';

const shop = await startScheduledShop();
const { server, admin } = shop;

const times = ['17:00', '17:20', '17:40', '18:00', '18:20', '18:40', '19:00', '19:20', '19:40'];

/** Opens the shop on one day, with slots of 20 minutes. */
async function openIn(days: number, slotOrdersMax: number, settings: object = {}) {
  await shop.set({
    openingHours: onlyIn(days, ['17:00', '20:00']),
    slotMinutes: 20,
    slotOrdersMax,
    ...settings,
  });
  return times.map((time) => timeIn(days, time));
}

const pickup = (requestedFor?: string) => ({ type: 'PICKUP', requestedFor: requestedFor ?? null });

const request = (session: Session, { id }: OrderBody, requestedFor: string | null) =>
  session.patch(`/api/orders/${id}/fulfilment`, { requestedFor });

async function reschedule(session: Session, order: OrderBody, requestedFor: string | null) {
  const reply = await request(session, order, requestedFor);
  assert.equal(reply.status, 200, reply.text);
  return reply.json<OrderBody>();
}

async function listEvents(order: OrderBody) {
  const reply = await admin.get(`/api/orders/${order.id}/history`);
  const { data } = reply.json<{ data: { type: string; data: Record<string, unknown> }[] }>();
  return data.slice(1).map(({ type, data: { number: _, ...rest } }) => ({ type, ...rest }));
}

describe('another time', () => {
  test('moves the place of the order, and frees the one before', async () => {
    const slots = await openIn(2, 1);
    const { customer, order } = await shop.placeNew(pickup(slots[0]));
    const moved = await reschedule(customer, order, slots[4]!);
    assert.equal(moved.fulfilment.requestedFor, slots[4]);
    assert.equal(moved.fulfilment.promisedFor, slots[4]);
    assert.deepEqual(await shop.countPlaces(slots[0]!, slots[4]!), [0, 1]);
    await shop.placeNew(pickup(slots[0]));
    const refused = await request(customer, order, slots[0]!);
    const { nextTimes } = refusedWith(refused, 'fulfilment.slot_full');
    // Its own place counts as free.
    assert.deepEqual(nextTimes, slots.slice(1, 7));
    assert.deepEqual(await shop.read(customer, order.id), moved);
    assert.deepEqual(await shop.countPlaces(slots[0]!, slots[4]!), [1, 1]);
    await customer.post(`/api/orders/${order.id}/cancel`, {});
    assert.deepEqual(await shop.countPlaces(slots[0]!, slots[4]!), [1, 0]);
    assert.deepEqual((await listEvents(order)).at(0), {
      type: 'order.rescheduled',
      from: slots[0],
      to: slots[4],
    });
  });

  test('of those who want the last place at once, one gets it, and the others keep theirs', async () => {
    const slots = await openIn(3, 1);
    const orders = [];
    for (const slot of slots.slice(1)) orders.push(await shop.placeNew(pickup(slot)));
    const replies = await Promise.all(
      orders.map(({ customer, order }) => request(customer, order, slots[0]!)),
    );
    assert.equal(replies.filter(({ status }) => status === 200).length, 1);
    const winner = replies.findIndex(({ status }) => status === 200);
    for (const reply of replies.filter(({ status }) => status !== 200)) {
      const { nextTimes } = refusedWith(reply, 'fulfilment.slot_full');
      assert.ok(nextTimes !== undefined && nextTimes.length > 0);
    }
    const expected = slots.map((_, index) => (index === winner + 1 ? 0 : 1));
    assert.deepEqual(await shop.countPlaces(...slots), expected);
  });

  test('is swapped by two orders only if there is a free place', async () => {
    const slots = await openIn(4, 1);
    const one = await shop.placeNew(pickup(slots[0]));
    const other = await shop.placeNew(pickup(slots[1]));
    const replies = await Promise.all([
      request(one.customer, one.order, slots[1]!),
      request(other.customer, other.order, slots[0]!),
    ]);
    for (const reply of replies) refusedWith(reply, 'fulfilment.slot_full');
    assert.deepEqual(await shop.countPlaces(slots[0]!, slots[1]!), [1, 1]);
  });

  test('is refused as at placement', async () => {
    const slots = await openIn(5, 1);
    const { customer, order } = await shop.placeNew(pickup(slots[0]));
    const off = await request(customer, order, timeIn(5, '17:10'));
    assert.equal(refusedWith(off, 'fulfilment.time_not_available').nextTimes?.[0], slots[1]);
    const past = await request(customer, order, timeIn(-1, '17:00'));
    refusedWith(past, 'fulfilment.time_not_available');
    refusedWith(
      await request(customer, order, timeIn(9, '17:00')),
      'fulfilment.time_not_available',
    );
    const closed = await request(customer, order, null);
    assert.equal(refusedWith(closed, 'orders.shop_closed').opensAt, slots[0]);
    assert.deepEqual(await listEvents(order), []);
    assert.deepEqual(await shop.countPlaces(slots[0]!), [1]);
  });

  test('is kept from customers by a pause, and not from staff', async () => {
    const slots = await openIn(6, 1);
    const { customer, order } = await shop.placeNew(pickup(slots[0]));
    await openIn(6, 1, { acceptingOrders: false, fulfilmentTypes: ['SHIPMENT'] });
    refusedWith(await request(customer, order, slots[1]!), 'orders.shop_paused');
    const kitchen = await server.signInAs('kitchen');
    await reschedule(kitchen, order, slots[1]!);
    await openIn(6, 1, { fulfilmentTypes: ['SHIPMENT'] });
    await reschedule(customer, order, slots[2]!);
    assert.deepEqual(await shop.countPlaces(...slots.slice(0, 3)), [0, 0, 1]);
  });

  test('is none for SHIPMENT', async () => {
    await shop.set();
    const { customer, order } = await shop.placeNew({ type: 'SHIPMENT', address });
    const refused = await request(customer, order, timeIn(1, '12:00'));
    const { errors } = refusedWith(refused, 'request.invalid', 400);
    assert.equal(errors?.[0]?.pointer, '/requestedFor');
    const same = await reschedule(customer, order, null);
    assert.deepEqual([same.version, same.fulfilment.promisedFor], [1, null]);
  });
});

describe('as soon as possible', () => {
  test('is the lead time from now on', async () => {
    await shop.set({ leadMinutes: 30 });
    const { customer, order } = await shop.placeNew(pickup(timeIn(2, '18:00')));
    const soon = await reschedule(customer, order, null);
    assert.equal(soon.fulfilment.requestedFor, null);
    const minutes = (Date.parse(soon.fulfilment.promisedFor!) - Date.now()) / MINUTE_MS;
    assert.ok(minutes > 29 && minutes <= 30, String(minutes));
    // It already is.
    assert.deepEqual(await reschedule(customer, order, null), soon);
  });

  test('is the first free slot, which may be the one that the order has', async () => {
    await shop.set({ slotMinutes: 240, slotOrdersMax: 1 });
    const first = await shop.placeNew();
    const slot = first.order.fulfilment.promisedFor!;
    const next = new Date(Date.parse(slot) + 4 * HOUR_MS).toISOString();
    const second = await shop.placeNew(pickup(next));
    // The time that it is promised for anyway: nothing moves.
    const fixed = await reschedule(first.customer, first.order, slot);
    assert.equal(fixed.fulfilment.requestedFor, slot);
    assert.deepEqual(await listEvents(first.order), [
      { type: 'order.readdressed', changed: ['requestedFor'] },
    ]);
    const soon = await reschedule(first.customer, first.order, null);
    assert.equal(soon.fulfilment.promisedFor, slot);
    const other = await reschedule(second.customer, second.order, null);
    assert.equal(other.fulfilment.promisedFor, next);
    assert.deepEqual(await shop.countPlaces(slot, next), [1, 1]);
    await first.customer.post(`/api/orders/${first.order.id}/cancel`, {});
    await reschedule(second.customer, second.order, timeIn(3, '12:00'));
    const earlier = await reschedule(second.customer, second.order, null);
    assert.equal(earlier.fulfilment.promisedFor, slot);
    assert.deepEqual(await shop.countPlaces(slot, next), [1, 0]);
  });
});

describe('the place of an order', () => {
  test('is given back when it moves to a time without slots, and is taken by one from such a time', async () => {
    const slots = await openIn(2, 5);
    const { customer, order } = await shop.placeNew(pickup(slots[8]));
    const [before] = await shop.countPlaces(slots[8]!);
    await openIn(2, 5, { slotMinutes: 0 });
    const free = await reschedule(customer, order, timeIn(2, '17:07'));
    assert.equal(free.fulfilment.promisedFor, timeIn(2, '17:07'));
    assert.deepEqual(await shop.countPlaces(slots[8]!), [before! - 1]);
    await openIn(2, 5);
    await reschedule(customer, order, slots[8]!);
    assert.deepEqual(await shop.countPlaces(slots[8]!), [before!]);
    await customer.post(`/api/orders/${order.id}/cancel`, {});
    assert.deepEqual(await shop.countPlaces(slots[8]!), [before! - 1]);
  });
});
