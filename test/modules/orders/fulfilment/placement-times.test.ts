import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Reply } from '../../../support/session.ts';
import {
  address,
  DAY_MS,
  MINUTE_MS,
  onlyIn,
  type Problem,
  refusedWith,
  startScheduledShop,
  timeIn,
} from './scheduled-shop.ts';

const shop = await startScheduledShop();
const { server, admin } = shop;
const customer = await server.signUp();

/** Asserts that a placement is refused, and that a quote names the same reason and changes nothing. */
async function refuses(code: string, fulfilment?: object): Promise<Problem> {
  const before = await countOrders();
  const quote = await customer.post('/api/quotes', shop.order(fulfilment));
  assert.equal(quote.status, 200, quote.text);
  const { refusals } = quote.json<{ refusals: Problem[] }>();
  const problem = refusedWith(await customer.post('/api/orders', shop.order(fulfilment)), code);
  const { nextTimes, until, opensAt } = problem;
  const { code: quoted, ...extensions } = refusals[0]!;
  assert.equal(quoted, code);
  assert.deepEqual(
    [extensions.nextTimes, extensions.until, extensions.opensAt],
    [nextTimes, until, opensAt],
  );
  assert.deepEqual(await countOrders(), before);
  return problem;
}

async function countOrders(): Promise<unknown> {
  const [counts] = await shop.database.run(
    'test.count_all',
    `select (select count(*) from orders) as orders, (select count(*) from slot_places) as places,
            (select count(*) from slots) as slots, (select sum(reserved) from stock) as reserved`,
    [],
  );
  return counts;
}

const quoted = (reply: Reply) => reply.json<{ refusals: Problem[] }>().refusals;

describe('an order', () => {
  test('without a time is promised for now and the lead time, and has no slot', async () => {
    await shop.set({ leadMinutes: 25 });
    const order = await shop.place(customer, { type: 'PICKUP' });
    assert.equal(order.fulfilment.requestedFor, null);
    const promised = Date.parse(order.fulfilment.promisedFor!);
    assert.equal(promised - Date.parse(order.createdAt), 25 * MINUTE_MS);
    await shop.set();
    const soon = await shop.place(await server.signUp());
    assert.equal(soon.fulfilment.promisedFor, soon.createdAt);
  });

  test('for a time is promised for it, stated in any offset', async () => {
    await shop.set();
    const requestedFor = `${timeIn(2, '18:30').slice(0, 19)}.000999+00:00`;
    const order = await shop.place(await server.signUp(), {
      type: 'DINE_IN',
      requestedFor,
      table: '12',
    });
    assert.equal(order.fulfilment.requestedFor, timeIn(2, '18:30'));
    assert.equal(order.fulfilment.promisedFor, timeIn(2, '18:30'));
    const offset = `${timeIn(3, '04:15').slice(0, 19)}+05:45`;
    const other = await shop.place(await server.signUp(), { type: 'PICKUP', requestedFor: offset });
    assert.equal(other.fulfilment.promisedFor, timeIn(2, '22:30'));
  });

  test('of type SHIPMENT has no time, whatever the hours are', async () => {
    await shop.set({ openingHours: {}, leadMinutes: 60, slotMinutes: 60, slotOrdersMax: 1 });
    const order = await shop.place(await server.signUp(), { type: 'SHIPMENT', address });
    assert.equal(order.fulfilment.promisedFor, null);
    await shop.set({ acceptingOrders: false });
    await refuses('orders.shop_paused', { type: 'SHIPMENT', address });
  });

  test('that names no type has the first one of the shop, which may need details', async () => {
    await shop.set({ fulfilmentTypes: ['SHIPMENT', 'DINE_IN'] });
    for (const [types, pointer] of [
      [['SHIPMENT', 'PICKUP'], '/fulfilment/address'],
      [['DELIVERY', 'PICKUP'], '/fulfilment/address'],
      [['DINE_IN', 'PICKUP'], '/fulfilment/table'],
    ] as const) {
      await shop.set({ fulfilmentTypes: types });
      const reply = await customer.post('/api/orders', shop.order());
      const problem = refusedWith(reply, 'request.invalid', 400);
      assert.equal(problem.errors?.[0]?.pointer, pointer);
      const [refusal] = quoted(await customer.post('/api/quotes', shop.order()));
      assert.equal(refusal?.code, 'request.invalid');
      assert.equal(refusal?.errors?.[0]?.pointer, pointer);
    }
    await shop.set({ fulfilmentTypes: ['PICKUP', 'DINE_IN'] });
    const { order } = await shop.placeNew();
    assert.equal(order.fulfilment.type, 'PICKUP');
  });

  test('keeps the type that it was placed with when the shop offers another first', async () => {
    await shop.set({ fulfilmentTypes: ['PICKUP'] });
    const { customer: owner, order } = await shop.placeNew();
    await shop.set({ fulfilmentTypes: ['SHIPMENT'] });
    assert.equal((await shop.read(owner, order.id)).fulfilment.type, 'PICKUP');
  });
});

