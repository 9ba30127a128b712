import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createRelay } from '../../src/events/index.ts';
import { createWebhooksFixture } from '../modules/webhooks/webhooks-fixture.ts';
import { testDatabase } from '../support/database.ts';
import { assertInOrder } from '../support/event-receiver.ts';
import { createTestTail } from '../support/log.ts';
import { startTestServer } from '../support/server.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';
import { addEndpoint, addStock, moveToReady, placeOrder } from '../support/webhooks.ts';

/** A worker that is killed repeatedly in the middle of deliveries, KILL_ROUNDS times. */
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 4);
const ORDERS = 4;
const EVENTS = 4;

const db = await testDatabase();
const environment = {
  WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
  RETRY_BASE_SECONDS: '0.1',
  PENDING_ORDERS_MAX: '0',
  HELD_UNITS_MAX: '0',
};
const api = await startTestServer(db, { environment: { ...environment, ROLE: 'api' } });
const admin = await api.asAdmin();
const customer = await api.signUp();
await addStock(admin, 'NAAN');
// The relay runs here, because a new one would wait for the lease of the killed one.
const fixture = await createWebhooksFixture(db, { runs: false });
const relay = createRelay({
  database: db.database,
  tail: createTestTail(db.database),
  name: 'relay',
  consume: fixture.consume,
  // At the end the database is dropped before the relay stops.
  onError: () => {},
});
relay.start();
after(() => relay.stop());

let worker: ServerProcess | undefined;
after(() => worker?.end('SIGKILL'));

async function startWorker(): Promise<ServerProcess> {
  worker = await startServerProcess({
    environment: { ...environment, ROLE: 'worker', DATABASE_URL: db.url },
  });
  return worker;
}

test(`a worker killed ${ROUNDS} times while it delivers: each event arrives under one id, in order, and its row is DELIVERED`, async () => {
  const endpoint = await addEndpoint(admin);
  const { receiver } = endpoint;
  const orders: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const fresh = await Promise.all(
      Array.from({ length: ORDERS }, () => placeOrder(customer, 'NAAN')),
    );
    await Promise.all(fresh.map((orderId) => moveToReady(admin, orderId)));
    orders.push(...fresh);
    // Killed alternately before the response, and after it while the outcome is being recorded.
    const before = receiver.received.length;
    const call = Promise.withResolvers<void>();
    receiver.answer(() => (response) => {
      if (round % 2 === 1) response.writeHead(204).end();
      if (receiver.received.length > before + (round % 5)) call.resolve();
      else if (round % 2 === 0) response.writeHead(204).end();
    });
    const running = await startWorker();
    await call.promise;
    await running.end('SIGKILL');
  }

  receiver.answer(() => 204);
  // The leases of the killed workers would expire within half a minute anyway.
  await db.database.run(
    'test.end_leases',
    `update jobs set leased_until = now() - interval '1 second' where state = 'running'`,
    [],
  );
  await startWorker();
  await until(async () => {
    const open = (await endpoint.deliveries()).filter(({ status }) => status !== 'DELIVERED');
    assert.deepEqual(open, []);
  }, 120_000);

  for (const orderId of orders) {
    const events = receiver.ofOrder(orderId);
    assertInOrder(events);
    assert.equal(new Set(events.map(({ id }) => id)).size, EVENTS);
    assert.deepEqual(
      [...new Set(events.map(({ body }) => body.sequence))].sort(),
      Array.from({ length: EVENTS }, (_, index) => index + 1),
    );
  }
  const deliveries = await endpoint.deliveries();
  // The event of the stock precedes the endpoint, unless the relay reached it later.
  const ofOrders = deliveries.filter(({ orderId }) => orderId !== null);
  assert.equal(ofOrders.length, orders.length * EVENTS);
  assert.deepEqual(
    new Set(deliveries.map(({ eventId }) => eventId)),
    new Set(receiver.received.map(({ id }) => id)),
  );
  assert.deepEqual(receiver.forged, []);
  await relay.stop();
});
