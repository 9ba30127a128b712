import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  address,
  type OrderBody,
  refusedWith,
  startScheduledShop,
  timeIn,
} from './scheduled-shop.ts';

const shop = await startScheduledShop();
const { server, admin } = shop;
const customer = await server.signUp();
await shop.set();

const delivery = { type: 'DELIVERY', address };
const withAddress = (changes: object) => ({
  type: 'DELIVERY',
  address: { ...address, ...changes },
});

/** Bodies of a fulfilment that nobody can have, with the location that is wrong. */
const invalid: readonly [fulfilment: unknown, pointer: string][] = [
  [null, ''],
  [[], ''],
  ['PICKUP', ''],
  [{}, '/type'],
  [{ type: null }, '/type'],
  [{ type: 'pickup' }, '/type'],
  [{ type: 'DRONE' }, '/type'],
  [{ type: 'PICKUP', when: 'now' }, '/when'],
  [{ type: 'PICKUP', promisedFor: timeIn(1, '12:00') }, '/promisedFor'],
  [{ type: 'DELIVERY' }, '/address'],
  [{ type: 'DELIVERY', address: null }, '/address'],
  [{ type: 'SHIPMENT', address: null }, '/address'],
  [{ type: 'DELIVERY', address: { line1: 'A', country: 'GB' } }, '/address/city'],
  [withAddress({ line1: '' }), '/address/line1'],
  [withAddress({ line1: '   ' }), '/address/line1'],
  [withAddress({ city: '\u200b' }), '/address/city'],
  [withAddress({ line1: 'x'.repeat(10_000) }), '/address/line1'],
  [withAddress({ line1: 'x'.repeat(201) }), '/address/line1'],
  [withAddress({ line1: 'one\ntwo' }), '/address/line1'],
  [withAddress({ line2: 'bell\u0007' }), '/address/line2'],
  [withAddress({ line2: 7 }), '/address/line2'],
  [withAddress({ city: null }), '/address/city'],
  [withAddress({ region: 'x'.repeat(10_000) }), '/address/region'],
  [withAddress({ postalCode: '1'.repeat(201) }), '/address/postalCode'],
  [withAddress({ country: 'gb' }), '/address/country'],
  [withAddress({ country: 'XX' }), '/address/country'],
  [withAddress({ country: 'UK' }), '/address/country'],
  [withAddress({ country: 'GBR' }), '/address/country'],
  [withAddress({ country: null }), '/address/country'],
  [withAddress({ floor: 3 }), '/address/floor'],
  [{ ...delivery, contact: 'Ada' }, '/contact'],
  [{ ...delivery, contact: { name: ' ' } }, '/contact/name'],
  [{ ...delivery, contact: { name: 'x'.repeat(10_000) } }, '/contact/name'],
  [{ ...delivery, contact: { name: 'Ada\u202eL' } }, '/contact/name'],
  [{ ...delivery, contact: { email: 'ada@example.com' } }, '/contact/email'],
  [{ ...delivery, contact: { phone: 'call me' } }, '/contact/phone'],
  [{ ...delivery, contact: { phone: '1'.repeat(51) } }, '/contact/phone'],
  [{ ...delivery, contact: { phone: '+44 20 7946 0000 ext. 12' } }, '/contact/phone'],
  [{ ...delivery, contact: { phone: 'Ada: +44 20 7946 0000' } }, '/contact/phone'],
  [{ ...delivery, contact: { phone: '+999 123 456 789' } }, '/contact/phone'],
  [{ ...delivery, contact: { phone: '112' } }, '/contact/phone'],
  [{ type: 'PICKUP', contact: { phone: '020 7946 0000' } }, '/contact/phone'],
  [{ ...delivery, instructions: 'x'.repeat(10_000) }, '/instructions'],
  [{ ...delivery, instructions: 'x'.repeat(501) }, '/instructions'],
  [{ ...delivery, instructions: 'bell\u0007' }, '/instructions'],
  [{ type: 'DINE_IN' }, '/table'],
  [{ type: 'DINE_IN', table: '' }, '/table'],
  [{ type: 'DINE_IN', table: '  ' }, '/table'],
  [{ type: 'DINE_IN', table: 'x'.repeat(21) }, '/table'],
  [{ type: 'DINE_IN', table: 12 }, '/table'],
  [{ type: 'PICKUP', table: '12' }, '/table'],
  [{ type: 'SHIPMENT', address, requestedFor: timeIn(1, '12:00') }, '/requestedFor'],
  ...[
    'soon',
    '2026-12-01',
    '18:30',
    1_798_741_800_000,
    '2026-12-01T18:30:00',
    '2026-12-01T18:30:00 Europe/London',
    '2026-02-30T18:30:00Z',
    '2026-12-01T24:00:00Z',
    '2026-12-01T18:30:00+24:00',
    '2016-12-31T23:59:60Z',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-01:00',
    '275760-09-13T00:00:00Z',
    '+275760-09-13T00:00:00.000Z',
  ].map((requestedFor): [object, string] => [{ type: 'PICKUP', requestedFor }, '/requestedFor']),
];

