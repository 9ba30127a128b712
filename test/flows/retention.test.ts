import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { dumpEverything, findMarks } from '../support/everything-kept.ts';
import { collectLines } from '../support/log-lines.ts';
import { startTestServer } from '../support/server.ts';
import type { Reply, Session } from '../support/session.ts';
import { holdPlaced, type PlacedByGuest } from '../support/strangers.ts';
import { query, until } from '../support/until.ts';

/** What people left with orders goes when the time of these orders is over, and no sooner. */
const db = await testDatabase();
const environment = {
  GUEST_CHECKOUT: 'true',
  PENDING_ORDERS_MAX: '0',
  GUEST_PENDING_PER_ADDRESS_MAX: '0',
  RETRY_BASE_SECONDS: '0.05',
};
const YEARS = 2;
const server = await startTestServer(db, { background: true, environment });
const admin = await server.asAdmin();
const customer = await server.signUp();
const sku = 'TART';

async function succeed(reply: Promise<Reply>): Promise<Reply> {
  const done = await reply;
  assert.ok(done.status < 300, done.text);
  return done;
}
const key = () => ({ 'idempotency-key': newId() });
const post = (session: Session, path: string, body: object) =>
  succeed(session.post(path, body, key()));
const patch = (session: Session, path: string, body: object) =>
  succeed(session.patch(path, body, key()));
const idOf = (reply: Reply) => reply.json<{ id: string }>().id;

/** Texts by the order that they are about. */
class Marks {
  readonly texts: string[] = [];
  readonly about: string;

  constructor(about: string) {
    this.about = about;
  }

  add(text: string): string {
    const marked = `${this.about} ${text}`;
    this.texts.push(marked);
    return marked;
  }
}

const orderOf = (marks: Marks) => ({
  items: [{ sku, quantity: 1, note: marks.add('no nuts') }],
  note: marks.add('ring twice'),
  clientToken: marks.add('token'),
  fulfilment: {
    type: 'DELIVERY',
    contact: { name: marks.add('Arthur'), phone: '+442079460123' },
    address: {
      line1: marks.add('Cottington'),
      city: marks.add('Isles'),
      postalCode: 'ZZ9 9ZA',
      country: 'GB',
    },
    instructions: marks.add('mind the bulldozer'),
  },
});

/** Places an order of the customer, changes it, has it paid, refunds a part and completes it. */
async function leaveOrder(marks: Marks): Promise<string> {
  const id = idOf(await post(customer, '/api/orders', orderOf(marks)));
  const change = { contact: { name: marks.add('Ford') }, instructions: marks.add('a towel') };
  await patch(customer, `/api/orders/${id}/fulfilment`, change);
  const initiated = await post(customer, '/api/payments/initiate', { orderId: id });
  const { payment, checkoutUrl } = initiated.json<{
    payment: { id: string };
    checkoutUrl: string;
  }>();
  const reference = new URL(checkoutUrl).pathname.split('/').at(-1)!;
  await post(server.anonymous, `/sandbox/sessions/${reference}/actions`, { action: 'pay' });
  await until(async () => {
    const order = await admin.get(`/api/orders/${id}`);
    assert.equal(order.json<{ status: string }>().status, 'CONFIRMED');
  });
  await post(admin, `/api/payments/${payment.id}/refunds`, {
    amount: { amount: 100, currency: 'GBP' },
    reason: marks.add('a hair in it'),
  });
  await patch(admin, `/api/orders/${id}/status`, {
    status: 'COMPLETED',
    override: true,
    reason: marks.add('came by'),
  });
  return id;
}

/** Places an order of a guest, who cancels it. */
async function leaveGuest(marks: Marks): Promise<string> {
  const email = `${newId()}@galaxy.example`;
  marks.texts.push(email);
  const guest = { email, name: marks.add('Trillian'), phone: '+442079460999' };
  const placed = (
    await post(server.anonymous, '/api/orders', { ...orderOf(marks), guest })
  ).json<PlacedByGuest>();
  const holder = holdPlaced(server.url, placed);
  await post(holder, `/api/orders/${placed.id}/cancel`, { reason: marks.add('no appetite') });
  return placed.id;
}

