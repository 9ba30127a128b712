import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { testDatabase } from '../../support/database.ts';
import { assertProblem } from '../../support/rules.ts';
import { startTestServer } from '../../support/server.ts';

// The counts belong to no orders.
const db = await testDatabase({ invariants: false });
const server = await startTestServer(db);
const admin = await server.asAdmin();

const DAY_MS = 86_400_000;
const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const everyDay = (...openings: readonly [string, string][]) =>
  Object.fromEntries(days.map((day) => [day, openings]));
const dateIn = (count: number) => new Date(Date.now() + count * DAY_MS).toISOString().slice(0, 10);

interface Slot {
  readonly start: string;
  readonly end: string;
  readonly available: number | null;
}

async function change(body: object): Promise<void> {
  const reply = await admin.patch('/api/shop', body);
  assert.equal(reply.status, 200, reply.text);
}

async function list(date: string, type = 'PICKUP'): Promise<readonly Slot[]> {
  const reply = await server.anonymous.get(`/api/slots?type=${type}&date=${date}`);
  assert.equal(reply.status, 200, reply.text);
  return reply.json<{ data: Slot[] }>().data;
}

async function take(start: string, places: number): Promise<void> {
  await db.database.run(
    'test.take_places',
    `insert into slots (start_at, places)
     values ($1::timestamptz, $2::int)
         on conflict (start_at) do update
        set places = excluded.places`,
    [start, places],
  );
}

describe('the slots of a day', () => {
  beforeEach(() =>
    change({
      timeZone: 'UTC',
      fulfilmentTypes: ['PICKUP', 'DELIVERY', 'SHIPMENT'],
      openingHours: everyDay(['18:00', '18:50']),
      closedDates: [],
      leadMinutes: 0,
      slotMinutes: 20,
      slotOrdersMax: 3,
      horizonDays: 7,
    }),
  );

  test('have their free places, which all types share', async () => {
    const date = dateIn(2);
    const start = `${date}T18:20:00.000Z`;
    await take(start, 2);
    const expected = [
      { start: `${date}T18:00:00.000Z`, end: start, available: 3 },
      { start, end: `${date}T18:40:00.000Z`, available: 1 },
    ];
    assert.deepEqual(await list(date), expected);
    assert.deepEqual(await list(date, 'DELIVERY'), expected);
    await take(start, 3);
    assert.equal((await list(date))[1]!.available, 0);
  });

  test('have any number of places if there is no maximum', async () => {
    await change({ slotOrdersMax: 0 });
    assert.deepEqual(
      (await list(dateIn(1))).map(({ available }) => available),
      [null, null],
    );
  });

  test('are those of the openings that begin on it in the time zone of the shop', async () => {
    const date = dateIn(3);
    await change({ timeZone: 'Pacific/Kiritimati', openingHours: everyDay(['23:30', '01:00']) });
    // 14 hours ahead of UTC.
    assert.deepEqual(
      (await list(date)).map(({ start }) => start),
      ['09:30', '09:50', '10:10', '10:30'].map((time) => `${date}T${time}:00.000Z`),
    );
  });

  test('are none beyond the horizon, on closed dates and on days that are over', async () => {
    assert.equal((await list(dateIn(7))).length, 2);
    for (const date of [dateIn(8), '9999-12-31', dateIn(-1), '0001-01-01']) {
      assert.deepEqual(await list(date), [], date);
    }
    await change({ closedDates: [{ date: dateIn(7) }] });
    assert.deepEqual(await list(dateIn(7)), []);
    await change({ slotMinutes: 0 });
    assert.deepEqual(await list(dateIn(1)), []);
  });

  test('are none for a type that is not offered, and for SHIPMENT, which has no times', async () => {
    assert.deepEqual(await list(dateIn(1), 'DINE_IN'), []);
    assert.deepEqual(await list(dateIn(1), 'SHIPMENT'), []);
  });

  test('are those that can still be requested after the lead time', async () => {
    await change({ openingHours: null, leadMinutes: 1440 });
    const earliest = Date.now() + DAY_MS;
    assert.deepEqual(await list(dateIn(0)), []);
    const [first] = [...(await list(dateIn(1))), ...(await list(dateIn(2)))];
    const begins = Date.parse(first!.start);
    assert.ok(begins >= earliest - 1_000 && begins < earliest + 20 * 60_000, first!.start);
  });

  test('are of the first type if none is named', async () => {
    const reply = await server.anonymous.get(`/api/slots?date=${dateIn(1)}`);
    assert.equal(reply.json<{ data: Slot[] }>().data.length, 2);
    await change({ fulfilmentTypes: ['SHIPMENT', 'PICKUP'] });
    const other = await server.anonymous.get(`/api/slots?date=${dateIn(1)}`);
    assert.deepEqual(other.json<{ data: Slot[] }>().data, []);
  });

  test('need a real date and a known type', async () => {
    for (const [query, pointer] of [
      ['', '?date'],
      ['?date=2026-02-30', '?date'],
      ['?date=tomorrow', '?date'],
      ['?date=2026-12-01&type=DRONE', '?type'],
      ['?date=2026-12-01&time=12:00', '?time'],
    ] as const) {
      const reply = await server.anonymous.get(`/api/slots${query}`);
      assertProblem(reply, 400, 'request.invalid', pointer);
    }
  });
});
