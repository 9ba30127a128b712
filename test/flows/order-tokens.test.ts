import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { lockOrderForPayment, recordPayment } from '../../src/modules/orders/index.ts';
import { systemActor } from '../../src/shared/caller.ts';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { follow } from '../support/event-reader.ts';
import { addGuestOrder, endDaysAgo, type GuestOrder, holdToken } from '../support/guests.ts';
import { startTestServer } from '../support/server.ts';
import type { Reply, Session } from '../support/session.ts';
import { addProduct, testCause } from '../support/shop.ts';

/** What someone can do with the token of an order, over HTTP. */
const db = await testDatabase();
const { database } = db;
const server = await startTestServer(db, { background: true });
/** Reads each order from the database, because its cache has not been started. */
const uncached = await startTestServer(db, {
  environment: { JWT_SECRET: randomBytes(48).toString('base64url') },
});
const admin = await server.asAdmin();
const kitchen = await server.signInAs('kitchen');

function code(reply: Reply): string {
  return reply.status < 400 ? `${reply.status}` : reply.json<{ code: string }>().code;
}

async function move(orderId: string, body: object): Promise<void> {
  const reply = await admin.patch(`/api/orders/${orderId}/status`, body);
  assert.equal(reply.status, 200, reply.text);
}

async function complete(orderId: string): Promise<void> {
  for (const status of ['CONFIRMED', 'PREPARING', 'READY', 'COMPLETED']) {
    await move(orderId, { status });
  }
}

async function readEnd(orderId: string): Promise<Date | null> {
  const [row] = await database.run<{ endedAt: Date | null }>(
    'test.ended_at',
    'select ended_at as "endedAt" from orders where id = $1::uuid',
    [orderId],
  );
  return row!.endedAt;
}