describe('a closed shop', () => {
  test('refuses orders for as soon as possible and tells when it opens', async () => {
    await shop.set({ openingHours: onlyIn(2, ['17:00', '20:00']) });
    const problem = await refuses('orders.shop_closed', { type: 'PICKUP' });
    assert.equal(problem.opensAt, timeIn(2, '17:00'));
    await shop.set({ openingHours: {} });
    assert.equal((await refuses('orders.shop_closed')).opensAt, null);
  });

  test('takes orders for a later opening', async () => {
    await shop.set({ openingHours: onlyIn(2, ['17:00', '20:00']) });
    const requestedFor = timeIn(2, '17:05');
    const { order } = await shop.placeNew({ type: 'PICKUP', requestedFor });
    assert.equal(order.fulfilment.promisedFor, requestedFor);
  });

  test('refuses times outside its openings and names the next ones', async () => {
    await shop.set({ openingHours: onlyIn(2, ['17:00', '20:00']) });
    const at = (time: string) => ({ type: 'PICKUP', requestedFor: timeIn(2, time) });
    const early = await refuses('fulfilment.time_not_available', at('16:59'));
    assert.deepEqual(
      early.nextTimes,
      ['17:00', '17:15', '17:30', '17:45', '18:00', '18:15'].map((time) => timeIn(2, time)),
    );
    const late = await refuses('fulfilment.time_not_available', at('20:00'));
    assert.deepEqual(late.nextTimes, []);
    const nearly = await refuses('fulfilment.time_not_available', {
      type: 'PICKUP',
      requestedFor: timeIn(1, '23:59'),
    });
    assert.equal(nearly.nextTimes?.[0], timeIn(2, '17:00'));
  });
});

describe('a time', () => {
  test('is not available before the lead time, in the past and beyond the horizon', async () => {
    await shop.set({ leadMinutes: 1440, horizonDays: 3 });
    for (const requestedFor of [
      new Date(Date.now() + DAY_MS - MINUTE_MS).toISOString(),
      new Date(Date.now() - DAY_MS).toISOString(),
      '0001-01-01T00:00:00Z',
    ]) {
      const { nextTimes } = await refuses('fulfilment.time_not_available', {
        type: 'PICKUP',
        requestedFor,
      });
      assert.equal(nextTimes?.length, 6);
      const first = Date.parse(nextTimes[0]!) - Date.now();
      assert.ok(first > DAY_MS - 5_000 && first <= DAY_MS + 15 * MINUTE_MS, nextTimes[0]);
    }
    for (const requestedFor of [timeIn(4, '00:00'), '9999-12-31T23:59:59.999Z']) {
      const { nextTimes } = await refuses('fulfilment.time_not_available', {
        type: 'PICKUP',
        requestedFor,
      });
      assert.deepEqual(nextTimes, []);
    }
    await shop.placeNew({ type: 'PICKUP', requestedFor: timeIn(3, '23:59') });
  });

  test('is the beginning of a slot, where the shop has slots', async () => {
    await shop.set({ openingHours: onlyIn(2, ['17:00', '18:10']), slotMinutes: 20 });
    const at = (time: string) => ({ type: 'PICKUP', requestedFor: timeIn(2, time) });
    const { nextTimes } = await refuses('fulfilment.time_not_available', at('17:10'));
    assert.deepEqual(nextTimes, [timeIn(2, '17:20'), timeIn(2, '17:40')]);
    await refuses('fulfilment.time_not_available', at('18:00'));
    const { order } = await shop.placeNew(at('17:40'));
    assert.equal(order.fulfilment.promisedFor, timeIn(2, '17:40'));
  });
});