/** Lets the time since the end of an order pass. */
async function age(orderId: string, time: string): Promise<void> {
  await query(db.url, 'update orders set ended_at = ended_at - $2::interval where id = $1', [
    orderId,
    time,
  ]);
}

/** Removes the replies that are kept for a day. */
async function passDay(): Promise<void> {
  await query(db.url, 'delete from idempotency_keys');
  await query(
    db.url,
    `delete from order_keys
      using order_responses
      where order_responses.id = responses_id
        and expires_at < 'infinity'`,
  );
  await query(db.url, `delete from order_responses where expires_at < 'infinity'`);
}

async function readBooks(): Promise<unknown> {
  return query(
    db.url,
    `select (select json_agg(json_build_array(id, number, customer_id, status, payment_status, total_minor, promised_for,
                                              fulfilment ->> 'type') order by id)
               from orders) as orders,
            (select json_agg(to_jsonb(line) - 'note' order by order_id, line_number) from order_lines as line) as lines,
            (select json_agg(json_build_array(id, status, captured_minor, refunded_minor) order by id)
               from payments) as payments,
            (select json_agg(json_build_array(id, delta, on_hand) order by id) from stock_movements) as movements`,
  );
}

async function readReasons(orderId: string): Promise<(string | null)[]> {
  const reply = await succeed(admin.get(`/api/orders/${orderId}/history`));
  const { data } = reply.json<{ data: { type: string; reason: string | null }[] }>();
  return data
    .filter(({ type }) => ['order.completed', 'refund.created', 'order.cancelled'].includes(type))
    .map(({ reason }) => reason);
}

/** Starts a server of which the daily purge is overdue. */
async function startPurging(more: Readonly<Record<string, string>>) {
  await query(
    db.url,
    `insert into schedules (name, started_at) values ('privacy.forget-orders', now() - interval '25 hours')
         on conflict (name) do update set started_at = excluded.started_at, ended_at = null`,
  );
  const { logger, lines } = collectLines();
  const purging = await startTestServer(db, {
    background: true,
    logger,
    environment: { ...environment, ...more },
  });
  return { purging, lines };
}

const [old, young] = [new Marks('old'), new Marks('young')];
const [oldGuest, youngGuest] = [new Marks('elder'), new Marks('child')];
const ids = { old: '', young: '', oldGuest: '', youngGuest: '', open: '' };

