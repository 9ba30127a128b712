import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { expireDueOrders } from '../../../../src/modules/orders/changes/expire-orders.ts';
import { importOrders, productKey } from '../../../../src/modules/orders/index.ts';
import { planJobs, startQueuedWorker, takeJobs } from '../../../support/queued.ts';
import type { Session } from '../../../support/session.ts';
import { addProduct, testAuthor } from '../../../support/shop.ts';
import {
  address,
  HOUR_MS,
  type OrderBody,
  onlyIn,
  refusedWith,
  startScheduledShop,
  timeIn,
} from './scheduled-shop.ts';

const shop = await startScheduledShop();
const { database, server, admin } = shop;

const slots = ['17:00', '17:20', '17:40', '18:00', '18:20', '18:40', '19:00', '19:20', '19:40'];

/** Opens the shop in so many days, with slots of 20 minutes. */
async function openIn(days: number, slotOrdersMax: number) {
  await shop.set({
    openingHours: onlyIn(days, ['17:00', '20:00']),
    slotMinutes: 20,
    slotOrdersMax,
  });
  return slots.map((time) => timeIn(days, time));
}

const SLOT_MS = 4 * HOUR_MS;
const pickup = (requestedFor?: string) => ({ type: 'PICKUP', requestedFor: requestedFor ?? null });

async function addCustomers(count: number): Promise<Session[]> {
  const sessions: Session[] = [];
  for (let index = 0; index < count; index += 1) sessions.push(await server.signUp());
  return sessions;
}

async function runQueue(): Promise<void> {
  const worker = startQueuedWorker(database);
  await worker.run(await takeJobs(database, await planJobs(database)));
}

describe('places in slots', () => {
  test('are shared by all types, and the last one is given once', async () => {
    const [first, second] = await openIn(2, 3);
    await shop.placeNew({ type: 'DELIVERY', address, requestedFor: first });
    await shop.placeNew({ type: 'DINE_IN', table: '7', requestedFor: first });
    const buyers = await addCustomers(12);
    const replies = await Promise.all(
      buyers.map((buyer) => buyer.post('/api/orders', shop.order(pickup(first)))),
    );
    assert.equal(replies.filter(({ status }) => status === 201).length, 1);
    for (const reply of replies.filter(({ status }) => status !== 201)) {
      const { nextTimes } = refusedWith(reply, 'fulfilment.slot_full');
      assert.deepEqual(nextTimes?.length, 6);
      assert.equal(nextTimes[0], second);
    }
    assert.deepEqual(await shop.countPlaces(first!, second!), [3, 0]);
  });

  test('of a full slot are told with the next six free times', async () => {
    const times = await openIn(3, 1);
    for (const time of [times[0], times[2], times[3]]) await shop.placeNew(pickup(time));
    const [buyer] = await addCustomers(1);
    const refused = await buyer!.post('/api/orders', shop.order(pickup(times[0])));
    const { nextTimes } = refusedWith(refused, 'fulfilment.slot_full');
    assert.deepEqual(
      nextTimes,
      [1, 4, 5, 6, 7, 8].map((index) => times[index]),
    );
  });

  test('are taken by an order for as soon as possible in the first free slot after the lead time', async () => {
    await shop.set({ leadMinutes: 90, slotMinutes: 240, slotOrdersMax: 2 });
    const buyers = await addCustomers(5);
    const orders = [];
    for (const buyer of buyers) orders.push(await shop.place(buyer, pickup()));
    const earliest = Date.parse(orders[0]!.createdAt) + 1.5 * HOUR_MS;
    const first = Math.ceil(earliest / SLOT_MS) * SLOT_MS;
    assert.deepEqual(
      orders.map(({ fulfilment }) => fulfilment.promisedFor),
      [0, 0, 1, 1, 2].map((index) => new Date(first + index * SLOT_MS).toISOString()),
    );
    assert.ok(orders.every(({ fulfilment }) => fulfilment.requestedFor === null));
    const batch = await addCustomers(9);
    const placed = await Promise.all(batch.map((buyer) => shop.place(buyer, pickup())));
    const indexes = placed.map(
      ({ fulfilment }) => (Date.parse(fulfilment.promisedFor!) - first) / SLOT_MS,
    );
    assert.deepEqual(
      indexes.sort((one, other) => one - other),
      [2, 3, 3, 4, 4, 5, 5, 6, 6],
    );
  });

  test('run out for as soon as possible only at the end of the horizon', async () => {
    await shop.set({ slotMinutes: 235, slotOrdersMax: 1, horizonDays: 2, leadMinutes: 1440 });
    const promised: string[] = [];
    for (;;) {
      const [buyer] = await addCustomers(1);
      const reply = await buyer!.post('/api/orders', shop.order(pickup()));
      if (reply.status === 409) {
        assert.deepEqual(refusedWith(reply, 'fulfilment.slot_full').nextTimes, []);
        break;
      }
      promised.push(reply.json<{ fulfilment: { promisedFor: string } }>().fulfilment.promisedFor);
    }
    assert.ok(promised.length >= 4 && promised.length <= 12, String(promised.length));
    assert.deepEqual(promised.toSorted(), promised);
    assert.equal(new Set(promised).size, promised.length);
  });

  test('are no limit without a maximum', async () => {
    const [first] = await openIn(2, 0);
    for (let index = 0; index < 3; index += 1) await shop.placeNew(pickup(first));
    assert.deepEqual(await shop.countPlaces(first!), [6]);
  });

  test('are not taken by refused orders', async () => {
    const times = await openIn(4, 2);
    const { sku } = await addProduct(database, { onHand: 1 });
    const [buyer] = await addCustomers(1);
    const body = { ...shop.order(pickup(times[0])), items: [{ sku, quantity: 2 }] };
    refusedWith(await buyer!.post('/api/orders', body), 'inventory.insufficient_stock');
    const elsewhere = {
      ...shop.order(pickup(times[0])),
      expectedTotal: { amount: 1, currency: 'GBP' },
    };
    refusedWith(await buyer!.post('/api/orders', elsewhere), 'orders.price_changed');
    assert.deepEqual(await shop.countPlaces(times[0]!), [0]);
  });

  test('are taken by free orders too', async () => {
    const times = await openIn(5, 1);
    const { sku } = await addProduct(database, { priceMinor: 0 });
    const [buyer, other] = await addCustomers(2);
    const body = { ...shop.order(pickup(times[0])), items: [{ sku, quantity: 1 }] };
    const reply = await buyer!.post('/api/orders', body);
    assert.equal(reply.json<{ status: string }>().status, 'CONFIRMED');
    const refused = await other!.post('/api/orders', shop.order(pickup(times[0])));
    refusedWith(refused, 'fulfilment.slot_full');
    assert.deepEqual(await shop.countPlaces(times[0]!), [1]);
  });

  test('are taken once by a repeated request', async () => {
    const times = await openIn(6, 2);
    const [buyer] = await addCustomers(1);
    const headers = { 'idempotency-key': 'once' };
    const send = () => buyer!.post('/api/orders', shop.order(pickup(times[0])), headers);
    const replies = await Promise.all([send(), send(), send()]);
    assert.equal(new Set(replies.map(({ text }) => text)).size, 1);
    assert.deepEqual(await shop.countPlaces(times[0]!), [1]);
  });
});