describe('the holder of an order’s token', () => {
  test('reads the order as its customer does, however often', async () => {
    const order = await addGuestOrder(database);
    const holder = holdToken(server, order);
    for (let reads = 0; reads < 3; reads += 1) {
      const reply = await holder.get(`/api/orders/${order.id}`);
      assert.equal(reply.headers.get('etag'), '"1"');
      const view = reply.json();
      assert.deepEqual(
        [view.id, view.customerId, view.allowedTransitions, view.customer],
        [order.id, order.guestId, ['CANCELLED'], undefined],
      );
      assert.ok(!('tokenEnded' in view));
      const seen = await kitchen.get(`/api/orders/${order.id}`);
      assert.equal(seen.json<{ customer: { id: string } }>().customer.id, order.guestId);
    }
  });

  test('does not see another order that is cached, nor the order of another token', async () => {
    const [order, other] = [await addGuestOrder(database), await addGuestOrder(database)];
    for (const session of [holdToken(server, other), holdToken(server, other)]) {
      assert.equal(code(await session.get(`/api/orders/${other.id}`)), '200');
      assert.equal(code(await session.get(`/api/orders/${order.id}`)), 'orders.not_found');
    }
    assert.equal(
      code(await holdToken(server, order).get(`/api/orders/${other.id}`)),
      'orders.not_found',
    );
  });

  test('pays and cancels as its customer, as the history states', async () => {
    const order = await addGuestOrder(database, { name: 'Gus' });
    const holder = holdToken(server, order);
    const paying = await holder.post('/api/payments/initiate', { orderId: order.id });
    assert.equal(paying.status, 201, paying.text);
    const cancelled = await holder.post(`/api/orders/${order.id}/cancel`, {});
    const view = cancelled.json();
    assert.deepEqual(
      [cancelled.status, view.status, view.cancelReason, view.customer],
      [200, 'CANCELLED', 'CUSTOMER', undefined],
    );
    const actor = { type: 'user', id: order.guestId, role: 'customer' };
    const own = await listActors(holder, order);
    assert.deepEqual(own.slice(0, 3), [
      { type: 'order.placed', actor },
      { type: 'payment.initiated', actor },
      { type: 'order.cancelled', actor },
    ]);
    const [placed] = await listActors(kitchen, order);
    assert.deepEqual(placed, { type: 'order.placed', actor, actorName: 'Gus' });
  });

  test('changes its fulfilment as its customer, until it is prepared', async () => {
    const order = await addGuestOrder(database);
    const holder = holdToken(server, order);
    const requestedFor = new Date(Date.now() + 86_400_000).toISOString();
    const contact = { name: 'Gus', phone: '+44 20 7946 0000' };
    const path = `/api/orders/${order.id}/fulfilment`;
    const changed = await holder.patch(path, { requestedFor, contact, version: 1 });
    assert.equal(changed.status, 200, changed.text);
    const { fulfilment, customer } = changed.json<{ fulfilment: object; customer?: object }>();
    const promised = { requestedFor, promisedFor: requestedFor };
    assert.deepEqual(fulfilment, {
      ...{ type: 'PICKUP', address: null, instructions: null, table: null },
      ...promised,
      contact: { name: 'Gus', phone: '+442079460000' },
    });
    assert.equal(customer, undefined);
    const actor = { type: 'user', id: order.guestId, role: 'customer' };
    assert.deepEqual((await listActors(holder, order)).slice(1), [
      { type: 'order.rescheduled', actor },
      { type: 'order.readdressed', actor },
    ]);
    await move(order.id, { status: 'CONFIRMED' });
    await move(order.id, { status: 'PREPARING' });
    const late = await holder.patch(path, { contact: null });
    assert.equal(code(late), 'fulfilment.not_changeable');
  });

  test('is not shown which staff changed the order', async () => {
    const order = await addGuestOrder(database);
    await move(order.id, { status: 'CONFIRMED' });
    const [, confirmed] = await listActors(holdToken(server, order), order);
    assert.deepEqual(confirmed!.actor, { type: 'user', id: null, role: 'admin' });
  });

  test('follows the order live', async () => {
    const order = await addGuestOrder(database);
    const reader = await follow(
      server.url,
      holdToken(server, order),
      `/api/orders/${order.id}/stream`,
    );
    await move(order.id, { status: 'CONFIRMED' });
    await reader.until(({ events }) => events.at(-1)?.event === 'order.confirmed');
  });

  test('uses idempotency keys of their own', async () => {
    const headers = { 'idempotency-key': 'one key' };
    const cancelled = await Promise.all(
      [await addGuestOrder(database), await addGuestOrder(database)].map(async (order) => {
        const holder = holdToken(server, order);
        const cancel = () => holder.post(`/api/orders/${order.id}/cancel`, {}, headers);
        const first = await cancel();
        const again = await cancel();
        assert.equal(again.headers.get('idempotent-replayed'), 'true');
        assert.equal(again.text, first.text);
        return first.json().id;
      }),
    );
    assert.equal(new Set(cancelled).size, 2);
  });

  test('is refused by a server with other secrets', async () => {
    const order = await addGuestOrder(database);
    const foreign = holdToken({ url: uncached.url, application: server.application }, order);
    assert.equal(code(await foreign.get(`/api/orders/${order.id}`)), 'auth.unauthenticated');
  });
});

interface ShownEvent {
  readonly type: string;
  readonly actor: object;
  readonly actorName?: string | null;
}

async function listActors(session: Session, { id }: GuestOrder): Promise<ShownEvent[]> {
  const reply = await session.get(`/api/orders/${id}/history`);
  assert.equal(reply.status, 200, reply.text);
  return reply.json<{ data: ShownEvent[] }>().data.map(({ type, actor, actorName }) => ({
    type,
    actor,
    ...(actorName === undefined ? {} : { actorName }),
  }));
}

