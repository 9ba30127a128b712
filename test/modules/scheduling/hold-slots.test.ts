import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import {
  findSlots,
  fulfilmentErrors,
  holdSlots,
  isSlotFull,
  leaveSlots,
  lockSlots,
  moveSlot,
  releaseSlots,
  type SlotPlace,
} from '../../../src/modules/scheduling/index.ts';
import { purgeSlots } from '../../../src/modules/scheduling/slots/slot-queries.ts';
import { CodedError } from '../../../src/shared/errors.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';

// The orders have neither lines nor events.
const { database } = await testDatabase({ invariants: false, poolMax: 40 });

const MINUTE_MS = 60_000;
/** Slots of a quarter of an hour, from tomorrow. */
const first = Math.ceil(Date.now() / 86_400_000) * 86_400_000 + 86_400_000;
const slot = (index: number) => new Date(first + index * 15 * MINUTE_MS);

async function limit(ordersMax: number): Promise<void> {
  await database.run(
    'test.limit_slots',
    'update shop_settings set slot_minutes = 15, slot_orders_max = $1::int',
    [ordersMax],
  );
}

/** Writes orders with nothing but a row. */
async function addOrders(count: number): Promise<string[]> {
  const customerId = newId();
  const ids = Array.from({ length: count }, () => newId());
  await database.run(
    'test.add_customer',
    `insert into users (id, email, email_key, password_hash)
     values ($1::uuid, $1::text || '@example.com', $1::text || '@example.com', 'x')`,
    [customerId],
  );
  await database.run(
    'test.add_orders',
    `insert into orders (id, number, customer_id, status, vip, total_minor, currency)
     select id, id::text, $1::uuid, 'PENDING', false, 0, 'GBP'
       from unnest($2::uuid[]) as new_order (id)`,
    [customerId, ids],
  );
  return ids;
}

const hold = (...places: readonly SlotPlace[]) =>
  database.transaction((tx) => holdSlots(tx, places));
const place = (orderId: string, startAt: Date): SlotPlace => ({ orderId, startAt });
const release = (...orderIds: readonly string[]) =>
  database.transaction((tx) => releaseSlots(tx, orderIds));
const move = (orderId: string, startAt: Date) =>
  database.transaction((tx) => moveSlot(tx, { orderId, startAt }));

/** Returns the counts of slots, after comparing all with their rows. */
async function countPlaces(...starts: readonly Date[]): Promise<number[]> {
  const wrong = await database.run(
    'test.wrong_counts',
    `select start_at, counted.places, held.count
       from (select start_at, places from slots where places > 0) as counted
       full join (select start_at, count(*)::int from slot_places where held group by start_at) as held
            using (start_at)
      where counted.places is distinct from held.count`,
    [],
  );
  assert.deepEqual(wrong, []);
  const counts = await findSlots(database, { minutesAhead: 0, starts });
  return starts.map(
    (start) => counts.find(({ startAt }) => startAt.getTime() === start.getTime())?.places ?? 0,
  );
}

/** Returns the orders that have a place, or had one. */
async function listPlaces(): Promise<string[]> {
  const rows = await database.run<{ id: string }>(
    'test.places',
    'select order_id as id from slot_places',
    [],
  );
  return rows.map(({ id }) => id).sort();
}

/** Returns how many succeeded. The others must have failed because a slot is full. */
async function countSuccesses(attempts: readonly Promise<unknown>[]): Promise<number> {
  const results = await Promise.allSettled(attempts);
  for (const result of results) {
    if (result.status === 'rejected') assert.ok(isSlotFull(result.reason), String(result.reason));
  }
  return results.filter(({ status }) => status === 'fulfilled').length;
}

function shuffle<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, key: Math.random() }))
    .sort((one, other) => one.key - other.key)
    .map(({ value }) => value);
}

beforeEach(async () => {
  await database.run('test.delete_places', 'delete from slot_places', []);
  await database.run('test.delete_slots', 'delete from slots', []);
  await limit(0);
});

