import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import pLimit from 'p-limit';
import { expireDueOrders } from '../../src/modules/orders/changes/expire-orders.ts';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { doAllUnderKills, persist, startKilledServer } from '../support/killed-servers.ts';
import { createSession, type Reply, type Session } from '../support/session.ts';
import { addProduct, addUser } from '../support/shop.ts';
import { findBooked, type ListedSlot, listAllSlots } from '../support/slots.ts';
import { createTokenIssuer } from '../support/tokens.ts';
import { until } from '../support/until.ts';

/**
 * Five slots that five times as many buyers want as they have places, at two servers that are killed, while everyone
 * repeats what got no response. `BUYERS=500 KILLS=5` is slots of 20 places, with five kills of each run.
 */
const BUYERS = Number(process.env.BUYERS ?? 100);
/** All buyers together fill 25 slots. */
const PLACES = BUYERS / 25;
/** Kills of each run, spread over the first half of its requests. */
const KILLS = Number(process.env.KILLS ?? 1);
/** The wanted slots, so that there are free ones before, between and after them. */
const WANTED = [2, 4, 6, 8, 10];

const db = await testDatabase();
const JWT_SECRET = randomBytes(48).toString('base64url');
const environment = {
  DATABASE_URL: db.url,
  JWT_SECRET,
  DEMO_DATA: 'false',
  PENDING_ORDERS_MAX: '0',
};
const mint = createTokenIssuer(JWT_SECRET);
const { sku } = await addProduct(db.database, { onHand: 1_000_000 });
const soldOut = await addProduct(db.database, { onHand: 0 });
const servers = await Promise.all([startKilledServer(environment), startKilledServer(environment)]);

interface Buyer {
  readonly sessions: readonly Session[];
}

async function addCaller(role: 'admin' | 'customer'): Promise<Buyer> {
  const user = await addUser(db.database, { role });
  const identity = { email: '', password: '', accessToken: mint(user), userId: user.id };
  return { sessions: servers.map(({ url }) => createSession(url, identity)) };
}

/** Slots of four hours, day and night, the first of which began an hour ago: none begins during the tests. */
async function setUpSlots(): Promise<readonly ListedSlot[]> {
  const [admin] = (await addCaller('admin')).sessions;
  const began = new Date(Date.now() - 60 * 60_000).toISOString().slice(11, 16);
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
  const reply = await admin!.patch('/api/shop', {
    openingHours: Object.fromEntries(days.map((day) => [day, [[began, began]]])),
    slotMinutes: 240,
    slotOrdersMax: PLACES,
  });
  assert.equal(reply.status, 200, reply.text);
  return listAllSlots(admin!);
}

interface Purchase extends Buyer {
  readonly key: string;
  /** Null: as soon as possible. */
  readonly slot: string | null;
}

/** Places an order under its key, and repeats it until a server answers. */
function buy({ sessions, key, slot }: Purchase, first: number, headers = {}, wanted = sku) {
  const body = {
    items: [{ sku: wanted, quantity: 1 }],
    ...(slot === null ? {} : { fulfilment: { type: 'PICKUP', requestedFor: slot } }),
  };
  return persist(
    sessions.map(
      (session) => () => session.post('/api/orders', body, { 'idempotency-key': key, ...headers }),
    ),
    first,
  );
}

interface OrderBody {
  readonly id: string;
  readonly fulfilment: { readonly promisedFor: string };
}

const isPlaced = ({ status }: Reply) => status === 201;

/** Compares what the shop counts, what its orders hold and what it still offers with the orders by slot. */
async function assertBooked(expected: ReadonlyMap<string, number>): Promise<void> {
  const sorted = [...expected].sort();
  assert.deepEqual([...(await findBooked(db.database))].sort(), sorted);
  const listed = await listAllSlots(createSession(servers[0]!.url));
  assert.deepEqual(
    listed.flatMap(({ start, available }) =>
      available === PLACES ? [] : [[start, PLACES - available!]],
    ),
    sorted,
  );
}