describe('the right of a token', () => {
  const ways: readonly [string, (holder: Session, order: GuestOrder) => Promise<Reply>][] = [
    ['read the order', (holder, { id }) => holder.get(`/api/orders/${id}`)],
    ['read its history', (holder, { id }) => holder.get(`/api/orders/${id}/history`)],
    ['follow it', (holder, { id }) => holder.get(`/api/orders/${id}/stream`)],
    ['list its payments', (holder, { id }) => holder.get(`/api/orders/${id}/payments`)],
    [
      'change its fulfilment',
      (holder, { id }) => holder.patch(`/api/orders/${id}/fulfilment`, { instructions: 'Quick' }),
    ],
    ['cancel it', (holder, { id }) => holder.post(`/api/orders/${id}/cancel`, {})],
    ['pay it', (holder, { id }) => holder.post('/api/payments/initiate', { orderId: id })],
  ];

  for (const [what, call] of ways) {
    test(`to ${what} ends 30 days after the order has ended`, async () => {
      const order = await addGuestOrder(database);
      const holder = holdToken(uncached, order);
      await complete(order.id);
      assert.notEqual(code(await call(holder, order)), 'auth.unauthenticated');
      await endDaysAgo(database, order.id, 29);
      assert.notEqual(code(await call(holder, order)), 'auth.unauthenticated');
      await endDaysAgo(database, order.id, 30);
      const refused = await call(holder, order);
      assert.equal(code(refused), 'auth.unauthenticated');
      assert.equal(refused.headers.get('www-authenticate'), 'Bearer');
      const stranger = holdToken(uncached, await addGuestOrder(database));
      assert.equal(code(await call(stranger, order)), 'orders.not_found');
    });
  }

  test('to read a payment ends with it', async () => {
    const order = await addGuestOrder(database);
    const holder = holdToken(uncached, order);
    const paying = await holder.post('/api/payments/initiate', { orderId: order.id });
    const { payment } = paying.json<{ payment: { id: string } }>();
    assert.equal(code(await holder.get(`/api/payments/${payment.id}`)), '200');
    await complete(order.id);
    await endDaysAgo(database, order.id, 31);
    assert.equal(code(await holder.get(`/api/payments/${payment.id}`)), 'auth.unauthenticated');
    assert.equal(code(await holder.get(`/api/payments/${newId()}`)), 'payments.not_found');
  });

  test('begins again when an override reopens the order', async () => {
    const order = await addGuestOrder(database);
    const holder = holdToken(uncached, order);
    await complete(order.id);
    await endDaysAgo(database, order.id, 31);
    assert.equal(code(await holder.get(`/api/orders/${order.id}`)), 'auth.unauthenticated');
    await move(order.id, { status: 'READY', override: true, reason: 'It came back.' });
    assert.equal(await readEnd(order.id), null);
    assert.equal(code(await holder.get(`/api/orders/${order.id}`)), '200');
    await move(order.id, { status: 'COMPLETED' });
    assert.ok(Date.now() - (await readEnd(order.id))!.getTime() < 60 * 60_000);
  });

  test('does not grow when the payment of an ended order changes', async () => {
    const { id } = await addGuestOrder(database);
    await complete(id);
    await endDaysAgo(database, id, 20);
    const before = await readEnd(id);
    await database.transaction(async (tx) => {
      const order = await lockOrderForPayment(tx, id);
      const by = { actor: systemActor, cause: testCause };
      await recordPayment(tx, order!, { paymentStatus: 'FAILED', facts: [], ...by });
    });
    assert.deepEqual(await readEnd(id), before);
  });

  test('does not end while the order is open, however old it is', async () => {
    const order = await addGuestOrder(database);
    await move(order.id, { status: 'CONFIRMED' });
    assert.equal(await readEnd(order.id), null);
  });
});