describe('orders whose time is over', () => {
  test('are those that ended so long ago', async () => {
    const price = { amount: 595, currency: 'GBP' };
    await succeed(admin.post('/api/products', { sku, name: 'Tart', price, onHand: 99 }));
    const { version } = (await admin.get('/api/shop')).json<{ version: number }>();
    const fulfilmentTypes = ['PICKUP', 'DELIVERY'];
    await succeed(admin.patch('/api/shop', { fulfilmentTypes, version }));
    ids.old = await leaveOrder(old);
    ids.young = await leaveOrder(young);
    ids.oldGuest = await leaveGuest(oldGuest);
    ids.youngGuest = await leaveGuest(youngGuest);
    ids.open = idOf(
      await post(customer, '/api/orders', { items: [{ sku, quantity: 1 }], note: 'stays' }),
    );
    await until(async () => {
      const [row] = await query(db.url, 'select count(*)::int as count from jobs');
      assert.equal(row!.count, 0);
    });
    await age(ids.old, `${YEARS} years 1 hour`);
    await age(ids.oldGuest, `${YEARS} years 1 hour`);
    await age(ids.young, `${YEARS} years -1 hour`);
    await age(ids.youngGuest, `${YEARS} years -1 hour`);
    await passDay();
    const kept = await dumpEverything(db.ownerUrl);
    for (const marks of [old, young, oldGuest, youngGuest]) {
      assert.ok(findMarks(kept, marks.texts).length >= 8, marks.about);
    }
    assert.deepEqual(await readReasons(ids.old), ['old a hair in it', 'old came by']);
    assert.deepEqual(await readReasons(ids.oldGuest), ['elder no appetite']);
  });

  test('stay for ever if the shop wants that', async () => {
    const before = await dumpEverything(db.ownerUrl);
    const { purging } = await startPurging({ RETENTION_ORDER_PERSONAL_DATA_YEARS: '0' });
    const metrics = (await purging.anonymous.get('/metrics')).text;
    assert.doesNotMatch(metrics, /purged_rows_total\{rows="orders"\}/);
    await purging.stop();
    const after = await dumpEverything(db.ownerUrl);
    for (const table of ['public.orders', 'public.users', 'public.order_lines']) {
      assert.equal(after.get(table), before.get(table));
    }
  });

  test('are forgotten by the daily purge, with their guests and nobody else, and the books add up', async () => {
    const books = await readBooks();
    const others = [...young.texts, ...youngGuest.texts];
    const kept = findMarks(await dumpEverything(db.ownerUrl), others);
    const { purging, lines } = await startPurging({
      RETENTION_ORDER_PERSONAL_DATA_YEARS: `${YEARS}`,
    });
    const told = await until(async () => {
      const line = lines.find(({ schedule }) => schedule === 'privacy.forget-orders');
      assert.ok(line !== undefined);
      return line;
    });
    assert.deepEqual(told.removed, { orders: 2 });
    assert.match(
      (await purging.anonymous.get('/metrics')).text,
      /purged_rows_total\{rows="orders"\} 2/,
    );
    const everything = await dumpEverything(db.ownerUrl);
    assert.deepEqual(findMarks(everything, [...old.texts, ...oldGuest.texts]), []);
    assert.deepEqual(findMarks(everything, others), kept);
    assert.deepEqual(await readBooks(), books);
    const { invariants } = await purging.application.modules.operations.checkInvariants();
    assert.deepEqual(
      invariants.filter(({ violationCount }) => violationCount > 0),
      [],
    );

    const users = await query(
      db.url,
      `select name = '' and email is null and phone is null as erased
         from users
        where id in (select customer_id from orders where id = any($1))
        order by (select created_at from orders where customer_id = users.id order by created_at limit 1)`,
      [[ids.old, ids.oldGuest, ids.youngGuest]],
    );
    assert.deepEqual(
      users.map(({ erased }) => erased),
      [false, true, false],
      'the account and the other guest stay',
    );
    await purging.stop();
  });

  test('show no reasons, although the key of their customer still opens those of newer orders', async () => {
    assert.deepEqual(await readReasons(ids.old), [null, null]);
    assert.deepEqual(await readReasons(ids.oldGuest), [null]);
    assert.deepEqual(await readReasons(ids.young), ['young a hair in it', 'young came by']);
    assert.deepEqual(await readReasons(ids.youngGuest), ['child no appetite']);
    const customerId = idOf(await succeed(customer.get('/api/auth/profile')));
    const { text } = await succeed(admin.get(`/api/users/${customerId}/personal-data`));
    assert.deepEqual(
      old.texts.filter((one) => text.includes(one)),
      [],
    );
    assert.ok(text.includes('young came by'));
    const shown = await succeed(admin.get(`/api/orders/${ids.old}`));
    assert.equal(shown.json<{ note: string | null }>().note, null);
  });

  test('are forgotten again if they are opened again and end anew', async () => {
    await patch(admin, `/api/orders/${ids.old}/status`, {
      status: 'CONFIRMED',
      override: true,
      reason: 'it came back',
    });
    await patch(admin, `/api/orders/${ids.old}/fulfilment`, { instructions: 'leave it there' });
    await patch(admin, `/api/orders/${ids.old}/status`, {
      status: 'COMPLETED',
      override: true,
      reason: 'it went again',
    });
    const [row] = await query(
      db.url,
      'select forgotten_at < ended_at as due from orders where id = $1',
      [ids.old],
    );
    assert.equal(row!.due, true);
    // Ended a moment ago, which is more than 0.03 seconds.
    const { purging, lines } = await startPurging({
      RETENTION_ORDER_PERSONAL_DATA_YEARS: '0.000000001',
    });
    await until(async () => {
      assert.ok(lines.some(({ schedule }) => schedule === 'privacy.forget-orders'));
    });
    await passDay();
    const everything = await dumpEverything(db.ownerUrl);
    assert.deepEqual(findMarks(everything, ['leave it there', ...young.texts]), []);
    assert.deepEqual(findMarks(everything, ['stays']).length > 0, true, 'an open order has no end');
    await purging.stop();
  });
});