describe('the places of a slot', () => {
  test('of 500 concurrent orders for ten slots of 20 places, exactly 20 get a place in each', async () => {
    await limit(20);
    const orders = await addOrders(500);
    const slots = Array.from({ length: 10 }, (_, index) => slot(index));
    const attempts = orders.map((orderId, index) => hold(place(orderId, slots[index % 10]!)));
    assert.equal(await countSuccesses(attempts), 200);
    assert.deepEqual(await countPlaces(...slots), Array(10).fill(20));
  });

  test('a refusal has the code of a full slot', async () => {
    await limit(1);
    const [one, other] = await addOrders(2);
    await hold(place(one!, slot(0)));
    await assert.rejects(
      hold(place(other!, slot(0))),
      (error) => error instanceof CodedError && error.code === fulfilmentErrors.slotFull.code,
    );
  });

  test('several orders of one transaction get all of their places or none', async () => {
    await limit(3);
    const orders = await addOrders(4);
    const places = orders.map((orderId) => place(orderId, slot(0)));
    await assert.rejects(hold(...places, place((await addOrders(1))[0]!, slot(1))), isSlotFull);
    assert.deepEqual(await countPlaces(slot(0), slot(1)), [0, 0]);
    await hold(...places.slice(1));
    assert.deepEqual(await countPlaces(slot(0)), [3]);
  });

  test('of batches that name the same slots in any order, none waits for another in a circle', async () => {
    const orders = await addOrders(400);
    const slots = Array.from({ length: 10 }, (_, index) => slot(index));
    const held = Array.from({ length: 40 }, (_, batch) => {
      const own = orders.slice(batch * 10, batch * 10 + 10);
      return shuffle(own.map((orderId, index) => place(orderId, slots[index]!)));
    });
    const deadlocks = await countDeadlocks();
    await Promise.all(held.map((places) => hold(...places)));
    assert.deepEqual(await countPlaces(...slots), Array(10).fill(40));
    // Each releases orders of all slots, and some of those of others, and moves one.
    const later = held.flatMap((places, batch) => [
      release(...shuffle([...places, ...held[(batch + 1) % 40]!].map(({ orderId }) => orderId))),
      move(orders[batch * 7]!, slot(20 - (batch % 20))),
    ]);
    await Promise.all(shuffle(later));
    await countPlaces();
    assert.equal(await countDeadlocks(), deadlocks);
  });

  test('without a limit any number of orders have one', async () => {
    await hold(...(await addOrders(60)).map((orderId) => place(orderId, slot(0))));
    assert.deepEqual(await countPlaces(slot(0)), [60]);
  });

  test('are given back once, however often and concurrently the order ends', async () => {
    await limit(2);
    const [one, other, third] = await addOrders(3);
    await hold(place(one!, slot(0)), place(other!, slot(0)));
    await Promise.all(Array.from({ length: 10 }, () => release(one!)));
    assert.deepEqual(await countPlaces(slot(0)), [1]);
    await release(one!);
    await release();
    await release(third!);
    assert.deepEqual(await countPlaces(slot(0)), [1]);
    await hold(place(third!, slot(0)));
    assert.deepEqual(await countPlaces(slot(0)), [2]);
  });

  test('an order has one place', async () => {
    const [one] = await addOrders(1);
    await hold(place(one!, slot(0)));
    await assert.rejects(hold(place(one!, slot(1))), (error) => !isSlotFull(error));
    assert.deepEqual(await countPlaces(slot(0), slot(1)), [1, 0]);
  });

  test('move with the order: both slots are counted, or nothing changes if the new one is full', async () => {
    await limit(1);
    const [one, other, third] = await addOrders(3);
    await hold(place(one!, slot(0)), place(other!, slot(1)));
    await assert.rejects(move(one!, slot(1)), isSlotFull);
    assert.deepEqual(await countPlaces(slot(0), slot(1)), [1, 1]);
    await move(one!, slot(2));
    assert.deepEqual(await countPlaces(slot(0), slot(1), slot(2)), [0, 1, 1]);
    await move(one!, slot(2));
    await move(third!, slot(0));
    assert.deepEqual(await countPlaces(slot(0), slot(1), slot(2)), [1, 1, 1]);
  });

  test('are given back once by orders that move to no slot, of which nothing is kept', async () => {
    const [one, other] = await addOrders(2);
    await hold(place(one!, slot(0)), place(other!, slot(0)));
    const leave = () => database.transaction((tx) => leaveSlots(tx, [one!]));
    await Promise.all([leave(), leave(), release(one!)]);
    assert.deepEqual(await countPlaces(slot(0)), [1]);
    assert.deepEqual(await listPlaces(), [other]);
    await move(one!, slot(0));
    assert.deepEqual(await countPlaces(slot(0)), [2]);
  });

  test('of orders that move to one slot at once, as many succeed as it has places', async () => {
    await limit(5);
    const orders = await addOrders(30);
    const places = orders.map((orderId, index) => place(orderId, slot(1 + (index % 15))));
    await hold(...places);
    assert.equal(await countSuccesses(orders.map((orderId) => move(orderId, slot(0)))), 5);
    assert.deepEqual(await countPlaces(slot(0)), [5]);
  });

  test('a maximum that is lowered keeps the orders, and takes no further ones until there is a place', async () => {
    await limit(3);
    const [one, other, third, fourth] = await addOrders(4);
    await hold(...[one!, other!, third!].map((orderId) => place(orderId, slot(0))));
    await limit(2);
    await assert.rejects(hold(place(fourth!, slot(0))), isSlotFull);
    await release(one!);
    await assert.rejects(hold(place(fourth!, slot(0))), isSlotFull);
    await release(other!);
    await hold(place(fourth!, slot(0)));
    assert.deepEqual(await countPlaces(slot(0)), [2]);
  });
});

