import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createAccessTokens } from '../../src/modules/accounts/tokens/access-tokens.ts';
import { importOrders, productKey } from '../../src/modules/orders/index.ts';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { type EventReader, follow, openEvents } from '../support/event-reader.ts';
import { startTestServer } from '../support/server.ts';
import { createSession, type Session } from '../support/session.ts';
import { testAuthor } from '../support/shop.ts';

/** Live streams as clients read them, from two servers on one database; the second makes no changes. */
const JWT_SECRET = 'the secret of these two servers long enough for both';
const environment = { JWT_SECRET, PENDING_ORDERS_MAX: '0', CANCELLATIONS_PER_DAY_MAX: '0' };
const db = await testDatabase({ poolMax: 5 });
const server = await startTestServer(db, { environment, background: true });
const other = await startTestServer(db, { environment, background: true });
const admin = await server.asAdmin();
const kitchen = await server.signInAs('kitchen');
const customer = await server.signUp();

before(async () => {
  const price = { amount: 295, currency: 'GBP' };
  const product = { sku: 'PILAU', name: 'Pilau Rice', price, onHand: 100_000 };
  assert.equal((await admin.post('/api/products', product)).status, 201);
});

async function place(session: Session = customer): Promise<string> {
  const reply = await session.post('/api/orders', { items: [{ sku: 'PILAU', quantity: 1 }] });
  assert.equal(reply.status, 201, reply.text);
  return reply.json<{ id: string }>().id;
}

async function move(orderId: string, ...statuses: readonly string[]): Promise<void> {
  for (const status of statuses) {
    const reply = await kitchen.patch(`/api/orders/${orderId}/status`, { status });
    assert.equal(reply.status, 200, reply.text);
  }
}

const listTypes = ({ events }: EventReader) => events.map(({ event }) => event);
const last = ({ events }: EventReader) => events.at(-1)?.event;

