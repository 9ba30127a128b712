import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { testDatabase } from '../../support/database.ts';
import { assertInOrder } from '../../support/event-receiver.ts';
import { startTestServer } from '../../support/server.ts';
import { until } from '../../support/until.ts';
import { addEndpoint, addStock, moveToReady, placeOrder } from '../../support/webhooks.ts';

/** Whole deliveries: from the change through the relay and the queue to a receiver that verifies them. */
const db = await testDatabase();
const server = await startTestServer(db, {
  background: true,
  environment: {
    RETRY_BASE_SECONDS: '0.02',
    WEBHOOK_ATTEMPTS_MAX: '3',
    WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
    PENDING_ORDERS_MAX: '0',
  },
});
const admin = await server.asAdmin();
const customer = await server.signUp();
await addStock(admin, 'NAAN');

test('an event arrives once, as a CloudEvent that the standard’s own package verifies, with the trace of its cause', async () => {
  const endpoint = await addEndpoint(admin, ['order.placed']);
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const orderId = await placeOrder(customer, 'NAAN', {
    traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
  });
  const { receiver } = endpoint;
  await until(async () => assert.equal(receiver.ofOrder(orderId).length, 1));
  const [event] = receiver.ofOrder(orderId);
  const history = (await admin.get(`/api/orders/${orderId}/history`)).json<{
    data: { at: string; data: object }[];
  }>();
  assert.deepEqual(event!.body, {
    specversion: '1.0',
    id: event!.id,
    source: 'http://localhost:0',
    type: 'order.placed',
    subject: orderId,
    time: history.data[0]!.at,
    datacontenttype: 'application/json',
    sequence: 1,
    data: { ...history.data[0]!.data, to: 'PENDING' },
  });
  assert.match(event!.headers['content-type']!, /^application\/cloudevents\+json/);
  assert.match(String(event!.headers.traceparent), new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  await until(async () => {
    const [delivery] = await endpoint.deliveries();
    assert.equal(delivery?.status, 'DELIVERED');
    assert.deepEqual(
      { ...delivery, id: '', createdAt: '' },
      {
        id: '',
        eventId: event!.id,
        eventType: 'order.placed',
        orderId,
        status: 'DELIVERED',
        attempts: 1,
        lastStatus: 204,
        lastError: null,
        nextAttemptAt: null,
        createdAt: '',
      },
    );
  });
  assert.deepEqual(receiver.forged, []);
});

test('a failing event holds back the later ones of its order at its endpoint, and nothing else', async () => {
  const [failing, other] = [await addEndpoint(admin), await addEndpoint(admin)];
  const [held, free] = [await placeOrder(customer, 'NAAN'), await placeOrder(customer, 'NAAN')];
  const hanging: ServerResponse[] = [];
  failing.receiver.answer(({ body }) =>
    body.subject === held && body.type === 'order.confirmed' && hanging.length === 0
      ? (response) => void hanging.push(response)
      : 204,
  );
  await Promise.all([moveToReady(admin, held), moveToReady(admin, free)]);
  await until(async () => {
    assert.equal(failing.receiver.ofOrder(free).length, 4);
    assert.equal(other.receiver.ofOrder(held).length, 4);
    assert.equal(hanging.length, 1);
  });
  const types = () => failing.receiver.ofOrder(held).map(({ body }) => body.type);
  assert.deepEqual(types(), ['order.placed', 'order.confirmed']);
  hanging[0]!.writeHead(500).end();
  await until(async () => assert.equal(types().length, 5));
  assert.deepEqual(types(), [
    'order.placed',
    'order.confirmed',
    'order.confirmed',
    'order.preparing',
    'order.ready',
  ]);
  for (const { receiver } of [failing, other]) {
    for (const orderId of [held, free]) assertInOrder(receiver.ofOrder(orderId));
  }
});

test('a delivery that always fails becomes a dead letter after its attempts, and the next one of its order is sent', async () => {
  const endpoint = await addEndpoint(admin);
  const { receiver } = endpoint;
  receiver.answer(({ body }) => (body.type === 'order.placed' ? 503 : 204));
  const orderId = await placeOrder(customer, 'NAAN');
  await moveToReady(admin, orderId);
  const [failed, ...next] = await until(async () => {
    const deliveries = await endpoint.deliveries();
    assert.deepEqual([deliveries.length, deliveries.at(-1)?.status], [4, 'DELIVERED']);
    return deliveries;
  });
  assert.deepEqual(
    [
      failed!.status,
      failed!.attempts,
      failed!.lastStatus,
      failed!.lastError,
      failed!.nextAttemptAt,
    ],
    ['FAILED', 3, 503, 'it answered 503', null],
  );
  assert.deepEqual(
    next.map(({ status, attempts }) => [status, attempts]),
    [
      ['DELIVERED', 1],
      ['DELIVERED', 1],
      ['DELIVERED', 1],
    ],
  );
  const ids = receiver.ofOrder(orderId).map(({ id }) => id);
  assert.deepEqual(ids.slice(0, 3), [failed!.eventId, failed!.eventId, failed!.eventId]);
  const [dead] = await db.database.run<{ state: string; eventId: string; lastError: string }>(
    'test.find_dead',
    `select jobs.state, jobs.event_id as "eventId", jobs.last_error as "lastError"
       from webhook_deliveries join jobs on jobs.id = webhook_deliveries.job_id
      where webhook_deliveries.id = $1::uuid`,
    [failed!.id],
  );
  assert.deepEqual(dead, {
    state: 'dead',
    eventId: failed!.eventId,
    lastError: 'Error: it answered 503',
  });
});

test('a redelivery has the same webhook-id and all its attempts again, whatever the outcome before', async () => {
  const endpoint = await addEndpoint(admin, ['order.placed']);
  const { receiver } = endpoint;
  receiver.answer(() => 500);
  const orderId = await placeOrder(customer, 'NAAN');
  await until(async () => assert.equal((await endpoint.deliveries())[0]?.status, 'FAILED'));
  const [failed] = await endpoint.deliveries();
  receiver.answer(() => 204);
  for (const attempts of [4, 5]) {
    const reply = await admin.post(`${endpoint.path}/deliveries/${failed!.id}/redeliver`);
    assert.equal(reply.status, 202, reply.text);
    assert.equal(reply.json().status, 'PENDING');
    await until(async () => {
      const [delivery] = await endpoint.deliveries();
      assert.deepEqual(
        [delivery?.id, delivery?.status, delivery?.attempts],
        [failed!.id, 'DELIVERED', attempts],
      );
    });
  }
  const ids = new Set(receiver.ofOrder(orderId).map(({ id }) => id));
  assert.deepEqual([...ids], [failed!.eventId]);
  assert.equal(receiver.ofOrder(orderId).length, 5);
});

test('a dead letter that an admin redrives is delivered, with the same webhook-id', async () => {
  const endpoint = await addEndpoint(admin, ['order.placed']);
  endpoint.receiver.answer(() => 500);
  await placeOrder(customer, 'NAAN');
  const [failed] = await until(async () => {
    const deliveries = await endpoint.deliveries();
    assert.equal(deliveries[0]?.status, 'FAILED');
    return deliveries;
  });
  endpoint.receiver.answer(() => 204);
  const listed = await admin.get('/api/operations/dead-letters?limit=100');
  const letter = listed
    .json<{ data: { id: string; eventId: string; job: string; error: string }[] }>()
    // The receivers of earlier tests are gone, and deliveries to them are dead letters too.
    .data.find(({ eventId, error }) => eventId === failed!.eventId && error.includes('500'));
  assert.equal(letter?.job, 'webhooks.deliver', listed.text);
  const redriven = await admin.post(`/api/operations/dead-letters/${letter.id}/redrive`);
  assert.equal(redriven.status, 202, redriven.text);
  await until(async () => assert.equal((await endpoint.deliveries())[0]?.status, 'DELIVERED'));
  assert.deepEqual([...new Set(endpoint.receiver.received.map(({ id }) => id))], [failed!.eventId]);
});

test('410 switches the endpoint off: pending deliveries end, nothing more is sent, and a later replay delivers them', async () => {
  const endpoint = await addEndpoint(admin);
  const { receiver } = endpoint;
  const witness = await addEndpoint(admin);
  receiver.answer(() => 410);
  const from = new Date(Date.now() - 60_000).toISOString();
  const orderId = await placeOrder(customer, 'NAAN');
  await moveToReady(admin, orderId);
  await until(async () => assert.equal((await admin.get(endpoint.path)).json().active, false));
  // A delivery that was recorded at the same moment ends a moment later.
  const deliveries = await until(async () => {
    const found = await endpoint.deliveries();
    for (const { status, lastError } of found) {
      assert.equal(status, 'FAILED');
      assert.match(lastError!, /^the endpoint (answered 410 and )?was disabled$/);
    }
    return found;
  });
  assert.equal(receiver.received.length, 1);
  for (const path of ['/test', `/deliveries/${deliveries[0]!.id}/redeliver`]) {
    const refused = await admin.post(`${endpoint.path}${path}`);
    assert.equal(refused.json().code, 'webhooks.endpoint_inactive', refused.text);
  }
  const missed = await placeOrder(customer, 'NAAN');
  // The relay has read them all: events that it reads only after the switch would be sent before the replay.
  await until(async () => {
    assert.equal(witness.receiver.ofOrder(orderId).length, 4);
    assert.equal(witness.receiver.ofOrder(missed).length, 1);
  });

  receiver.answer(() => 204);
  assert.equal((await admin.patch(endpoint.path, { active: true })).json().active, true);
  const to = new Date(Date.now() + 60_000).toISOString();
  const replayed = await admin.post(`${endpoint.path}/replay`, { from, to });
  assert.equal(replayed.status, 202, replayed.text);
  await until(async () => {
    assert.equal(receiver.ofOrder(orderId).length, 5);
    assert.equal(receiver.ofOrder(missed).length, 1);
  });
  assertInOrder(receiver.ofOrder(orderId));
});

test('a replay sends delivered events again, in sequence for each order, and only of the types of the endpoint', async () => {
  const endpoint = await addEndpoint(admin, ['order.placed', 'order.ready']);
  const { receiver } = endpoint;
  const orders = await Promise.all([1, 2, 3].map(() => placeOrder(customer, 'NAAN')));
  await Promise.all(orders.map((orderId) => moveToReady(admin, orderId)));
  const all = async (count: number) => {
    for (const orderId of orders) assert.equal(receiver.ofOrder(orderId).length, count);
    const open = (await endpoint.deliveries()).filter(({ status }) => status !== 'DELIVERED');
    assert.deepEqual(open, []);
  };
  await until(() => all(2));
  const before = new Map(orders.map((orderId) => [orderId, receiver.ofOrder(orderId)]));
  const [first] = await db.database.run<{ at: Date }>(
    'test.first_at',
    'select min(at) as at from events where order_id = any($1::uuid[])',
    [orders],
  );
  const reply = await admin.post(`${endpoint.path}/replay`, {
    from: first!.at.toISOString(),
    to: new Date(Date.now() + 60_000).toISOString(),
  });
  assert.equal(reply.status, 202, reply.text);
  await until(() => all(4));
  for (const orderId of orders) {
    const again = receiver.ofOrder(orderId).slice(2);
    assert.deepEqual(
      again.map(({ id, body }) => [id, body]),
      before.get(orderId)!.map(({ id, body }) => [id, body]),
    );
  }
});

test('a test message is delivered like any other', async () => {
  const endpoint = await addEndpoint(admin, ['stock.adjusted']);
  const reply = await admin.post(`${endpoint.path}/test`, {}, { 'idempotency-key': 'a test' });
  assert.equal(reply.status, 202, reply.text);
  const repeat = await admin.post(`${endpoint.path}/test`, {}, { 'idempotency-key': 'a test' });
  assert.deepEqual([repeat.status, repeat.text], [202, reply.text]);
  await until(async () => assert.equal((await endpoint.deliveries())[0]?.status, 'DELIVERED'));
  const [event, ...others] = endpoint.receiver.received;
  assert.deepEqual(others, []);
  assert.equal(event!.body.type, 'webhook.test');
  assert.equal(event!.id, reply.json<{ eventId: string }>().eventId);
});

test('both secrets sign for a day after a rotation, and then only the new one', async () => {
  const endpoint = await addEndpoint(admin, ['order.placed']);
  const reply = await admin.post(`${endpoint.path}/rotate-secret`);
  assert.equal(reply.status, 200, reply.text);
  const { secret, previousValidUntil } = reply.json<{
    secret: string;
    previousValidUntil: string;
  }>();
  const hours = (Date.parse(previousValidUntil) - Date.now()) / 3_600_000;
  assert.ok(hours > 23.9 && hours < 24.1, previousValidUntil);

  const signatures = async () => {
    const orderId = await placeOrder(customer, 'NAAN');
    await until(async () => assert.equal(endpoint.receiver.ofOrder(orderId).length, 1));
    const [event] = endpoint.receiver.ofOrder(orderId);
    return String(event!.headers['webhook-signature']).split(' ');
  };
  // The receiver still has only the old one.
  assert.equal((await signatures()).length, 2);
  await db.database.run(
    'test.end_previous',
    `update webhook_endpoints set previous_valid_until = now() - interval '1 second' where id = $1::uuid`,
    [endpoint.id],
  );
  await placeOrder(customer, 'NAAN');
  await until(async () => assert.notEqual(endpoint.receiver.forged.length, 0));
  endpoint.receiver.trust(secret);
  assert.equal((await signatures()).length, 1);
});

test('an endpoint that hangs neither occupies the workers nor delays another endpoint', async () => {
  const [hanging, healthy] = [await addEndpoint(admin), await addEndpoint(admin)];
  const open = new Set<ServerResponse>();
  let openMax = 0;
  hanging.receiver.answer(() => (response) => {
    open.add(response);
    openMax = Math.max(openMax, open.size);
    response.once('close', () => open.delete(response));
  });
  const orders = await Promise.all(Array.from({ length: 60 }, () => placeOrder(customer, 'NAAN')));
  await until(async () => assert.equal(healthy.receiver.received.length, orders.length));
  assert.ok(openMax > 0 && openMax <= 20, `${openMax} calls at once`);
  assert.equal((await admin.delete(hanging.path)).status, 204);
  for (const response of open) response.writeHead(204).end();
});