describe('slots that are wanted by more than they take', () => {
  const acknowledged: { readonly buyer: Buyer; readonly order: OrderBody }[] = [];
  const booked = new Map<string, number>();
  let slots: readonly string[] = [];
  let refused: readonly Buyer[] = [];

  function acknowledge(buyer: Buyer, reply: Reply): void {
    const order = reply.json<OrderBody>();
    const { promisedFor } = order.fulfilment;
    acknowledged.push({ buyer, order });
    booked.set(promisedFor, (booked.get(promisedFor) ?? 0) + 1);
  }

  test(`of ${BUYERS} buyers for ${WANTED.length} slots, at two servers that are killed, each slot takes ${PLACES}; the others hear which are free`, async () => {
    const listed = await setUpSlots();
    assert.ok(listed.every(({ available }) => available === PLACES));
    slots = listed.map(({ start }) => start);
    const purchases = await Promise.all(
      Array.from({ length: BUYERS }, async (_, index): Promise<Purchase> => {
        const slot = slots[WANTED[index % WANTED.length]!]!;
        return { ...(await addCaller('customer')), key: newId(), slot };
      }),
    );
    const replies = await doAllUnderKills(servers, KILLS, purchases, async (purchase, index) => {
      const fullBefore = slots.filter((slot) => booked.get(slot) === PLACES);
      const reply = await buy(purchase, index);
      if (isPlaced(reply)) acknowledge(purchase, reply);
      else assertRefused(reply, purchase.slot!, fullBefore);
      return reply;
    });
    const expected = new Map(WANTED.map((place) => [slots[place]!, PLACES]));
    assert.deepEqual(new Map([...booked].sort()), new Map([...expected].sort()));
    await assertBooked(expected);

    // Every repeat has the response of its key, and takes no place.
    await Promise.all(
      purchases.map(async (purchase, index) => {
        const repeat = await buy(purchase, index + 1);
        if (isPlaced(replies[index]!)) assert.equal(repeat.text, replies[index]!.text);
        else assertRefused(repeat, purchase.slot!, [...expected.keys()]);
      }),
    );
    await assertBooked(expected);
    refused = purchases.filter((_, index) => !isPlaced(replies[index]!));
  });

  /** No slot had been filled before the request was sent and is named as free after it. */
  function assertRefused(reply: Reply, wanted: string, fullBefore: readonly string[]): void {
    assert.equal(reply.status, 409, reply.text);
    const { code, nextTimes } = reply.json<{ code: string; nextTimes: string[] }>();
    assert.equal(code, 'fulfilment.slot_full', reply.text);
    const offered = slots.filter((slot) => slot > wanted && !fullBefore.includes(slot));
    assert.equal(nextTimes.length, 6, reply.text);
    const open = offered.filter((slot) => nextTimes.includes(slot));
    assert.deepEqual(nextTimes, open, reply.text);
    // Slots that nobody wants are free, so none of them is passed over.
    const unwanted = offered.filter((slot) => !WANTED.includes(slots.indexOf(slot)));
    const passed = unwanted.filter((slot) => slot < nextTimes.at(-1)!);
    assert.deepEqual(
      passed.filter((slot) => !nextTimes.includes(slot)),
      [],
      reply.text,
    );
  }

  test('those who were refused order for as soon as possible: slots are filled in the order of time, without a hole', async () => {
    const replies = await doAllUnderKills(servers, KILLS, refused, ({ sessions }, index) =>
      buy({ sessions, key: newId(), slot: null }, index),
    );
    for (const [index, reply] of replies.entries()) {
      assert.equal(reply.status, 201, reply.text);
      acknowledge(refused[index]!, reply);
    }
    const expected = new Map(slots.slice(0, 25).map((slot) => [slot, PLACES]));
    assert.deepEqual(new Map([...booked].sort()), expected);
    await assertBooked(expected);
    const held = await db.database.run<{ id: string; promisedFor: Date }>(
      'test.held',
      'select order_id as id, start_at as "promisedFor" from slot_places where held order by order_id',
      [],
    );
    const promised = acknowledged.map(({ order }) => [order.id, order.fulfilment.promisedFor]);
    const holds = held.map(({ id, promisedFor }) => [id, promisedFor.toISOString()]);
    assert.deepEqual(holds, promised.sort());
  });

  test('every place is given back once when all orders are cancelled, expire or fail at once', async () => {
    await failQueued();
    await db.database.run(
      'test.pass_deadlines',
      `update orders
          set expires_at = now() - interval '1 second'
        where id = any($1::uuid[])`,
      [acknowledged.filter((_, index) => index % 2 === 0).map(({ order }) => order.id)],
    );
    const [replies] = await Promise.all([
      doAllUnderKills(servers, KILLS, acknowledged, cancelTwice),
      expireDueOrders(db.database),
      expireDueOrders(db.database),
    ]);
    for (const reply of replies.flat()) {
      assert.ok(reply.status === 200 || reply.status === 409, reply.text);
    }
    await assertBooked(new Map());
    const [ended] = await db.database.run<Record<string, number>>(
      'test.ended',
      `select (select count(*)::int from orders where status = 'CANCELLED') as cancelled,
              (select count(*)::int from events where type = 'order.cancelled') as events,
              (select count(*)::int from orders where status = 'FAILED') as failed,
              (select count(*)::int from slot_places) as places`,
      [],
    );
    assert.deepEqual(ended, {
      cancelled: BUYERS,
      events: BUYERS,
      failed: PLACES,
      places: BUYERS + PLACES,
    });
  });

  /** Queues orders that hold the places of a slot and then cannot be placed. */
  async function failQueued(): Promise<void> {
    const purchases = refused.slice(0, PLACES).map(({ sessions }) => ({
      sessions,
      key: newId(),
      slot: slots[30]!,
    }));
    const replies = await Promise.all(
      purchases.map((purchase, index) =>
        buy(purchase, index, { prefer: 'respond-async' }, soldOut.sku),
      ),
    );
    for (const reply of replies) {
      assert.equal(reply.status, 202, reply.text);
      assert.equal(reply.json<OrderBody>().fulfilment.promisedFor, slots[30]);
    }
    await until(async () => {
      const statuses = await db.database.run<{ status: string }>(
        'test.statuses',
        'select status from orders where id = any($1::uuid[])',
        [replies.map((reply) => reply.json<OrderBody>().id)],
      );
      assert.deepEqual([...new Set(statuses.map(({ status }) => status))], ['FAILED']);
    });
  }

  function cancelTwice({ buyer, order }: (typeof acknowledged)[number], index: number) {
    const senders = buyer.sessions.map(
      (session) => () => session.post(`/api/orders/${order.id}/cancel`, {}),
    );
    return Promise.all([persist(senders, index), persist(senders, index + 1)]);
  }

  test('places that were given back are taken again, and not one more', async () => {
    const slot = slots[WANTED[0]!]!;
    const replies = await Promise.all(
      refused
        .slice(0, 2 * PLACES)
        .map(({ sessions }, index) => buy({ sessions, key: newId(), slot }, index)),
    );
    assert.equal(replies.filter(isPlaced).length, PLACES);
    for (const reply of replies) if (!isPlaced(reply)) assertRefused(reply, slot, [slot]);
    await assertBooked(new Map([[slot, PLACES]]));
  });

  test('of slots with one place, everyone gets one who orders for as soon as possible, and nobody waits in a circle', async () => {
    const [admin] = (await addCaller('admin')).sessions;
    const changed = await admin!.patch('/api/shop', { slotMinutes: 5, slotOrdersMax: 1 });
    assert.equal(changed.status, 200, changed.text);
    const deadlocks = await countDeadlocks();
    // Few at a time, so that the servers place many small batches for the same slots.
    const limit = pLimit(16);
    const replies = await Promise.all(
      refused.map(({ sessions }, index) =>
        limit(() => buy({ sessions, key: newId(), slot: null }, index)),
      ),
    );
    for (const reply of replies) assert.equal(reply.status, 201, reply.text);
    const promised = replies.map((reply) => reply.json<OrderBody>().fulfilment.promisedFor);
    assert.equal(new Set(promised).size, refused.length);
    await findBooked(db.database);
    assert.equal(await countDeadlocks(), deadlocks);
  });

  async function countDeadlocks(): Promise<number> {
    const [row] = await db.database.run<{ deadlocks: number }>(
      'test.deadlocks',
      'select deadlocks::int from pg_stat_database where datname = current_database()',
      [],
    );
    return row!.deadlocks;
  }
});