describe('a place is given back once', () => {
  test('by its owner who cancels, by an admin, and at the end of the payment deadline', async () => {
    const times = await openIn(2, 20);
    const [before] = await shop.countPlaces(times[3]!);
    const orders = [];
    for (let index = 0; index < 4; index += 1) orders.push(await shop.placeNew(pickup(times[3])));
    const [own, byAdmin, expired, kept] = orders;
    const cancels = Array.from({ length: 4 }, () =>
      own!.customer.post(`/api/orders/${own!.order.id}/cancel`, {}),
    );
    assert.equal((await Promise.all(cancels)).filter(({ status }) => status === 200).length, 1);
    assert.deepEqual(await shop.countPlaces(times[3]!), [before! + 3]);
    await shop.moveTo(byAdmin!.order.id, 'READY');
    assert.deepEqual(await shop.countPlaces(times[3]!), [before! + 3]);
    await admin.patch(`/api/orders/${byAdmin!.order.id}/status`, { status: 'CANCELLED' });
    await database.run('test.expire', `update orders set expires_at = now() where id = $1::uuid`, [
      expired!.order.id,
    ]);
    await Promise.all([expireDueOrders(database), expireDueOrders(database)]);
    assert.equal((await shop.read(admin, expired!.order.id)).status, 'CANCELLED');
    assert.deepEqual(await shop.countPlaces(times[3]!), [before! + 1]);
    // A completed order keeps it.
    await shop.moveTo(kept!.order.id, 'READY');
    await admin.patch(`/api/orders/${kept!.order.id}/status`, { status: 'COMPLETED' });
    assert.deepEqual(await shop.countPlaces(times[3]!), [before! + 1]);
  });

  test('to a slot that can then be taken again', async () => {
    const times = await openIn(3, 1);
    const { customer, order } = await shop.placeNew(pickup(times[1]));
    const [other] = await addCustomers(1);
    const refused = await other!.post('/api/orders', shop.order(pickup(times[1])));
    refusedWith(refused, 'fulfilment.slot_full');
    await customer.post(`/api/orders/${order.id}/cancel`, {});
    await shop.place(other!, pickup(times[1]));
    const again = await admin.patch(`/api/orders/${order.id}/status`, {
      status: 'CONFIRMED',
      override: true,
      reason: 'By mistake',
    });
    refusedWith(again, 'orders.illegal_transition');
    assert.deepEqual(await shop.countPlaces(times[1]!), [1]);
  });
});

