import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Session } from '../../../support/session.ts';
import {
  address,
  type OrderBody,
  refusedWith,
  startScheduledShop,
  timeIn,
} from './scheduled-shop.ts';

const shop = await startScheduledShop();
const { database, server, admin } = shop;
const kitchen = await server.signInAs('kitchen');

const path = ({ id }: Pick<OrderBody, 'id'>) => `/api/orders/${id}/fulfilment`;

/** Changes the fulfilment of an order and asserts that it is changed. */
async function change(session: Session, order: OrderBody, body: object): Promise<OrderBody> {
  const reply = await session.patch(path(order), body);
  assert.equal(reply.status, 200, reply.text);
  const changed = reply.json<OrderBody>();
  assert.equal(reply.headers.get('etag'), `"${changed.version}"`);
  return changed;
}

interface Event {
  readonly type: string;
  readonly actor: { readonly id: string };
  readonly data: Readonly<Record<string, unknown>>;
}

async function readHistory(order: OrderBody): Promise<Event[]> {
  const reply = await admin.get(`/api/orders/${order.id}/history`);
  return reply.json<{ data: Event[] }>().data;
}

const delivery = {
  type: 'DELIVERY',
  contact: { name: 'Ada L.', phone: '020 7946 0000' },
  address,
  instructions: 'Blue door',
};

describe('a change of the fulfilment', () => {
  test('replaces contact and address whole, and leaves what it does not name', async () => {
    await shop.set();
    const { customer, order } = await shop.placeNew(delivery);
    assert.deepEqual(order.fulfilment.contact, { name: 'Ada L.', phone: '+442079460000' });
    const named = await change(customer, order, { contact: { name: 'Bob' } });
    assert.deepEqual(named.fulfilment, {
      ...order.fulfilment,
      contact: { name: 'Bob', phone: null },
    });
    const paris = { line1: '1 Rue de Rivoli', city: 'Paris', country: 'FR' };
    const contact = { phone: '01 42 68 53 00' };
    const moved = await change(customer, order, { address: paris, contact, instructions: '' });
    assert.deepEqual(moved.fulfilment, {
      ...order.fulfilment,
      contact: { name: null, phone: '+33142685300' },
      address: { ...paris, line2: null, region: null, postalCode: null },
      instructions: null,
    });
    const cleared = await change(customer, order, { contact: null, instructions: null });
    assert.equal(cleared.fulfilment.contact, null);
    assert.deepEqual(cleared.fulfilment.address, moved.fulfilment.address);
    assert.equal(cleared.version, order.version + 3);
  });

  test('shows in detail, list and history, which contains no personal data', async () => {
    await shop.set();
    const { customer, order } = await shop.placeNew(delivery);
    await shop.read(customer, order.id);
    const requestedFor = timeIn(2, '18:00');
    const changed = await change(customer, order, {
      requestedFor,
      contact: { name: 'Grace H.', phone: '+1 202 555 0199' },
      instructions: 'Ring twice',
    });
    assert.equal(changed.fulfilment.promisedFor, requestedFor);
    assert.deepEqual(await shop.read(customer, order.id), changed);
    const page = await customer.get('/api/orders');
    assert.deepEqual(page.json<{ data: unknown }>().data, [changed]);
    const events = (await readHistory(order)).slice(1);
    assert.deepEqual(
      events.map(({ type, data }) => [type, data]),
      [
        [
          'order.rescheduled',
          { number: order.number, from: order.fulfilment.promisedFor, to: requestedFor },
        ],
        ['order.readdressed', { number: order.number, changed: ['contact', 'instructions'] }],
      ],
    );
    assert.ok(events.every(({ actor }) => actor.id === customer.identity.userId));
    const texts = await database.run<{ text: string }>(
      'test.event_texts',
      'select events::text as text from events where order_id = $1::uuid',
      [order.id],
    );
    for (const secret of ['Grace', 'Ada', '2025550199', 'Ring twice', 'Whitby']) {
      assert.ok(!texts.some(({ text }) => text.includes(secret)), secret);
    }
  });

  test('that changes nothing answers with the order, without a version or an event', async () => {
    await shop.set();
    const requestedFor = timeIn(2, '18:00');
    const { customer, order } = await shop.placeNew({ ...delivery, requestedFor });
    for (const body of [
      {},
      { ...delivery, type: undefined },
      { address, contact: { name: 'Ada L.', phone: '+44 (0)20 7946 0000' } },
      { requestedFor: requestedFor.replace('Z', '+00:00'), version: order.version },
    ]) {
      const same = await change(customer, order, body);
      assert.deepEqual(same, {
        ...order,
        updatedAt: (same as object as { updatedAt: string }).updatedAt,
      });
    }
    assert.equal((await readHistory(order)).length, 1);
  });

  test('is refused for another version, by body or by header', async () => {
    await shop.set();
    const { customer, order } = await shop.placeNew();
    const body = { instructions: 'Quick' };
    const wrong = await customer.patch(path(order), { ...body, version: 2 });
    assert.equal(refusedWith(wrong, 'orders.version_conflict').currentVersion, 1);
    const header = await customer.patch(path(order), body, { 'if-match': '"2"' });
    refusedWith(header, 'request.precondition_failed', 412);
    const headers = { 'if-match': '"1"' };
    const right = await customer.patch(path(order), { ...body, version: 1 }, headers);
    assert.equal(right.json<OrderBody>().version, 2);
  });

  test('happens once for an idempotency key', async () => {
    await shop.set();
    const { customer, order } = await shop.placeNew();
    const headers = { 'idempotency-key': 'change' };
    const send = () => customer.patch(path(order), { instructions: 'Once' }, headers);
    const [first, second] = [await send(), await send()];
    assert.equal(first.text, second.text);
    assert.equal(second.headers.get('idempotent-replayed'), 'true');
    assert.equal((await readHistory(order)).length, 2);
  });

  test('keeps what was valid by earlier rules and is not named', async () => {
    await shop.set();
    for (const stored of [
      { type: 'DINE_IN' },
      { type: 'DELIVERY', address: { ...address, country: 'UK' } },
    ]) {
      const { customer, order } = await shop.placeNew();
      await database.run('test.store', 'update orders set fulfilment = $2 where id = $1', [
        order.id,
        stored,
      ]);
      const requestedFor = timeIn(1, '12:00');
      const changed = await change(customer, order, { instructions: 'Hello', requestedFor });
      assert.equal(changed.fulfilment.type, stored.type);
      assert.equal(changed.fulfilment.instructions, 'Hello');
      assert.equal(changed.fulfilment.promisedFor, requestedFor);
    }
  });
});

