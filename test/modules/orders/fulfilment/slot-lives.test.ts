import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expireDueOrders } from '../../../../src/modules/orders/changes/expire-orders.ts';
import { startTestServer } from '../../../support/server.ts';
import { createSession, type Reply } from '../../../support/session.ts';
import { addUser } from '../../../support/shop.ts';
import { type OrderBody, onlyIn, startScheduledShop, timeIn } from './scheduled-shop.ts';

const shop = await startScheduledShop({ environment: { PENDING_ORDERS_MAX: '0' } });
const { admin, database, server } = shop;
const other = await startTestServer({ database, url: server.databaseUrl });
const tills = [admin, createSession(other.url, admin.identity)];

const MAX = 4;
const slots = ['17:00', '17:20', '17:40', '18:00', '18:20'].map((time) => timeIn(2, time));
const WORKERS = 12;
const STEPS = 40;

/** Returns numbers from 0 to below `end`, the same for each seed. */
function createRandom(seed: number): (end: number) => number {
  let state = seed;
  return (end) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * end);
  };
}

const refusals = new Set([
  'fulfilment.slot_full',
  'fulfilment.not_changeable',
  'orders.not_cancellable',
  'orders.illegal_transition',
]);

function assertExpected(reply: Reply): void {
  // A busy machine may leave it unknown what happened, which is the same to the places.
  if (reply.status < 300 || reply.status === 503) return;
  assert.ok(refusals.has(reply.json<{ code: string }>().code), reply.text);
}

interface StoredPlace {
  readonly status: string;
  readonly promisedFor: Date;
  readonly startAt: Date;
  readonly held: boolean;
}

/** Compares every order with its place, and every slot with its maximum. */
async function checkPlaces(): Promise<number> {
  const orders = await database.run<StoredPlace>(
    'test.orders_and_places',
    `select status, promised_for as "promisedFor", start_at as "startAt", held
       from orders
       left join slot_places on order_id = orders.id`,
    [],
  );
  for (const { status, promisedFor, startAt, held } of orders) {
    assert.equal(held, status !== 'CANCELLED' && status !== 'FAILED', status);
    assert.deepEqual(startAt, promisedFor);
  }
  const counts = await shop.countPlaces(...slots);
  assert.ok(Math.max(...counts) <= MAX, String(counts));
  return orders.length;
}

test('whatever happens to orders at once on two servers, each has the place of its time until it ends', async () => {
  await shop.set({
    openingHours: onlyIn(2, ['17:00', '18:40']),
    slotMinutes: 20,
    slotOrdersMax: MAX,
  });
  const { id: customerId } = await addUser(database);
  const ids: string[] = [];
  const work = async (seed: number) => {
    const random = createRandom(seed);
    const pick = <T>(some: readonly T[]) => some[random(some.length)];
    for (let step = 0; step < STEPS; step += 1) {
      const till = pick(tills)!;
      const id = pick(ids);
      const action = random(10);
      if (action < 4 || id === undefined) {
        const fulfilment = { type: 'PICKUP', requestedFor: pick(slots) };
        const headers = random(4) === 0 ? { prefer: 'respond-async' } : {};
        const reply = await till.post(
          '/api/orders',
          shop.order(fulfilment, { customerId }),
          headers,
        );
        assertExpected(reply);
        if (reply.status < 300) ids.push(reply.json<OrderBody>().id);
      } else if (action < 7) {
        const requestedFor = pick(slots);
        assertExpected(await till.patch(`/api/orders/${id}/fulfilment`, { requestedFor }));
      } else if (action < 9) {
        assertExpected(await till.post(`/api/orders/${id}/cancel`, {}));
      } else {
        await database.run(
          'test.overdue',
          `update orders set expires_at = now() where id = $1::uuid and status = 'PENDING'`,
          [id],
        );
        await expireDueOrders(database);
      }
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, (_, worker) => work(worker + 1)));
  assert.ok((await checkPlaces()) > 20);
});