describe('a queued order', () => {
  test('takes its place when it is accepted, and keeps it when it is placed', async () => {
    const times = await openIn(4, 1);
    const [buyer, other] = await addCustomers(2);
    const queued = await shop.queue(buyer!, pickup(times[5]));
    assert.equal(queued.fulfilment.promisedFor, times[5]);
    assert.deepEqual(await shop.countPlaces(times[5]!), [1]);
    const headers = { prefer: 'respond-async' };
    for (const more of [{}, headers]) {
      const refused = await other!.post('/api/orders', shop.order(pickup(times[5])), more);
      refusedWith(refused, 'fulfilment.slot_full');
    }
    // What the shop sets meanwhile does not concern it.
    await shop.set({ acceptingOrders: false, openingHours: {}, fulfilmentTypes: ['SHIPMENT'] });
    await runQueue();
    const placed = await shop.read(buyer!, queued.id);
    assert.equal(placed.status, 'PENDING');
    assert.deepEqual(placed.fulfilment, queued.fulfilment);
    assert.deepEqual(await shop.countPlaces(times[5]!), [1]);
  });

  test('gives its place back when it fails, or is cancelled before', async () => {
    const times = await openIn(5, 2);
    const { sku } = await addProduct(database, { onHand: 1 });
    const [buyer, other] = await addCustomers(2);
    const body = { ...shop.order(pickup(times[5])), items: [{ sku, quantity: 2 }] };
    const reply = await buyer!.post('/api/orders', body, { prefer: 'respond-async' });
    const failing = reply.json<{ id: string }>();
    const cancelled = await shop.queue(other!, pickup(times[5]));
    assert.deepEqual(await shop.countPlaces(times[5]!), [2]);
    await other!.post(`/api/orders/${cancelled.id}/cancel`, {});
    await runQueue();
    assert.equal((await shop.read(buyer!, failing.id)).status, 'FAILED');
    assert.equal((await shop.read(other!, cancelled.id)).status, 'CANCELLED');
    assert.deepEqual(await shop.countPlaces(times[5]!), [0]);
  });

  test('for as soon as possible is promised the slot that was free when it was accepted', async () => {
    await shop.set({ slotMinutes: 240, slotOrdersMax: 50 });
    const [buyer] = await addCustomers(1);
    const queued = await shop.queue(buyer!, pickup());
    const first = Math.ceil(Date.parse(queued.createdAt) / SLOT_MS) * SLOT_MS;
    assert.equal(queued.fulfilment.promisedFor, new Date(first).toISOString());
    await runQueue();
    assert.deepEqual((await shop.read(buyer!, queued.id)).fulfilment, queued.fulfilment);
  });
});

describe('an imported order', () => {
  test('has no slot, and was promised for when it was created', async () => {
    await openIn(2, 1);
    const product = await addProduct(database);
    const line = { name: product.sku, sku: product.sku, quantity: 1, unitPriceMinor: 250 };
    const createdAt = new Date('2019-01-01T12:00:00Z');
    await importOrders(
      database,
      testAuthor,
      [{ number: 'OLD-1', createdAt, email: null, lines: [line] }],
      new Map([[productKey(line), product]]),
      'GBP',
    );
    const found = await admin.get('/api/orders?search=OLD-1');
    const [order] = found.json<{ data: OrderBody[] }>().data;
    assert.equal(order!.fulfilment.promisedFor, createdAt.toISOString());
    const reply = await admin.patch(`/api/orders/${order!.id}/fulfilment`, { instructions: 'Old' });
    refusedWith(reply, 'fulfilment.not_changeable');
    const places = await database.run(
      'test.places_of_order',
      'select from slot_places where order_id = $1::uuid',
      [order!.id],
    );
    assert.deepEqual(places, []);
  });
});