describe('the fulfilment of an order', () => {
  const body = { instructions: 'Later' };
  const isChanged = async (session: Session, order: OrderBody, instructions: string) => {
    const reply = await session.patch(path(order), { instructions });
    if (reply.status === 200) return true;
    refusedWith(reply, 'fulfilment.not_changeable');
    return false;
  };

  test('can be changed by its owner while it is unpaid, and until the lead time', async () => {
    await shop.set({ leadMinutes: 60 });
    const later = { type: 'PICKUP', requestedFor: timeIn(2, '12:00') };
    const soon = await shop.placeNew({ type: 'PICKUP' });
    const far = await shop.placeNew(later);
    const shipped = await shop.placeNew({ type: 'SHIPMENT', address });
    for (const { customer, order } of [soon, far, shipped]) {
      assert.ok(await isChanged(customer, order, 'One'));
      await shop.moveTo(order.id, 'CONFIRMED');
    }
    // Its time is in the lead time from the moment of its placement on.
    assert.ok(!(await isChanged(soon.customer, soon.order, 'Two')));
    assert.ok(await isChanged(far.customer, far.order, 'Two'));
    assert.ok(!(await isChanged(shipped.customer, shipped.order, 'Two')));
    await shop.set({ leadMinutes: 1440 });
    assert.ok(await isChanged(far.customer, far.order, 'Three'));
    await database.run(
      'test.promise_soon',
      `update orders set promised_for = now() + interval '23 hours' where id = $1`,
      [far.order.id],
    );
    assert.ok(!(await isChanged(far.customer, far.order, 'Four')));
  });

  test('can be changed by staff and API keys until it is ready', async () => {
    await shop.set({ leadMinutes: 1440 });
    const { customer, order } = await shop.placeNew();
    const created = await admin.post('/api/api-keys', { name: 'Till', scopes: ['orders:write'] });
    const authorization = `Bearer ${created.json<{ secret: string }>().secret}`;
    const byKey = (instructions: string) =>
      server.anonymous.patch(path(order), { instructions }, { authorization });
    for (const status of ['CONFIRMED', 'PREPARING'] as const) {
      await admin.patch(`/api/orders/${order.id}/status`, { status });
      assert.ok(await isChanged(kitchen, order, `${status} 1`));
      assert.ok(await isChanged(admin, order, `${status} 2`));
      assert.equal((await byKey(`${status} 3`)).status, 200);
      assert.ok(!(await isChanged(customer, order, `${status} 4`)));
    }
    await admin.patch(`/api/orders/${order.id}/status`, { status: 'READY' });
    for (const session of [kitchen, admin, customer]) {
      assert.ok(!(await isChanged(session, order, 'READY')));
    }
    refusedWith(await byKey('READY'), 'fulfilment.not_changeable');
    const reader = await admin.post('/api/api-keys', { name: 'Reader', scopes: ['orders:read'] });
    const headers = { authorization: `Bearer ${reader.json<{ secret: string }>().secret}` };
    refusedWith(await server.anonymous.patch(path(order), body, headers), 'auth.forbidden', 403);
  });

  test('cannot be changed once it has ended, and never by another customer', async () => {
    await shop.set();
    const { customer, order } = await shop.placeNew();
    const other = await server.signUp();
    refusedWith(await other.patch(path(order), body), 'orders.not_found', 404);
    refusedWith(await server.anonymous.patch(path(order), body), 'auth.unauthenticated', 401);
    await customer.post(`/api/orders/${order.id}/cancel`, {});
    for (const session of [customer, kitchen, admin]) {
      assert.ok(!(await isChanged(session, order, 'Ended')));
    }
    const missing = `/api/orders/${order.id.slice(0, -4)}0000/fulfilment`;
    refusedWith(await admin.patch(missing, body), 'orders.not_found', 404);
  });

  test('can be changed only by staff while it is queued', async () => {
    await shop.set();
    const customer = await server.signUp();
    const order = await shop.queue(customer);
    assert.ok(!(await isChanged(customer, order, 'Queued')));
    assert.ok(await isChanged(admin, order, 'Queued'));
  });
});
