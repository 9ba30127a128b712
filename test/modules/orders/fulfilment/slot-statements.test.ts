import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { testDatabase } from '../../../support/database.ts';
import { startTestServer } from '../../../support/server.ts';
import { addProduct } from '../../../support/shop.ts';
import { startStatementRecorder } from '../../../support/statement-recorder.ts';
import { type OrderBody, onlyIn, timeIn } from './scheduled-shop.ts';

/** What slots cost: the round trips to PostgreSQL of an order, and their statements. */
const db = await testDatabase();
const recorder = await startStatementRecorder(db.url);
after(() => recorder.close());
const server = await startTestServer(
  { database: db.database, url: recorder.url },
  { environment: { PENDING_ORDERS_MAX: '50' } },
);
const admin = await server.asAdmin();
const customer = await server.signUp();
const { sku } = await addProduct(db.database);

const slot = timeIn(2, '17:00');
const pickup = { type: 'PICKUP', requestedFor: slot };

async function set(settings: object): Promise<void> {
  const openingHours = onlyIn(2, ['17:00', '20:00']);
  const reply = await admin.patch('/api/shop', { timeZone: 'UTC', openingHours, ...settings });
  assert.equal(reply.status, 200, reply.text);
  // The next placement reads the new price list; those after it are measured.
  await place();
}

async function place(fulfilment: object = pickup): Promise<OrderBody> {
  const body = { items: [{ sku, quantity: 1 }], fulfilment };
  const reply = await customer.post('/api/orders', body);
  assert.equal(reply.status, 201, reply.text);
  return reply.json<OrderBody>();
}

async function record(work: () => Promise<unknown>): Promise<string[]> {
  const first = recorder.roundTrips.length;
  await work();
  const own = recorder.roundTrips
    .slice(first)
    .filter(({ statements }) => !statements.includes('accounts.find_revocations'));
  return own.map(({ statements }) => statements.join(', '));
}

const [decide, write] = [
  'begin, accounts.lock_customers, orders.count_pending, orders.placement_time, orders.take_numbers, inventory.find_offers',
  'orders.insert, orders.insert_lines, events.insert, inventory.change_reserved_of_one, commit',
] as const;
const hold = write.replace('events.insert', 'events.insert, scheduling.insert_places');

test('an order without slots sends no further statement, and one for a slot two, in the same round trips', async () => {
  await set({ slotMinutes: 0 });
  assert.deepEqual(await record(place), [decide, write]);
  await set({ slotMinutes: 20, slotOrdersMax: 0 });
  assert.deepEqual(await record(place), [decide, hold]);
  await set({ slotMinutes: 20, slotOrdersMax: 50 });
  const read = decide.replace('inventory', 'scheduling.find_slots, inventory');
  assert.deepEqual(await record(place), [read, hold]);
});

test('a change of the fulfilment locks and reads slots only for another time', async () => {
  const { id } = await place();
  const change = (body: object) =>
    record(() => customer.patch(`/api/orders/${id}/fulfilment`, body));
  const lock = 'begin, orders.lock, orders.placement_time';
  const show = 'orders.find_lines, orders.find_bills';
  assert.deepEqual(await change({ instructions: 'Quick' }), [
    lock,
    'orders.change_one, orders.insert_former_fulfilments, events.insert',
    show,
    'commit',
  ]);
  assert.deepEqual(await change({ requestedFor: timeIn(2, '17:20') }), [
    lock,
    'scheduling.exclude_places, scheduling.find_slots, scheduling.find_held_slot',
    'orders.change_one, orders.insert_former_fulfilments, events.insert, scheduling.move_place',
    show,
    'commit',
  ]);
  assert.deepEqual(await change({ instructions: 'Quick' }), [lock, show, 'commit']);
});