describe('a paused shop', () => {
  test('refuses all orders at once in this process, and tells until when', async () => {
    await shop.set();
    await shop.placeNew();
    const until = new Date(Date.now() + 3_600_000).toISOString();
    await shop.set({ acceptingOrders: false, pausedUntil: until });
    assert.equal((await refuses('orders.shop_paused')).until, until);
    await refuses('orders.shop_paused', { type: 'PICKUP', requestedFor: timeIn(2, '12:00') });
    await shop.set({ acceptingOrders: false, pausedUntil: null });
    assert.equal((await refuses('orders.shop_paused')).until, null);
    await shop.set();
    await shop.placeNew();
  });
});

describe('a type and an area', () => {
  test('that the shop does not offer, or to which it does not deliver, are refused', async () => {
    await shop.set({ fulfilmentTypes: ['PICKUP'] });
    await refuses('fulfilment.type_not_offered', { type: 'DELIVERY', address });
    await refuses('fulfilment.type_not_offered', { type: 'SHIPMENT', address });
    await shop.set();
    const created = await admin.post('/api/charges', {
      name: 'Nearby',
      kind: 'DELIVERY',
      amount: { amount: 300, currency: 'GBP' },
      postalCodes: ['YO21'],
    });
    assert.equal(created.status, 201, created.text);
    await shop.placeNew({ type: 'DELIVERY', address: { ...address, postalCode: 'yo21 9zz' } });
    for (const postalCode of ['YO1 1AA', null, 'YO2 1AB', '🍕']) {
      const elsewhere = { ...address, postalCode };
      await refuses('fulfilment.out_of_area', { type: 'DELIVERY', address: elsewhere });
    }
    // Charges for delivery are none for shipments.
    await shop.placeNew({ type: 'SHIPMENT', address: { ...address, postalCode: 'YO1 1AA' } });
    const { id } = created.json<{ id: string }>();
    await admin.patch(`/api/charges/${id}`, { active: false });
    await shop.placeNew({ type: 'DELIVERY', address: { ...address, postalCode: 'YO1 1AA' } });
  });
});

describe('a quote', () => {
  test('names every refusal, in the order in which placements report them', async () => {
    await shop.set({
      fulfilmentTypes: ['PICKUP'],
      openingHours: onlyIn(2, ['17:00', '18:00']),
      acceptingOrders: false,
    });
    const charge = await admin.post('/api/charges', {
      name: 'Nearby',
      kind: 'DELIVERY',
      amount: { amount: 300, currency: 'GBP' },
      postalCodes: ['YO21'],
    });
    const elsewhere = { type: 'DELIVERY', address: { ...address, postalCode: 'E1' } };
    const codes = async (fulfilment: object) =>
      quoted(await customer.post('/api/quotes', shop.order(fulfilment))).map(({ code }) => code);
    const all = ['orders.shop_paused', 'fulfilment.type_not_offered', 'orders.shop_closed'];
    assert.deepEqual(await codes(elsewhere), [...all, 'fulfilment.out_of_area']);
    assert.deepEqual(await codes({ ...elsewhere, requestedFor: timeIn(1, '12:00') }), [
      ...all.slice(0, 2),
      'fulfilment.time_not_available',
      'fulfilment.out_of_area',
    ]);
    refusedWith(await customer.post('/api/orders', shop.order(elsewhere)), all[0]!);
    await admin.patch(`/api/charges/${charge.json<{ id: string }>().id}`, { active: false });
  });
});