describe('the stream of an order', () => {
  test('sends the owner each change as it happens, and nothing meant for staff', async () => {
    const orderId = await place();
    const reader = await follow(server.url, customer, `/api/orders/${orderId}/stream`);
    await move(orderId, 'CONFIRMED', 'PREPARING');
    await reader.until((it) => last(it) === 'order.preparing');
    assert.deepEqual(listTypes(reader), ['order.confirmed', 'order.preparing']);
    const [confirmed] = reader.events;
    assert.deepEqual(Object.keys(confirmed!.data).sort(), [
      'at',
      'data',
      'from',
      'id',
      'orderId',
      'sequence',
      'to',
      'type',
    ]);
    const { at, id, data, ...rest } = confirmed!.data;
    assert.deepEqual(rest, {
      type: 'order.confirmed',
      orderId,
      sequence: 2,
      from: 'PENDING',
      to: 'CONFIRMED',
    });
    assert.match(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.ok(!JSON.stringify(reader.events).includes(kitchen.identity.userId));
  });

  test('sends the same on another server', async () => {
    const orderId = await place();
    const here = await follow(server.url, customer, `/api/orders/${orderId}/stream`);
    const there = await follow(other.url, customer, `/api/orders/${orderId}/stream`);
    await move(orderId, 'CONFIRMED', 'PREPARING', 'READY');
    for (const reader of [here, there]) await reader.until((it) => last(it) === 'order.ready');
    assert.deepEqual(here.events, there.events);
  });

  test('starts now and sends no earlier events', async () => {
    const orderId = await place();
    await move(orderId, 'CONFIRMED');
    const reader = await follow(server.url, customer, `/api/orders/${orderId}/stream`);
    await move(orderId, 'PREPARING');
    await reader.until((it) => it.events.length > 0);
    assert.deepEqual(listTypes(reader), ['order.preparing']);
  });

  test('resumes after the last received event, on either server', async () => {
    const orderId = await place();
    const path = `/api/orders/${orderId}/stream`;
    const whole = await follow(server.url, customer, path, '0');
    await move(orderId, 'CONFIRMED', 'PREPARING');
    await whole.until((it) => last(it) === 'order.preparing');
    assert.deepEqual(listTypes(whole), ['order.placed', 'order.confirmed', 'order.preparing']);
    whole.close();
    await move(orderId, 'READY');
    for (const url of [server.url, other.url]) {
      const resumed = await follow(url, customer, path, whole.events[1]!.id);
      await resumed.until((it) => last(it) === 'order.ready');
      assert.deepEqual(listTypes(resumed), ['order.preparing', 'order.ready']);
    }
  });

  test('is 404 for other customers and for unknown orders', async () => {
    const orderId = await place();
    const stranger = await server.signUp();
    for (const path of [orderId, newId()]) {
      const reply = await follow(server.url, stranger, `/api/orders/${path}/stream`);
      assert.equal(reply.status, 404);
    }
    const ofStaff = await follow(server.url, kitchen, `/api/orders/${orderId}/stream`);
    assert.equal(ofStaff.status, 200);
  });

  test('answers an impossible position with 400', async () => {
    const path = `/api/orders/${await place()}/stream`;
    for (const garbage of ['x', '-1', '1.5', '1e3', '00', ' ,', '999999999999', '9'.repeat(40)]) {
      const reply = await follow(server.url, customer, path, garbage);
      assert.equal(reply.status, 400, garbage);
      assert.match(reply.text(), /"pointer":"\/headers\/last-event-id"/, garbage);
    }
  });
});

describe('the stream of all events', () => {
  test('sends staff the events of all orders, and those of no order', async () => {
    const reader = await follow(server.url, kitchen, '/api/stream');
    const orders = [await place(), await place(await server.signUp())];
    const product = (await admin.get('/api/products?search=PILAU')).json<{
      data: { id: string }[];
    }>().data[0]!;
    const correction = { delta: 5, reason: 'counted' };
    const path = `/api/products/${product.id}/stock-adjustments`;
    assert.equal((await admin.post(path, correction)).status, 201);
    await reader.until((it) => last(it) === 'stock.adjusted');
    assert.deepEqual(
      reader.events.map(({ data }) => [data.type, data.orderId, data.sequence]),
      [
        ['order.placed', orders[0], 1],
        ['order.placed', orders[1], 1],
        ['stock.adjusted', null, null],
      ],
    );
  });

  test('sends only the requested types, both live and past', async () => {
    const before = await follow(server.url, kitchen, '/api/stream?types=order.placed,order.ready');
    const orderId = await place();
    await move(orderId, 'CONFIRMED', 'PREPARING', 'READY', 'COMPLETED');
    await before.until((it) => last(it) === 'order.ready');
    assert.deepEqual(listTypes(before), ['order.placed', 'order.ready']);
    const path = '/api/stream?types=order.confirmed,order.completed';
    const resumed = await follow(server.url, kitchen, path, before.events[0]!.id);
    await resumed.until((it) => last(it) === 'order.completed');
    assert.deepEqual(listTypes(resumed), ['order.confirmed', 'order.completed']);
  });

  test('is closed to customers and to keys without the scope, and refuses unknown types', async () => {
    assert.equal((await follow(server.url, customer, '/api/stream')).status, 403);
    assert.equal((await openEvents(server.url, '/api/stream')).status, 401);
    const without = await follow(server.url, await keyWith(['catalog:write']), '/api/stream');
    assert.equal(without.status, 403);
    for (const query of ['types=order.imported', 'types=', 'types=order.placed,', 'type=x']) {
      assert.equal((await follow(server.url, kitchen, `/api/stream?${query}`)).status, 400, query);
    }
  });

  test('never sends events of imported orders', async () => {
    const path = '/api/products?search=PILAU';
    const [product] = (await admin.get(path)).json<{ data: { id: string }[] }>().data;
    const line = { name: 'Pilau Rice', sku: 'PILAU', quantity: 1, unitPriceMinor: 250 };
    const order = { number: 'OLD-1', createdAt: new Date(), email: null, lines: [line] };
    const products = new Map([[productKey(line), { id: product!.id, sku: 'PILAU' }]]);
    const reader = await follow(server.url, kitchen, '/api/stream');
    const { imported } = await importOrders(db.database, testAuthor, [order], products, 'GBP');
    assert.equal(imported.length, 1);
    const orderId = await place();
    await reader.until((it) => it.events.length > 0);
    assert.equal(reader.events[0]!.data.orderId, orderId);
  });
});

async function keyWith(scopes: readonly string[], expiresAt?: string): Promise<Session> {
  const body = { name: 'stream', scopes, ...(expiresAt === undefined ? {} : { expiresAt }) };
  const reply = await admin.post('/api/api-keys', body);
  assert.equal(reply.status, 201, reply.text);
  const { id, secret } = reply.json<{ id: string; secret: string }>();
  return createSession(server.url, { email: '', password: '', accessToken: secret, userId: id });
}

describe('a stream ends within five seconds, on both servers, when', { concurrency: true }, () => {
  /** The right is checked every second. Five seconds are promised; the limit allows for a busy machine. */
  const WITHIN_MS = 60_000;

  const openBoth = (session: Session) =>
    Promise.all([server, other].map(({ url }) => follow(url, session, '/api/stream')));

  async function assertEnd(readers: readonly EventReader[], withinMs: number): Promise<void> {
    for (const reader of readers) assert.equal(reader.status, 200);
    const startedAt = performance.now();
    await Promise.all(readers.map((reader) => reader.ended()));
    assert.ok(performance.now() - startedAt < withinMs);
  }

  async function assertEnds(session: Session, change: () => Promise<void>): Promise<void> {
    const readers = await openBoth(session);
    await change();
    await assertEnd(readers, WITHIN_MS);
  }

  /** On a busy machine the first credential may expire before it is used. */
  async function assertExpires(issue: (lifetimeMs: number) => Promise<Session>): Promise<void> {
    for (const lifetimeMs of [3_000, 20_000, 90_000]) {
      const readers = await openBoth(await issue(lifetimeMs));
      const isLate = readers.some(({ status }) => status === 401);
      if (!isLate) return assertEnd(readers, lifetimeMs + WITHIN_MS);
    }
    assert.fail('it had expired before both streams were open');
  }

  test('its reader logs out', async () => {
    const session = await server.signInAs('kitchen');
    await assertEnds(session, async () => {
      assert.equal((await session.post('/api/auth/logout')).status, 204);
    });
  });

  test('its reader is disabled', async () => {
    const session = await server.signInAs('kitchen');
    await assertEnds(session, async () => {
      const path = `/api/users/${session.identity.userId}`;
      assert.equal((await admin.patch(path, { disabled: true })).status, 200);
    });
  });

  test('the role of its reader changes', async () => {
    const session = await server.signInAs('kitchen');
    await assertEnds(session, async () => {
      const path = `/api/users/${session.identity.userId}`;
      assert.equal((await admin.patch(path, { role: 'customer' })).status, 200);
    });
  });

  test('its key is revoked', async () => {
    const key = await keyWith(['orders:read']);
    await assertEnds(key, async () => {
      const reply = await admin.delete(`/api/api-keys/${key.identity.userId}`);
      assert.equal(reply.status, 204);
    });
  });

  test('its key expires', async () => {
    await assertExpires((lifetimeMs) =>
      keyWith(['orders:read'], new Date(Date.now() + lifetimeMs).toISOString()),
    );
  });

  test('its token expires', async () => {
    const { identity } = await server.signInAs('kitchen');
    const tokens = createAccessTokens({
      secrets: [JWT_SECRET],
      issuer: 'holdfast',
      audience: 'holdfast',
      lifetimeSeconds: 900,
    });
    const claims = {
      userId: identity.userId,
      role: 'kitchen',
      vip: false,
      familyId: newId(),
      generation: 1,
      epoch: 0,
      authenticatedAtMs: 0,
      factors: [],
      restriction: null,
      device: '',
    } as const;
    await assertExpires(async (lifetimeMs) => {
      const signedAt = new Date(Date.now() + lifetimeMs - 900_000);
      const accessToken = tokens.sign(claims, signedAt, newId());
      return createSession(server.url, { ...identity, accessToken });
    });
  });
});

test('the OpenAPI document describes the streams, their events and how to resume them', async () => {
  const document = (await server.anonymous.get('/openapi.json')).json<{
    paths: Record<
      string,
      { get: { parameters: { name: string; in: string }[]; responses: Record<string, unknown> } }
    >;
  }>();
  for (const path of ['/api/orders/{id}/stream', '/api/stream']) {
    const { parameters, responses } = document.paths[path]!.get;
    assert.ok(parameters.some((one) => one.in === 'header' && one.name === 'last-event-id'));
    const { content } = responses['200'] as { content: Record<string, unknown> };
    assert.deepEqual(Object.keys(content), ['text/event-stream']);
  }
});

test('three hundred streams, of single orders and of all events, each get exactly their events', async () => {
  // Fifteen for each caller, of at most twenty.
  const each = Array.from({ length: 15 });
  const customers = await Promise.all(Array.from({ length: 10 }, () => server.signUp()));
  const hands = await Promise.all(Array.from({ length: 10 }, () => server.signInAs('kitchen')));
  const orders = await Promise.all(customers.map((owner) => place(owner)));
  const ofOrders = await Promise.all(
    orders.flatMap((orderId, index) =>
      each.map(() => follow(server.url, customers[index]!, `/api/orders/${orderId}/stream`)),
    ),
  );
  const ofAll = await Promise.all(
    hands.flatMap((hand) => each.map(() => follow(server.url, hand, '/api/stream'))),
  );
  for (const orderId of orders) await move(orderId, 'CONFIRMED', 'PREPARING');
  await Promise.all(ofOrders.map((reader) => reader.until((it) => it.events.length === 2)));
  await Promise.all(ofAll.map((reader) => reader.until((it) => it.events.length === 20)));
  ofOrders.forEach((reader, index) => {
    const orderId = orders[Math.floor(index / 15)];
    assert.deepEqual(
      reader.events.map(({ data }) => [data.orderId, data.sequence]),
      [
        [orderId, 2],
        [orderId, 3],
      ],
    );
  });
  for (const reader of ofAll) assert.deepEqual(reader.events, ofAll[0]!.events);
  for (const reader of [...ofOrders, ...ofAll]) reader.close();
});

test('the 21st stream of a customer gets a 429 until one is closed, whichever orders they follow', async () => {
  const owner = await server.signUp();
  const orders = [await place(owner), await place(owner)];
  const readers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      follow(server.url, owner, `/api/orders/${orders[index % 2]}/stream`),
    ),
  );
  const another = await owner.get(`/api/orders/${orders[0]}/stream`);
  assert.equal(another.status, 429);
  assert.equal(another.json().code, 'request.rate_limited');
  assert.ok(Number(another.headers.get('retry-after')) > 0);
  readers[0]!.close();
  const { eventStreams } = server.application.app;
  while (eventStreams.openOfCaller.get(owner.identity.userId) === 20) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  readers[0] = await follow(server.url, owner, `/api/orders/${orders[0]}/stream`);
  // The limit is per server.
  readers.push(await follow(other.url, owner, `/api/orders/${orders[0]}/stream`));
  for (const reader of readers) reader.close();
});

test('a stop with open streams completes at once', async () => {
  const third = await startTestServer(db, { environment });
  const reader = await follow(third.url, kitchen, '/api/stream');
  await Promise.all([third.stop(), reader.ended()]);
  assert.ok(reader.isComplete, 'the drain waited for the stream and then cut it off');
});
