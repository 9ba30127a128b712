import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';
import { addProduct } from '../support/shop.ts';
import { type RoundTrip, startStatementRecorder } from '../support/statement-recorder.ts';
import { query, until } from '../support/until.ts';

/**
 * The round trips to PostgreSQL of each step of a customer's checkout, and their statements. With few customers their
 * number is what a step costs, whatever the statements do: a round trip uses about 70 µs of processor time at both
 * ends, and a commit that waits for the disk as much again.
 *
 * A change that needs another one belongs into this table, with its reason in the commit. `begin` includes settings.
 */
const expected = {
  'cart add': [
    'begin, accounts.lock_customers, carts.set_items, carts.find, orders.count_pending, commit',
  ],
  checkout: [
    'begin, accounts.lock_customers, orders.count_pending, orders.placement_time, orders.take_numbers, carts.find_lines_of_carts',
    'orders.insert, orders.insert_lines, events.insert, carts.clear, inventory.change_reserved_of_one, commit',
  ],
  initiate: [
    'begin, orders.lock_several, payments.find_payers',
    'payments.insert, orders.change_one, events.insert, commit',
    'sandbox.insert_sessions',
    'begin, payments.store_sessions, commit',
  ],
  'pay, and the webhook': [
    'begin, sandbox.lock_sessions',
    'sandbox.record_actions, commit',
    'begin, payments.lock_orders, payments.find_reported',
    'payments.insert_provider_events, payments.insert_matches, orders.change_one, events.insert, commit',
    'sandbox.mark_delivered',
  ],
  'order detail': ['orders.find_with_lines'],
};

/** Work that is repeated in the background at intervals, whatever customers do. */
const RECURRING =
  /^(accounts\.find_revocations|database|events\.(?!insert)|jobs|orders\.lock_expired|payments\.(end_of|find_due|lease|lock_due)|sandbox\.claim_due|\w+\.purge)/;

/** Only our own statements have names with a dot; pg-boss and new connections send others. */
function belongsToStep({ transaction }: RoundTrip): boolean {
  return (
    transaction.some((name) => name.includes('.')) &&
    !transaction.some((name) => RECURRING.test(name))
  );
}

const db = await testDatabase();
// So that nothing follows from the events during the test: the relay does not get its lease.
await query(
  db.url,
  `insert into log_readers (name, holder, held_since, leased_until)
   values ('relay', gen_random_uuid(), now(), now() + interval '1 day')`,
);
const recorder = await startStatementRecorder(db.url);
after(() => recorder.close());
const server = await startTestServer(
  { database: db.database, url: recorder.url },
  { background: true },
);
const { sku } = await addProduct(db.database, { onHand: 100, priceMinor: 250 });
const customer = await server.signUp();

type Step = keyof typeof expected;

/** Checks out once. Returns the round trips of each step. */
async function checkOut(): Promise<Record<Step, readonly string[]>> {
  const steps: Partial<Record<Step, readonly string[]>> = {};
  async function take<T>(step: Step, work: () => Promise<T>): Promise<T> {
    const first = recorder.roundTrips.length;
    const result = await work();
    steps[step] = recorder.roundTrips
      .slice(first)
      .filter(belongsToStep)
      .map(({ statements }) => statements.join(', '));
    return result;
  }
  async function post(path: string, body: object) {
    const reply = await customer.post(path, body);
    assert.ok(reply.status < 300, reply.text);
    return reply.json<{ id: string; checkoutUrl: string }>();
  }

  await take('cart add', () => customer.put(`/api/cart/items/${sku}`, { quantity: 1 }));
  const order = await take('checkout', () => post('/api/cart/checkout', {}));
  const { checkoutUrl } = await take('initiate', () =>
    post('/api/payments/initiate', { orderId: order.id }),
  );
  await take('pay, and the webhook', async () => {
    const session = new URL(checkoutUrl).pathname.split('/').at(-1);
    await post(`/sandbox/sessions/${session}/actions`, { action: 'pay' });
    const marks = () =>
      recorder.roundTrips.filter(({ statements }) => statements.includes('sandbox.mark_delivered'));
    const before = marks().length;
    await until(async () => assert.ok(marks().length > before));
  });
  const detail = await take('order detail', () => customer.get(`/api/orders/${order.id}`));
  assert.equal(detail.json<{ status: string }>().status, 'CONFIRMED');
  return steps as Record<Step, readonly string[]>;
}

test('a checkout sends no more statements and round trips than it needs', async () => {
  // The first one prepares the statements and loads what is cached.
  await checkOut();
  // Work in the background may hide a statement of one checkout, but not of each.
  await until(async () => assert.deepEqual(await checkOut(), expected));
});
