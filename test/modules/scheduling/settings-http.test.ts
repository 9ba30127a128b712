import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { readPriceVersion } from '../../../src/modules/pricing/index.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { follow } from '../../support/event-reader.ts';
import { assertProblem } from '../../support/rules.ts';
import { startTestServer } from '../../support/server.ts';

const db = await testDatabase();
const server = await startTestServer(db, {
  background: true,
  environment: { SHOP_NAME: 'The Lemon Tree' },
});
const admin = await server.asAdmin();
const kitchen = await server.signInAs('kitchen');
const customer = await server.signUp();
const { anonymous } = server;

interface ShopBody {
  readonly version: number;
  readonly [field: string]: unknown;
}

const path = '/api/shop';

async function read(): Promise<ShopBody> {
  const reply = await anonymous.get(path);
  assert.equal(reply.status, 200, reply.text);
  return reply.json<ShopBody>();
}

async function change(body: object): Promise<ShopBody> {
  const reply = await admin.patch(path, body);
  assert.equal(reply.status, 200, reply.text);
  return reply.json<ShopBody>();
}

interface LoggedChange {
  readonly orderId: string | null;
  readonly actorType: string;
  readonly actorId: string | null;
  readonly actorRole: string | null;
  readonly idempotencyKey: string | null;
  readonly data: { readonly version: number; readonly changes: object };
}

function findChanges(): Promise<LoggedChange[]> {
  return db.database.run<LoggedChange>(
    'test.shop_changes',
    `select order_id as "orderId", actor_type as "actorType", actor_id as "actorId",
            actor_role as "actorRole", idempotency_key as "idempotencyKey", data
       from events
      where type = 'shop.changed'
      order by position`,
    [],
  );
}

const defaults = {
  name: 'The Lemon Tree',
  currency: 'GBP',
  pricesIncludeTax: true,
  timeZone: 'UTC',
  fulfilmentTypes: ['PICKUP'],
  openingHours: null,
  closedDates: [],
  open: true,
  acceptingOrders: true,
  pausedUntil: null,
  opensAt: null,
  leadMinutes: 0,
  slotMinutes: 0,
  slotOrdersMax: 0,
  horizonDays: 7,
  tipPercents: [5, 10, 15],
  guestCheckout: false,
};
const {
  currency: _,
  pricesIncludeTax: __,
  open: ___,
  opensAt: ____,
  guestCheckout: _____,
  ...rest
} = defaults;
const settable = { ...rest, name: null };

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

test('a new shop is always open for pick-up, without slots', async () => {
  const { version, ...shop } = await read();
  assert.deepEqual(shop, defaults);
  assert.equal(version, 1);
});

