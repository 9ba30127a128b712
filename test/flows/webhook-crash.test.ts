import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createRelay } from '../../src/events/index.ts';
import { createWebhooksFixture } from '../modules/webhooks/webhooks-fixture.ts';
import { testDatabase } from '../support/database.ts';
import { assertInOrder } from '../support/event-receiver.ts';
import { startTestServer } from '../support/server.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';
import { addEndpoint, addStock, moveToReady, placeOrder } from '../support/webhooks.ts';

/** A worker that is killed in the middle of deliveries, again and again. KILL_ROUNDS says how often. */
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 4);
const ORDERS = 4;
const EVENTS = 4;

const db = await testDatabase();
const environment = {
  WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
  RETRY_BASE_SECONDS: '0.1',
  PENDING_ORDERS_MAX: '0',
};
const api = await startTestServer(db, { environment: { ...environment, ROLE: 'api' } });
const admin = await api.asAdmin();
const customer = await api.signUp();
await addStock(admin, 'NAAN');
// The relay runs here, since a new one would wait for the lease of the one that was killed.
const fixture = await createWebhooksFixture(db, { runs: false });
const relay = createRelay({
  database: db.database,
  name: 'relay',
  consume: fixture.relay,
  // At the end the database is gone before it.
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

test(`a worker killed in the middle of deliveries, ${ROUNDS} times: each event arrives under one id, in order, and its row says so`, async () => {
  const endpoint = await addEndpoint(admin);
  const { receiver } = endpoint;
  const orders: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const fresh = await Promise.all(
      Array.from({ length: ORDERS }, () => placeOrder(customer, 'NAAN')),
    );
    await Promise.all(fresh.map((orderId) => moveToReady(admin, orderId)));
    orders.push(...fresh);
    // Once before the answer, once when it was given and is being written down.
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
  // The leases of the dead would end by themselves within half a minute.
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
  // The stock's own event was told before the endpoint was made, unless the relay came to it later.
  const ofOrders = deliveries.filter(({ orderId }) => orderId !== null);
  assert.equal(ofOrders.length, orders.length * EVENTS);
  assert.deepEqual(
    new Set(deliveries.map(({ eventId }) => eventId)),
    new Set(receiver.received.map(({ id }) => id)),
  );
  assert.deepEqual(receiver.forged, []);
  await relay.stop();
});