describe('slots that are locked', () => {
  test('take no place until the transaction ends, whichever they are', async () => {
    await limit(1);
    const [one, other] = await addOrders(2);
    let waiting: Promise<void> = Promise.resolve();
    await database.transaction(async (tx) => {
      await lockSlots(tx);
      waiting = hold(place(one!, slot(0)));
      waiting.catch(() => {});
      await holdSlots(tx, [place(other!, slot(0))]);
    });
    await assert.rejects(waiting, isSlotFull);
    assert.deepEqual(await countPlaces(slot(0), slot(1)), [1, 0]);
  });

  test('refuse nothing that was decided by their counts, whatever else takes, moves and gives back places', async () => {
    await limit(20);
    const orders = await addOrders(90);
    const slots = Array.from({ length: 6 }, (_, index) => slot(index));
    const [deciding, others] = [orders.slice(0, 60), orders.slice(60)];
    const deadlocks = await countDeadlocks();
    const decided = deciding.map((orderId) =>
      database.transaction(async (tx) => {
        const [, counts] = await Promise.all([
          lockSlots(tx),
          findSlots(tx, { minutesAhead: 0, starts: slots }),
        ]);
        const full = counts.filter(({ places }) => places === 20).map(({ startAt }) => +startAt);
        await holdSlots(tx, [place(orderId, slots.find((start) => !full.includes(+start))!)]);
      }),
    );
    const attempts = others.map(async (orderId, index) => {
      await hold(place(orderId, slots[index % 3]!));
      await move(orderId, slots[(index + 1) % 3]!);
      await release(orderId);
    });
    await Promise.all([...decided, countSuccesses(attempts)]);
    await countPlaces(...slots);
    assert.equal(await countDeadlocks(), deadlocks);
  });
});

describe('slots are read', () => {
  test('that begin from now on within some minutes, and those that are named', async () => {
    const [one, other, third] = await addOrders(3);
    const soon = new Date(Date.now() + 10 * MINUTE_MS);
    const past = new Date(Date.now() - 10 * MINUTE_MS);
    await hold(place(one!, soon), place(other!, past), place(third!, slot(0)));
    const read = async (minutesAhead: number, ...starts: readonly Date[]) =>
      (await findSlots(database, { minutesAhead, starts })).map(({ startAt }) => startAt).sort();
    assert.deepEqual(await read(5), []);
    assert.deepEqual(await read(11), [soon]);
    assert.deepEqual(await read(5, past), [past]);
    assert.deepEqual(await read(10_000, past), [past, soon, slot(0)].sort());
  });
});

describe('the purge', () => {
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

  async function purge(max = 1_000): Promise<number> {
    return (await purgeSlots(database, max)).length;
  }

  test('removes slots that are over for a month, with their places, and keeps the others', async () => {
    const [old, released, recent, next] = await addOrders(4);
    await hold(
      place(old!, daysAgo(32)),
      place(released!, daysAgo(33)),
      place(recent!, daysAgo(30.5)),
      place(next!, slot(0)),
    );
    await release(released!);
    assert.equal(await purge(1), 1);
    assert.equal(await purge(), 1);
    assert.equal(await purge(), 0);
    assert.deepEqual(await listPlaces(), [recent!, next!].sort());
    await countPlaces();
  });

  test('an order whose place was purged can end, and be moved', async () => {
    const [purged] = await addOrders(1);
    await hold(place(purged!, daysAgo(32)));
    await purge();
    await release(purged!);
    await countPlaces();
    const [held] = await database.run<{ count: number }>(
      'test.held_places',
      'select count(*)::int as count from slot_places where held',
      [],
    );
    assert.equal(held!.count, 0);
    await move(purged!, slot(0));
    assert.deepEqual(await countPlaces(slot(0)), [1]);
  });

  test('runs at once with orders that end', async () => {
    const orders = await addOrders(100);
    const slots = Array.from({ length: 10 }, (_, index) => daysAgo(32 + index));
    await hold(...orders.map((orderId, index) => place(orderId, slots[index % 10]!)));
    const deadlocks = await countDeadlocks();
    await Promise.all([
      ...orders.map((orderId) => release(orderId)),
      ...Array.from({ length: 5 }, () => purge(3)),
    ]);
    await purge();
    assert.equal(await purge(), 0);
    assert.deepEqual(await countPlaces(...slots), Array(10).fill(0));
    assert.equal(await countDeadlocks(), deadlocks);
  });
});

async function countDeadlocks(): Promise<number> {
  await database.run('test.flush', 'select pg_stat_force_next_flush()', []);
  const [row] = await database.run<{ count: number }>(
    'test.deadlocks',
    'select deadlocks::int as count from pg_stat_database where datname = current_database()',
    [],
  );
  return row!.count;
}