describe('staff', () => {
  interface Listed {
    readonly id: string;
    readonly customer: object;
  }
  const find = async (query: string) =>
    (await kitchen.get(`/api/orders?${query}`)).json<{ data: Listed[] }>().data;

  test('find the orders of a guest by e-mail, whatever its case', async () => {
    const email = `Somebody.${newId()}@Example.com`;
    const found = [
      await addGuestOrder(database, { email }),
      await addGuestOrder(database, { email }),
    ];
    const listed = await find(`search=${encodeURIComponent(email.toLowerCase())}`);
    assert.deepEqual(listed.map(({ id }) => id).toSorted(), found.map(({ id }) => id).toSorted());
    const ended = await find(`search=${encodeURIComponent(email)}&status=CANCELLED`);
    assert.deepEqual(ended, []);
  });

  test('see who a guest is, with or without an address, and that a customer is none', async () => {
    const phone = '+442079460000';
    const order = await addGuestOrder(database, { email: null, name: '', phone });
    const seen = await kitchen.get(`/api/orders/${order.id}`);
    const guest = { id: order.guestId, email: null, name: '', phone, guest: true };
    assert.deepEqual(seen.json().customer, guest);
    const [listed] = await find(`customerId=${order.guestId}`);
    assert.deepEqual(listed!.customer, guest);
    const customer = await server.signUp();
    const { sku } = (await kitchen.get(`/api/orders/${order.id}`)).json<{
      items: { sku: string }[];
    }>().items[0]!;
    const placed = await customer.post('/api/orders', { items: [{ sku, quantity: 1 }] });
    const { id } = placed.json<{ id: string }>();
    const own = (await kitchen.get(`/api/orders/${id}`)).json<{ customer: object }>().customer;
    const { userId, email } = customer.identity;
    assert.deepEqual(own, { id: userId, email, name: '', phone: null, guest: false });
  });

  test('cannot place another order for a guest, who is the customer of one', async () => {
    const { sku } = await addProduct(database);
    const { guestId } = await addGuestOrder(database);
    const order = { customerId: guestId, items: [{ sku, quantity: 1 }] };
    const refused = await admin.post('/api/orders', order);
    assert.equal(code(refused), 'request.invalid');
    const { errors } = refused.json<{ errors: { pointer: string }[] }>();
    assert.deepEqual(
      errors.map(({ pointer }) => pointer),
      ['/customerId'],
    );
    const quoted = await admin.post('/api/quotes', order);
    const { refusals } = quoted.json<{ refusals: { code: string }[] }>();
    assert.deepEqual(
      refusals.map((refusal) => refusal.code),
      ['request.invalid'],
    );
  });

  test('open the payment page of a guest without an address', async () => {
    const order = await addGuestOrder(database, { email: null });
    const paying = await holdToken(server, order).post('/api/payments/initiate', {
      orderId: order.id,
    });
    assert.equal(paying.status, 201, paying.text);
  });
});

describe('limits', () => {
  test('count the holders of tokens by network address, like strangers', async () => {
    const limited = await startTestServer(db, { environment: { RATE_LIMIT_GLOBAL: '4/1h' } });
    const read = async () => {
      const order = await addGuestOrder(database);
      return (await holdToken(limited, order).get(`/api/orders/${order.id}`)).status;
    };
    assert.deepEqual([await read(), await read(), await read()], [200, 200, 200]);
    assert.equal((await limited.anonymous.get('/api/products')).status, 200);
    assert.equal(await read(), 429);
  });

  test('count the payments that holders of tokens start by network address', async () => {
    const limited = await startTestServer(db, { environment: { RATE_LIMIT_CHECKOUT: '1/1h' } });
    const pay = async () => {
      const { id, ...rest } = await addGuestOrder(database);
      const holder = holdToken(limited, { id, ...rest });
      return (await holder.post('/api/payments/initiate', { orderId: id })).status;
    };
    // A network has ten times the limit of a customer.
    for (let payments = 0; payments < 10; payments += 1) assert.equal(await pay(), 201);
    assert.equal(await pay(), 429);
  });

  test('count the changes of an order, each of which is mailed, wherever they come from', async () => {
    const limited = await startTestServer(db, {
      environment: { RATE_LIMIT_CHECKOUT: '3/1h', TRUSTED_PROXIES: '127.0.0.1/32' },
    });
    const order = await addGuestOrder(database);
    const holder = holdToken(limited, order);
    let changes = 0;
    const change = async (session: Session, { id }: { id: string }) => {
      changes += 1;
      const headers = { 'x-forwarded-for': `198.51.100.${changes}` };
      const input = { instructions: `Door ${changes}` };
      return (await session.patch(`/api/orders/${id}/fulfilment`, input, headers)).status;
    };
    for (let left = 3; left > 0; left -= 1) assert.equal(await change(holder, order), 200);
    assert.equal(await change(holder, order), 429);
    const other = await addGuestOrder(database);
    assert.equal(await change(holdToken(limited, other), other), 200);
    const staff = await limited.asAdmin();
    for (let more = 5; more > 0; more -= 1) assert.equal(await change(staff, order), 200);
  });
});
