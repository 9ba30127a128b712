import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  address,
  type OrderBody,
  onlyIn,
  type Problem,
  refusedWith,
  startScheduledShop,
  timeIn,
} from './scheduled-shop.ts';

const shop = await startScheduledShop();
const { server, admin } = shop;
const customer = await server.signUp();
const { userId: customerId } = customer.identity;

const pickup = (requestedFor?: string) => ({ type: 'PICKUP', requestedFor: requestedFor ?? null });
const by = { customerId, override: true, reason: 'Asked by phone' };

const request = (fulfilment: object, more: object = by) =>
  admin.post('/api/orders', shop.order(fulfilment, more));

describe('an override', () => {
  test('passes hours, pauses, lead and horizon, and its reason is in the history', async () => {
    const closed = {
      openingHours: onlyIn(2, ['17:00', '20:00']),
      acceptingOrders: false,
      leadMinutes: 60,
      horizonDays: 3,
    };
    await shop.set(closed);
    refusedWith(await request(pickup(), { customerId }), 'orders.shop_paused');
    const soon = await shop.place(admin, pickup(), by);
    assert.equal(
      Date.parse(soon.fulfilment.promisedFor!) - Date.parse(soon.createdAt),
      60 * 60_000,
    );
    for (const time of [timeIn(1, '03:00'), timeIn(2, '18:03'), timeIn(20, '12:00')]) {
      const order = await shop.place(admin, pickup(time), by);
      assert.equal(order.fulfilment.promisedFor, time);
    }
    const shortly = new Date(Date.now() + 60_000).toISOString();
    assert.equal((await shop.place(admin, pickup(shortly), by)).fulfilment.promisedFor, shortly);
    const history = await admin.get(`/api/orders/${soon.id}/history`);
    const [placed] = history.json<{ data: { reason: string; data: { override: boolean } }[] }>()
      .data;
    assert.deepEqual([placed!.reason, placed!.data.override], [by.reason, true]);
  });

  test('never passes a full slot, a type that is not offered or an area', async () => {
    await shop.set({
      openingHours: onlyIn(2, ['17:00', '20:00']),
      slotMinutes: 60,
      slotOrdersMax: 1,
      fulfilmentTypes: ['PICKUP', 'DELIVERY'],
    });
    const [slot, next] = [timeIn(2, '17:00'), timeIn(2, '18:00')];
    await shop.place(admin, pickup(slot), by);
    const { nextTimes } = refusedWith(await request(pickup(slot)), 'fulfilment.slot_full');
    assert.equal(nextTimes?.[0], next);
    // In a slot, and not at its beginning: it would hide an order from the kitchen's plan.
    const inside = refusedWith(
      await request(pickup(timeIn(2, '17:30'))),
      'fulfilment.time_not_available',
    );
    assert.deepEqual(inside.nextTimes, [next, timeIn(2, '19:00')]);
    refusedWith(await request({ type: 'DINE_IN', table: '1' }), 'fulfilment.type_not_offered');
    const charge = await admin.post('/api/charges', {
      name: 'Nearby',
      kind: 'DELIVERY',
      amount: { amount: 300, currency: 'GBP' },
      postalCodes: ['YO21'],
    });
    const elsewhere = { type: 'DELIVERY', address: { ...address, postalCode: 'E1 4AB' } };
    refusedWith(await request(elsewhere), 'fulfilment.out_of_area');
    await admin.patch(`/api/charges/${charge.json<{ id: string }>().id}`, { active: false });
    // Outside all slots it takes no place.
    await shop.place(admin, pickup(timeIn(3, '09:00')), by);
    assert.deepEqual(await shop.countPlaces(slot, timeIn(3, '09:00')), [1, 0]);
  });

  test('is for admins and API keys, with a reason', async () => {
    await shop.set({ openingHours: {} });
    const keys: Record<string, string> = {};
    for (const scope of ['orders:write', 'orders:read']) {
      const created = await admin.post('/api/api-keys', { name: scope, scopes: [scope] });
      keys[scope] = `Bearer ${created.json<{ secret: string }>().secret}`;
    }
    const byKey = await server.anonymous.post('/api/orders', shop.order(pickup(), by), {
      authorization: keys['orders:write']!,
    });
    assert.equal(byKey.status, 201, byKey.text);
    const { customerId: _, ...own } = by;
    refusedWith(
      await customer.post('/api/orders', shop.order(pickup(), own)),
      'auth.forbidden',
      403,
    );
    const kitchen = await server.signInAs('kitchen');
    refusedWith(await kitchen.post('/api/orders', shop.order(pickup(), by)), 'auth.forbidden', 403);
    for (const [more, pointer] of [
      [{ override: true }, '/reason'],
      [{ override: true, reason: ' ' }, '/reason'],
      [{ override: true, reason: 'x'.repeat(501) }, '/reason'],
      [{ reason: 'Why' }, '/reason'],
      [{ override: false, reason: 'Why' }, '/reason'],
      [{ override: 'yes', reason: 'Why' }, '/override'],
    ] as const) {
      const reply = await request(pickup(), { customerId, ...more });
      const { errors } = refusedWith(reply, 'request.invalid', 400);
      assert.equal(errors?.[0]?.pointer, pointer);
    }
    const plain = await customer.post('/api/orders', shop.order(pickup(), { override: false }));
    refusedWith(plain, 'orders.shop_closed');
  });

  test('is none in a quote or at checkout', async () => {
    const quote = await admin.post('/api/quotes', shop.order(pickup(), by));
    const { errors } = refusedWith(quote, 'request.invalid', 400);
    assert.deepEqual(errors?.map(({ pointer }) => pointer).toSorted(), ['/override', '/reason']);
    const checkout = await customer.post('/api/cart/checkout', { override: true, reason: 'Why' });
    refusedWith(checkout, 'request.invalid', 400);
  });

  test('of a queued order is kept when it is placed', async () => {
    await shop.set({ openingHours: {}, acceptingOrders: false });
    const headers = { prefer: 'respond-async' };
    const reply = await admin.post('/api/orders', shop.order(pickup(), by), headers);
    assert.equal(reply.status, 202, reply.text);
    const { id } = reply.json<OrderBody>();
    const history = await admin.get(`/api/orders/${id}/history`);
    const [queued] = history.json<{ data: (Problem & { reason: string })[] }>().data;
    assert.equal(queued!.reason, by.reason);
  });
});