describe('the settings of the shop', () => {
  beforeEach(() => change(settable));

  test('are shown to anyone as they were set, with one notation for each value', async () => {
    const changed = await change({
      name: 'Corner Shop',
      timeZone: 'europe/london',
      fulfilmentTypes: ['DELIVERY', 'PICKUP'],
      openingHours: {
        sun: [
          ['18:00', '02:00'],
          ['12:00', '15:00'],
        ],
        mon: [],
        tue: [['00:00', '24:00']],
      },
      closedDates: [
        { date: '2030-12-26', reason: null },
        { date: '2030-12-25', reason: 'Christmas' },
      ],
      leadMinutes: 30,
      slotMinutes: 15,
      slotOrdersMax: 4,
      horizonDays: 60,
      tipPercents: [],
    });
    assert.deepEqual(await read(), changed);
    const { version, ...shop } = changed;
    const { open, opensAt } = shop;
    assert.deepEqual(shop, {
      ...defaults,
      open,
      opensAt,
      name: 'Corner Shop',
      timeZone: 'Europe/London',
      fulfilmentTypes: ['DELIVERY', 'PICKUP'],
      openingHours: {
        tue: [['00:00', '24:00']],
        sun: [
          ['12:00', '15:00'],
          ['18:00', '02:00'],
        ],
      },
      closedDates: [
        { date: '2030-12-25', reason: 'Christmas' },
        { date: '2030-12-26', reason: null },
      ],
      leadMinutes: 30,
      slotMinutes: 15,
      slotOrdersMax: 4,
      horizonDays: 60,
      tipPercents: [],
    });
    assert.equal(typeof open, 'boolean');
    assert.equal(typeof opensAt, open === true ? 'object' : 'string');
    assert.ok(version > 1);
  });

  test('a reply has no entity tag and is not kept, because it changes with the time', async () => {
    const reply = await anonymous.get(path);
    assert.equal(reply.headers.get('etag'), null);
    assert.match(reply.headers.get('cache-control')!, /no-cache|no-store/);
  });

  test('a change is guarded by If-Match or by a version, and one that changes nothing keeps the version', async () => {
    const { version } = await change({ leadMinutes: 5 });
    assert.equal((await change({ leadMinutes: 5, version })).version, version);
    assert.equal((await change({})).version, version);
    const stale = await admin.patch(path, { leadMinutes: 6 }, { 'if-match': `"${version - 1}"` });
    assertProblem(stale, 412, 'request.precondition_failed');
    const late = await admin.patch(path, { leadMinutes: 6, version: version - 1 });
    assertProblem(late, 409, 'shop.version_conflict');
    assert.equal(late.json<{ currentVersion: number }>().currentVersion, version);
    const guarded = await admin.patch(path, { leadMinutes: 6 }, { 'if-match': `"${version}"` });
    assert.equal(guarded.status, 200, guarded.text);
    assert.equal(guarded.json<ShopBody>().version, version + 1);
  });

  test('of concurrent changes based on the same version, one succeeds', async () => {
    const { version } = await read();
    const replies = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        admin.patch(path, { leadMinutes: index + 1, version }),
      ),
    );
    const statuses = replies.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [200, ...Array.from({ length: 7 }, () => 409)]);
  });

  test('a change is logged once with its author and what differs, also if it is repeated', async () => {
    const earlier = (await findChanges()).length;
    const headers = { 'idempotency-key': newId() };
    const body = { leadMinutes: 25, tipPercents: [10] };
    const first = await admin.patch(path, body, headers);
    const repeat = await admin.patch(path, body, headers);
    assert.equal(repeat.text, first.text);
    assert.equal(repeat.headers.get('idempotent-replayed'), 'true');
    await change(body);
    assert.equal((await admin.patch(path, { leadMinutes: -1 })).status, 400);
    const [event, ...others] = (await findChanges()).slice(earlier);
    assert.deepEqual(others, []);
    assert.deepEqual(event, {
      orderId: null,
      actorType: 'user',
      actorId: admin.identity.userId,
      actorRole: 'admin',
      idempotencyKey: headers['idempotency-key'],
      data: {
        version: first.json<ShopBody>().version,
        changes: {
          leadMinutes: { from: 0, to: 25 },
          tipPercents: { from: [5, 10, 15], to: [10] },
        },
      },
    });
  });

  test('a change reaches the stream of staff, without its author', async () => {
    const reader = await follow(server.url, kitchen, '/api/stream?types=shop.changed');
    const { version } = await change({ horizonDays: 3 });
    await reader.until(({ events }) => events.some(({ data }) => data.data.version === version));
    assert.ok(!JSON.stringify(reader.events).includes(admin.identity.userId));
    reader.close();
  });

  test('a change raises the version by which placements prove what they remember', async () => {
    const version = async () => (await readPriceVersion(db.database))[0]!.version;
    const before = await version();
    await change({ leadMinutes: 1 });
    assert.ok((await version()) > before);
  });

  test('a name of null is the one of the configuration', async () => {
    assert.equal((await change({ name: 'Corner Shop' })).name, 'Corner Shop');
    assert.equal((await change({ name: null })).name, 'The Lemon Tree');
  });
});

