import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runRegularCheck } from '../../../src/modules/operations/regular-check.ts';
import { readProgress } from '../../../src/modules/operations/stored-checks.ts';
import type { OrderView } from '../../../src/modules/orders/schemas.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import {
  buildContext,
  buildPlacementContext,
  createTestOrders,
  parseView,
} from '../../support/orders.ts';
import { planJobs, startQueuedWorker, takeJobs } from '../../support/queued.ts';
import { addProduct, addUser } from '../../support/shop.ts';
import { query } from '../../support/until.ts';
import { findViolations } from './billed-shop.ts';

/** A shop with slots: two orders hold a place in one, and others were cancelled, failed, moved or never had a place. */
const db = await testDatabase();
const { database, url } = db;
const orders = createTestOrders(database);
const admin = await addUser(database, { role: 'admin' });
const product = await addProduct(database, { onHand: 20 });
const scarce = await addProduct(database, { onHand: 0 });

const tomorrow = Math.ceil(Date.now() / 86_400_000) * 86_400_000;
const slot = (index: number) => new Date(tomorrow + index * 15 * 60_000).toISOString();

async function place(
  requestedFor: string | null,
  { sku = product.sku, deferred = false } = {},
): Promise<OrderView> {
  const customer = await addUser(database);
  const input = {
    items: [{ sku, quantity: 1 }],
    fulfilment: { type: 'PICKUP' as const, requestedFor },
  };
  const context = buildPlacementContext(customer, undefined, input, deferred);
  return parseView(await orders.placeOrder(context, input));
}

function moveTo(orderId: string, requestedFor: string) {
  const change = { orderId, input: { requestedFor }, ifMatch: null };
  return orders.changeFulfilment(buildContext(admin), change);
}

const { id: plain } = await place(null);
await query(
  url,
  `update shop_settings
      set slot_minutes = 15, slot_orders_max = 3, version = version + 1, updated_at = now() - interval '1 hour'`,
);
const { id: held } = await place(slot(0));
await place(slot(0));
const { id: moved } = await place(slot(0));
await moveTo(moved, slot(1));
const { id: cancelled } = await place(slot(0));
await orders.cancelOrder(buildContext(admin), { orderId: cancelled, reason: 'x', ifMatch: null });
const { id: failed } = await place(slot(2), { sku: scarce.sku, deferred: true });
await startQueuedWorker(database).run(await takeJobs(database, await planJobs(database)));

const hold = (orderId: string, isHeld: boolean) =>
  `update slot_places set held = ${isHeld} where order_id = '${orderId}'`;
const count = (start: string, change: number) =>
  `update slots set places = places + ${change} where start_at = '${start}'`;
const give = (orderId: string, start: string) =>
  `insert into slot_places (order_id, start_at) values ('${orderId}', '${start}')`;
const promise = (orderId: string, promisedFor: string) =>
  `update orders set promised_for = ${promisedFor} where id = '${orderId}'`;

describe('the invariant of slots', () => {
  const missing = newId();
  const breaks: Record<string, { changes: string[]; finds: string[] }> = {
    'a slot counts fewer places than orders hold': {
      changes: [count(slot(0), -1)],
      finds: [slot(0)],
    },
    'a slot counts more places than orders hold': {
      changes: [count(slot(1), 1)],
      finds: [slot(1)],
    },
    'a slot without orders counts a place': { changes: [count(slot(2), 1)], finds: [slot(2)] },
    'a slot is lost': {
      changes: [`delete from slots where start_at = '${slot(1)}'`],
      finds: [moved],
    },
    'a place is lost': {
      changes: [`delete from slot_places where order_id = '${held}'`],
      finds: [slot(0)],
    },
    'a cancelled order holds a place': {
      changes: [hold(cancelled, true), count(slot(0), 1)],
      finds: [cancelled],
    },
    'an order that failed holds a place': {
      changes: [hold(failed, true), count(slot(2), 1)],
      finds: [failed],
    },
    'an order does not hold its place': {
      changes: [hold(held, false), count(slot(0), -1)],
      finds: [held],
    },
    'an order is promised for another time than its slot': {
      changes: [promise(held, `'${slot(1)}'`)],
      finds: [held],
    },
    'an order with a place is promised for no time': {
      changes: [promise(held, 'null')],
      finds: [held],
    },
    'a cancelled order was promised for another time than its slot': {
      changes: [promise(cancelled, `'${slot(1)}'`)],
      finds: [cancelled],
    },
    'an order that was promised for no slot has a place': {
      changes: [give(plain, slot(1)), count(slot(1), 1)],
      finds: [plain],
    },
    'an order that does not exist has a place': {
      changes: [give(missing, slot(1)), count(slot(1), 1)],
      finds: [missing],
    },
    'a slot has more orders than it takes': {
      changes: ['update shop_settings set slot_orders_max = 1'],
      finds: [slot(0)],
    },
    'a place is counted in another slot': {
      changes: [count(slot(0), -1), count(slot(1), 1)],
      finds: [slot(0), slot(1)],
    },
  };

  for (const [what, { changes, finds }] of Object.entries(breaks)) {
    test(`reports when ${what}`, async () => {
      assert.deepEqual(await findViolations(db, changes), { inv_slot_places: finds.sort() });
    });
  }

  test('allows what a lowered maximum leaves', async () => {
    const lowered = 'update shop_settings set slot_orders_max = 1, updated_at = now()';
    assert.deepEqual(await findViolations(db, [lowered]), {});
  });

  test('reports an order without its place however long its slot is over', async () => {
    const past = `now() - interval '30 days 1 minute'`;
    const changes = [
      hold(held, false),
      count(slot(0), -1),
      `update slot_places set start_at = ${past} where order_id = '${held}'`,
      promise(held, past),
    ];
    assert.deepEqual(await findViolations(db, changes), { inv_slot_places: [held] });
  });

  test('is checked for both slots of an order that moved, before the rotation reaches them', async () => {
    const check = async () => {
      const results = await runRegularCheck(database, { sliceMin: 1 });
      return results.find(({ name }) => name === 'inv_slot_places')!.violations.map(({ id }) => id);
    };
    do await check();
    while ((await readProgress(database))?.cursors.slot !== undefined);
    await moveTo(moved, slot(5));
    const both = [slot(1), slot(5)];
    for (const start of both) await query(url, count(start, 1));
    assert.deepEqual(await check(), both);
    for (const start of both) await query(url, count(start, -1));
    assert.deepEqual(await check(), []);
  });
});