describe('a fulfilment that nobody can have', () => {
  test('is refused with its location by orders, quotes and carts', async () => {
    for (const [fulfilment, pointer] of invalid) {
      const body = { ...shop.order(), fulfilment };
      for (const send of [
        () => customer.post('/api/orders', body),
        () => customer.post('/api/orders', body, { prefer: 'respond-async' }),
        () => customer.post('/api/quotes', body),
        () => customer.patch('/api/cart', { fulfilment }),
      ]) {
        const reply = await send();
        // A cart without one has none.
        if (fulfilment === null && reply.status === 200) continue;
        const { errors } = refusedWith(reply, 'request.invalid', 400);
        const pointers = new Set(errors?.map((error) => error.pointer));
        assert.deepEqual([...pointers], [`/fulfilment${pointer}`], JSON.stringify(fulfilment));
      }
    }
  });

  test('is refused with its location by changes of an order', async () => {
    const { order } = await shop.placeNew(delivery);
    const change = (body: unknown) => admin.patch(`/api/orders/${order.id}/fulfilment`, body);
    for (const [fulfilment, pointer] of invalid) {
      if (fulfilment === null || typeof fulfilment !== 'object' || Array.isArray(fulfilment))
        continue;
      const { type, ...body } = fulfilment as { type?: unknown };
      // What the type decides is the order's own, which is a delivery.
      if (type !== 'DELIVERY' || pointer === '/type' || !('address' in body)) continue;
      const { errors } = refusedWith(await change(body), 'request.invalid', 400);
      assert.equal(errors?.[0]?.pointer, pointer, JSON.stringify(fulfilment));
    }
    for (const [body, pointer] of [
      [{ type: 'PICKUP' }, '/type'],
      [{ table: '12' }, '/table'],
      [{ promisedFor: null }, '/promisedFor'],
      [{ version: 0 }, '/version'],
      [{ version: null }, '/version'],
      [{ contact: { phone: '01 42 68 53 00' } }, '/contact/phone'],
      [{ requestedFor: 'soon' }, '/requestedFor'],
      [[], ''],
      ['{}', ''],
    ] as const) {
      const { errors } = refusedWith(await change(body), 'request.invalid', 400);
      assert.equal(errors?.[0]?.pointer, pointer, JSON.stringify(body));
    }
    assert.equal((await shop.read(admin, order.id)).version, 1);
  });

  test('names all its errors at once', async () => {
    const fulfilment = {
      type: 'SHIPMENT',
      requestedFor: timeIn(1, '12:00'),
      address: { ...address, country: 'XX' },
      contact: { phone: '1' },
      table: '3',
    };
    const reply = await customer.post('/api/orders', shop.order(fulfilment));
    const { errors } = refusedWith(reply, 'request.invalid', 400);
    assert.deepEqual(
      errors?.map(({ pointer }) => pointer),
      ['address/country', 'contact/phone', 'requestedFor', 'table'].map(
        (at) => `/fulfilment/${at}`,
      ),
    );
  });
});

describe('a fulfilment that is written in an odd way', () => {
  const empty = {
    requestedFor: null,
    contact: null,
    address: null,
    instructions: null,
    table: null,
  };

  test('is kept without what is empty', async () => {
    for (const details of [
      {},
      empty,
      { contact: {}, instructions: '' },
      { contact: { name: null, phone: null } },
      { contact: { name: '', phone: '' }, table: '' },
    ]) {
      const { order } = await shop.placeNew({ type: 'PICKUP', ...details });
      const { promisedFor, ...rest } = order.fulfilment;
      assert.deepEqual(rest, { type: 'PICKUP', ...empty });
      assert.equal(promisedFor, order.createdAt);
      const [row] = await shop.database.run<{ stored: unknown }>(
        'test.stored_fulfilment',
        'select fulfilment as stored from orders where id = $1::uuid',
        [order.id],
      );
      assert.equal(row!.stored, null);
    }
  });

  test('is kept as it is written', async () => {
    const odd = {
      line1: ' Straße 1, ２階 ',
      line2: '',
      city: 'Москва 🍕',
      region: null,
      postalCode: ' sw1a  1aa-x ',
      country: 'RU',
    };
    const { order } = await shop.placeNew({
      type: 'DELIVERY',
      address: odd,
      contact: { name: `O'Brien \\ "x"` },
      instructions: ' first\r\nsecond {} ',
    });
    const { fulfilment } = order;
    assert.deepEqual(fulfilment.address, { ...odd, line2: null });
    assert.deepEqual(fulfilment.contact, { name: `O'Brien \\ "x"`, phone: null });
    assert.equal(fulfilment.instructions, ' first\r\nsecond {} ');
    assert.deepEqual(await shop.read(admin, order.id).then((read) => read.fulfilment), fulfilment);
  });

  test('has a time in UTC, to the millisecond', async () => {
    for (const [requestedFor, utc] of [
      [`${timeIn(2, '18:30').slice(0, 19)}.123456789Z`, timeIn(2, '18:30').replace('000Z', '123Z')],
      [`${timeIn(2, '18:30').slice(0, 19)}-00:00`, timeIn(2, '18:30')],
      [`${timeIn(2, '18:30').slice(0, 19)}+23:59`, timeIn(1, '18:31')],
      [`${timeIn(2, '18:30').slice(0, 19).toLowerCase()}z`, timeIn(2, '18:30')],
    ] as const) {
      const { order } = await shop.placeNew({ type: 'PICKUP', requestedFor });
      assert.equal(order.fulfilment.requestedFor, utc, requestedFor);
      assert.equal((order as OrderBody).fulfilment.promisedFor, utc);
    }
  });
});

test('a time in the hour that the clock of the shop skips or repeats is the moment that it states', async () => {
  // Kiritimati has no clock changes, and Troll has two hours of them; the moments themselves are plain.
  for (const timeZone of [
    'Europe/London',
    'America/New_York',
    'Antarctica/Troll',
    'Pacific/Apia',
  ]) {
    await shop.set({ timeZone });
    const requestedFor = timeIn(2, '01:30');
    const { order } = await shop.placeNew({ type: 'PICKUP', requestedFor });
    assert.equal(order.fulfilment.promisedFor, requestedFor);
  }
});