describe('a pause', () => {
  beforeEach(() => change(settable));

  test('begins with acceptingOrders false and ends with true, which clears its end', async () => {
    const until = inMinutes(30);
    const paused = await change({ acceptingOrders: false, pausedUntil: until });
    assert.deepEqual(
      [paused.acceptingOrders, paused.pausedUntil, paused.open],
      [false, until, true],
    );
    const resumed = await change({ acceptingOrders: true });
    assert.deepEqual([resumed.acceptingOrders, resumed.pausedUntil], [true, null]);
    const open = await change({ acceptingOrders: false });
    assert.deepEqual([open.acceptingOrders, open.pausedUntil], [false, null]);
  });

  test('is prolonged by its end alone, and without one it lasts', async () => {
    await change({ acceptingOrders: false, pausedUntil: inMinutes(30) });
    const until = inMinutes(60);
    assert.equal((await change({ pausedUntil: until })).pausedUntil, until);
    assert.equal((await change({ leadMinutes: 5 })).pausedUntil, until);
    assert.equal((await change({ pausedUntil: null })).pausedUntil, null);
    assert.equal((await read()).acceptingOrders, false);
  });

  test('ends by itself: then the shop accepts orders, and a new pause needs acceptingOrders again', async () => {
    await change({ acceptingOrders: false, pausedUntil: inMinutes(30) });
    await db.database.run(
      'test.end_pause',
      `update shop_settings set paused_until = now() - interval '1 second'`,
      [],
    );
    const over = await read();
    assert.deepEqual([over.acceptingOrders, over.pausedUntil], [true, null]);
    const reply = await admin.patch(path, { pausedUntil: inMinutes(5) });
    assertProblem(reply, 400, 'request.invalid', '/pausedUntil');
    assert.equal((await change({ acceptingOrders: true })).version, over.version);
    const earlier = (await findChanges()).length;
    await change({ acceptingOrders: false });
    const [event] = (await findChanges()).slice(earlier);
    assert.deepEqual(event!.data.changes, { acceptingOrders: { from: true, to: false } });
    assert.equal((await read()).pausedUntil, null);
  });

  test('has an end in the future', async () => {
    for (const pausedUntil of [inMinutes(-1), '2020-01-01T00:00:00Z']) {
      const reply = await admin.patch(path, { acceptingOrders: false, pausedUntil });
      assertProblem(reply, 400, 'request.invalid', '/pausedUntil');
    }
    const body = { acceptingOrders: true, pausedUntil: inMinutes(5) };
    assertProblem(await admin.patch(path, body), 400, 'request.invalid', '/pausedUntil');
  });

  test('is what the kitchen may change, and nothing else', async () => {
    const reply = await kitchen.patch(path, { acceptingOrders: false, pausedUntil: inMinutes(15) });
    assert.equal(reply.status, 200, reply.text);
    const { version } = reply.json<ShopBody>();
    assert.equal((await kitchen.patch(path, { acceptingOrders: true, version })).status, 200);
    const last = (await findChanges()).at(-1)!;
    assert.deepEqual([last.actorId, last.actorRole], [kitchen.identity.userId, 'kitchen']);
    for (const body of [
      { leadMinutes: 30 },
      { acceptingOrders: false, slotMinutes: 30 },
      { name: 'X' },
    ]) {
      assertProblem(await kitchen.patch(path, body), 403, 'auth.forbidden');
    }
    assert.equal((await read()).acceptingOrders, true);
    assertProblem(await customer.patch(path, { acceptingOrders: false }), 403, 'auth.forbidden');
    assertProblem(
      await anonymous.patch(path, { acceptingOrders: false }),
      401,
      'auth.unauthenticated',
    );
  });
});

describe('whether the shop is open', () => {
  test('a shop without hours on any day never opens', async () => {
    const { open, opensAt } = await change({ ...settable, openingHours: {} });
    assert.deepEqual([open, opensAt], [false, null]);
  });

  test('a shop that is closed today opens at the beginning of its next opening, by the database’s clock', async () => {
    const now = new Date();
    const today = now.toISOString().slice(0, 10);
    const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
    const all = Object.fromEntries(days.map((day) => [day, [['00:00', '24:00']]]));
    const closed = await change({ openingHours: all, closedDates: [{ date: today }] });
    const tomorrow = new Date(Date.parse(`${today}T00:00:00Z`) + 86_400_000).toISOString();
    assert.deepEqual([closed.open, closed.opensAt], [false, tomorrow]);
    assert.deepEqual(closed.closedDates, [{ date: today, reason: null }]);
    const open = await change({ closedDates: [] });
    assert.deepEqual([open.open, open.opensAt], [true, null]);
  });
});
