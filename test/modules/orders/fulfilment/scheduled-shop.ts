import assert from 'node:assert/strict';
import type { Database } from '../../../../src/database/database.ts';
import { testDatabase } from '../../../support/database.ts';
import {
  startTestServer,
  type TestServer,
  type TestServerOptions,
} from '../../../support/server.ts';
import type { Reply, Session } from '../../../support/session.ts';
import { addProduct } from '../../../support/shop.ts';

/** The reply of an order, as far as these tests look at it. */
export interface OrderBody {
  readonly id: string;
  readonly number: string;
  readonly status: string;
  readonly version: number;
  readonly createdAt: string;
  readonly total: { readonly amount: number };
  readonly fulfilment: {
    readonly type: string;
    readonly requestedFor: string | null;
    readonly promisedFor: string | null;
    readonly contact: object | null;
    readonly address: object | null;
    readonly instructions: string | null;
    readonly table: string | null;
  };
}

export interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  readonly nextTimes?: readonly string[];
  readonly until?: string | null;
  readonly opensAt?: string | null;
  readonly currentVersion?: number;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export const address = {
  line1: '12 Sea Road',
  line2: null,
  city: 'Whitby',
  region: null,
  postalCode: 'YO21 3PU',
  country: 'GB',
};

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** Returns the date in UTC in so many days. */
export function dateIn(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
}

/** Returns a time of the day in so many days, in UTC. */
export function timeIn(days: number, time: string): string {
  return `${dateIn(days)}T${time}:00.000Z`;
}

/** Returns hours with openings only on the weekday in so many days: more than one, so that the shop is closed now. */
export function onlyIn(days: number, ...openings: readonly [string, string][]) {
  return { [weekdays[new Date(Date.now() + days * DAY_MS).getUTCDay()]!]: openings };
}

/** Sets for a shop that is always open and offers all types, without slots. */
const open = {
  timeZone: 'UTC',
  fulfilmentTypes: ['PICKUP', 'DELIVERY', 'DINE_IN', 'SHIPMENT'],
  openingHours: null,
  closedDates: [],
  acceptingOrders: true,
  leadMinutes: 0,
  slotMinutes: 0,
  slotOrdersMax: 0,
  horizonDays: 7,
};

/** A shop whose times tests set, with two products. */
export interface ScheduledShop {
  readonly database: Database;
  readonly server: TestServer;
  readonly admin: Session;
  /** Sets the shop: what is left out as for a shop that is always open, without slots. */
  set(settings?: object): Promise<void>;
  /** Returns the body of an order of one unit. */
  order(fulfilment?: object, more?: object): object;
  /** Places an order and asserts that it is placed. */
  place(session: Session, fulfilment?: object, more?: object): Promise<OrderBody>;
  /** Accepts an order to be placed later. */
  queue(session: Session, fulfilment?: object): Promise<OrderBody>;
  /** Signs up a customer and places an order. */
  placeNew(fulfilment?: object, more?: object): Promise<{ customer: Session; order: OrderBody }>;
  read(session: Session, orderId: string): Promise<OrderBody>;
  /** Confirms an order by hand and moves it on to `status`. */
  moveTo(orderId: string, status: 'CONFIRMED' | 'PREPARING' | 'READY'): Promise<void>;
  /** Returns how many orders have a place in the slots that begin at these times, after comparing all counts. */
  countPlaces(...starts: readonly string[]): Promise<number[]>;
}

export async function startScheduledShop(options: TestServerOptions = {}): Promise<ScheduledShop> {
  const db = await testDatabase();
  const { database } = db;
  const server = await startTestServer(db, options);
  const admin = await server.asAdmin();
  const { sku } = await addProduct(database, { onHand: 100_000 });
  const order = (fulfilment?: object, more: object = {}) => ({
    items: [{ sku, quantity: 1 }],
    ...(fulfilment === undefined ? {} : { fulfilment }),
    ...more,
  });
  const place: ScheduledShop['place'] = async (session, fulfilment, more) => {
    const reply = await session.post('/api/orders', order(fulfilment, more));
    assert.equal(reply.status, 201, reply.text);
    return reply.json<OrderBody>();
  };
  return {
    database,
    server,
    admin,
    async set(settings = {}) {
      const reply = await admin.patch('/api/shop', { ...open, ...settings });
      assert.equal(reply.status, 200, reply.text);
    },
    order,
    place,
    async queue(session, fulfilment) {
      const headers = { prefer: 'respond-async' };
      const reply = await session.post('/api/orders', order(fulfilment), headers);
      assert.equal(reply.status, 202, reply.text);
      return reply.json<OrderBody>();
    },
    async placeNew(fulfilment, more) {
      const customer = await server.signUp();
      return { customer, order: await place(customer, fulfilment, more) };
    },
    async read(session, orderId) {
      const reply = await session.get(`/api/orders/${orderId}`);
      assert.equal(reply.status, 200, reply.text);
      return reply.json<OrderBody>();
    },
    async moveTo(orderId, last) {
      for (const status of ['CONFIRMED', 'PREPARING', 'READY'] as const) {
        const reply = await admin.patch(`/api/orders/${orderId}/status`, { status });
        assert.equal(reply.status, 200, reply.text);
        if (status === last) return;
      }
    },
    async countPlaces(...starts) {
      const wrong = await database.run(
        'test.wrong_counts',
        `select start_at, places
           from slots
          where places <> (select count(*)
                             from slot_places
                            where slot_places.start_at = slots.start_at
                              and held)`,
        [],
      );
      assert.deepEqual(wrong, []);
      const rows = await database.run<{ startAt: Date; places: number }>(
        'test.places_of_slots',
        'select start_at as "startAt", places from slots where start_at = any($1::timestamptz[])',
        [starts],
      );
      const counts = new Map(rows.map(({ startAt, places }) => [startAt.toISOString(), places]));
      return starts.map((start) => counts.get(start) ?? 0);
    },
  };
}

/** Asserts that a reply refuses with this code. Returns the problem. */
export function refusedWith(reply: Reply, code: string, status = 409): Problem {
  assert.equal(reply.status, status, reply.text);
  const problem = reply.json<Problem>();
  assert.equal(problem.code, code, reply.text);
  return problem;
}
