import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSealKeys, sealLogs, type Verification, verifyLog } from '../../src/seals/index.ts';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { dumpEverything, dumpRedis, findMarks } from '../support/everything-kept.ts';
import { addTotpTo } from '../support/factors.ts';
import { markedOrder } from '../support/marked.ts';
import { redisMissing, startRedis } from '../support/redis-server.ts';
import { newSealKey } from '../support/seals.ts';
import { startTestServer } from '../support/server.ts';
import type { Reply } from '../support/session.ts';
import { createSession, type Session } from '../support/session.ts';
import { holdPlaced, type PlacedByGuest } from '../support/strangers.ts';
import { query, until } from '../support/until.ts';
import { addEndpoint } from '../support/webhooks.ts';

/**
 * A person leaves marks in every way in which people leave something with a shop, and is erased. Afterwards no mark is in any
 * row of any table, nor in Redis.
 */
const db = await testDatabase();
const redis = redisMissing === false ? await startRedis() : null;
const sealKey = newSealKey();
const keys = createSealKeys([sealKey]);
const server = await startTestServer(db, {
  background: true,
  environment: {
    SEAL_KEY: sealKey,
    GUEST_CHECKOUT: 'true',
    TRUSTED_PROXIES: '127.0.0.1/32',
    WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
    RETRY_BASE_SECONDS: '0.05',
    GUEST_PENDING_PER_ADDRESS_MAX: '0',
    PENDING_ORDERS_MAX: '0',
    HELD_UNITS_MAX: '0',
    ...(redis === null ? {} : { REDIS_URL: redis.url, QUEUE_DRIVER: 'bullmq' }),
  },
});
const admin = await server.asAdmin();
const { receiver } = await addEndpoint(admin, ['*']);
const sku = 'TART';

const marks: string[] = [];
/** Returns a text that nothing may contain after the person was erased. */
function mark(text: string): string {
  marks.push(text);
  return text;
}

const address = mark('198.51.100.77');
const userAgent = mark('Zaphod/1.0 (Heart of Gold)');
const headers = { 'x-forwarded-for': address, 'user-agent': userAgent };

async function succeed(reply: Promise<Reply>): Promise<Reply> {
  const done = await reply;
  assert.ok(done.status < 300, done.text);
  return done;
}
const post = (session: Session, path: string, body: object, more = {}) =>
  succeed(session.post(path, body, { ...headers, ...more }));
const patch = (session: Session, path: string, body: object, more = {}) =>
  succeed(session.patch(path, body, { ...headers, ...more }));
/** What staff do is not from where the person is. */
const byStaff = (more: object = {}) => ({ 'idempotency-key': newId(), ...more });
const idOf = (reply: Reply) => reply.json<{ id: string }>().id;

const orderOf = (about: string) => markedOrder(mark, sku, about);

async function statusOf(orderId: string): Promise<string> {
  const order = await succeed(admin.get(`/api/orders/${orderId}`));
  return order.json<{ status: string }>().status;
}

async function hasEvent(orderId: string, type: string): Promise<boolean> {
  const history = await succeed(admin.get(`/api/orders/${orderId}/history`));
  return history.json<{ data: { type: string }[] }>().data.some((one) => one.type === type);
}

async function begin(customer: Session, orderId: string, action: string): Promise<string> {
  const reply = await post(customer, '/api/payments/initiate', { orderId }, byStaff());
  const { payment, checkoutUrl } = reply.json<{ payment: { id: string }; checkoutUrl: string }>();
  const reference = new URL(checkoutUrl).pathname.split('/').at(-1)!;
  await post(server.anonymous, `/sandbox/sessions/${reference}/actions`, { action });
  return payment.id;
}

/** What must be the same afterwards: what was sold, paid and counted. */
async function readBooks(): Promise<unknown> {
  return query(
    db.url,
    `select (select json_agg(json_build_array(id, number, customer_id, status, payment_status, total_minor, promised_for) order by id)
               from orders) as orders,
            (select json_agg(to_jsonb(line) - 'note' order by order_id, line_number) from order_lines as line) as lines,
            (select json_agg(to_jsonb(bill) order by order_id) from order_bills as bill) as bills,
            (select json_agg(json_build_array(id, status, amount_minor, captured_minor, refunded_minor) order by id)
               from payments) as payments,
            (select json_agg(json_build_array(id, status, amount_minor) order by id) from payment_refunds) as refunds,
            (select json_agg(json_build_array(id, delta, on_hand) order by id) from stock_movements) as movements`,
  );
}

async function readLog(): Promise<readonly unknown[]> {
  return query(
    db.url,
    `select events::text as row from events
      union all
     select audit::text from audit`,
  );
}

/** Seals all that was committed, and returns what verification says of all rows. */
async function sealAndVerify(): Promise<Verification> {
  return until(async () => {
    await sealLogs({ database: db.database, keys }, new AbortController().signal);
    const found = await verifyLog(db.database, { keys });
    assert.deepEqual([found.unsealed.events.rows, found.unsealed.audit.rows], [0, 0]);
    return found;
  });
}

/** Returns what is in the database and in Redis. */
async function dumpKept(): Promise<ReadonlyMap<string, string>> {
  const texts = new Map(await dumpEverything(db.ownerUrl));
  if (redis !== null) texts.set('Redis', await dumpRedis(redis.url));
  return texts;
}

describe('a person who left something in every way there is', () => {
  let customerId = '';
  let refunded = '';
  const orderIds: string[] = [];

  test('has left it in all these places', async () => {
    const price = { amount: 595, currency: 'GBP' };
    await succeed(admin.post('/api/products', { sku, name: 'Tart', price, onHand: 99 }));
    const { version } = (await admin.get('/api/shop')).json<{ version: number }>();
    const fulfilmentTypes = ['PICKUP', 'DELIVERY', 'DINE_IN'];
    await succeed(admin.patch('/api/shop', { fulfilmentTypes, version }));

    const credentials = {
      email: mark('zaphod@heart.example'),
      password: 'forty-two is the answer',
    };
    const signedUp = await post(server.anonymous, '/api/auth/signup', {
      ...credentials,
      name: mark('Zaphod Beeblebrox the First'),
    });
    const { accessToken, user } = signedUp.json<{ accessToken: string; user: { id: string } }>();
    customerId = user.id;
    const unproven = createSession(server.url, { ...credentials, accessToken, userId: customerId });
    // As the link of the mail does, which only its reader has.
    await query(db.url, 'update users set email_verified_at = now() where id = $1', [customerId]);
    await patch(unproven, '/api/auth/profile', { name: mark('Zaphod the Second') });
    const { session: customer, factorId } = await addTotpTo(server, unproven);
    await patch(customer, `/api/auth/factors/${factorId}`, {
      name: mark('the telephone of Zaphod'),
    });
    await patch(customer, '/api/auth/profile', { email: mark('president@galaxy.example') });
    await post(server.anonymous, '/api/auth/password/forgot', { email: credentials.email });

    const cart = orderOf('Cart of Zaphod');
    await patch(customer, '/api/cart', { note: cart.note, fulfilment: cart.fulfilment });
    await post(customer, '/api/cart/items', cart.items[0]!);

    const cancelled = idOf(
      await post(
        customer,
        '/api/orders',
        { ...orderOf('Zaphod'), clientToken: mark('zaphods-own-token') },
        byStaff(),
      ),
    );
    const moved = { contact: { name: mark('Ford Prefect') }, instructions: mark('Bring a towel') };
    await patch(customer, `/api/orders/${cancelled}/fulfilment`, moved, byStaff());
    await post(
      customer,
      `/api/orders/${cancelled}/cancel`,
      { reason: mark('Zaphod has lost a head') },
      byStaff(),
    );

    refunded = idOf(
      await post(
        customer,
        '/api/orders',
        { ...orderOf('Zaphod'), fulfilment: { type: 'DINE_IN', table: mark('Milliways') } },
        byStaff({ prefer: 'respond-async' }),
      ),
    );
    await until(async () => assert.equal(await statusOf(refunded), 'PENDING'));
    await begin(customer, refunded, 'decline');
    await until(async () => assert.ok(await hasEvent(refunded, 'payment.failed')));
    const paymentId = await begin(customer, refunded, 'pay');
    await until(async () => assert.ok(await hasEvent(refunded, 'order.confirmed')));
    await succeed(
      admin.post(
        `/api/payments/${paymentId}/refunds`,
        { amount: { amount: 100, currency: 'GBP' }, reason: mark('Zaphod found a hair') },
        byStaff(),
      ),
    );
    await succeed(
      admin.patch(
        `/api/orders/${refunded}/status`,
        { status: 'COMPLETED', override: true, reason: mark('Zaphod collected it by ship') },
        byStaff(),
      ),
    );
    await succeed(admin.patch(`/api/users/${customerId}`, { vip: true }, byStaff()));

    // Refused later, because by then there are too few.
    const refused = idOf(
      await post(
        customer,
        '/api/orders',
        { ...orderOf('Zaphod wants many'), items: [{ sku, quantity: 5_000 }] },
        { prefer: 'respond-async' },
      ),
    );
    await until(async () => assert.equal(await statusOf(refused), 'FAILED'));

    const guest = {
      email: credentials.email.toUpperCase(),
      name: mark('Zaphod as a guest'),
      phone: mark('+442079460999'),
    };
    mark(guest.email);
    const placed = (
      await post(server.anonymous, '/api/orders', { ...orderOf('Guest'), guest }, byStaff())
    ).json<PlacedByGuest>();
    await post(holdPlaced(server.url, placed), `/api/orders/${placed.id}/cancel`, {
      reason: mark('Zaphod left without an account'),
    });
    const called = {
      ...orderOf('Telephone'),
      guest: { ...guest, name: mark('Zaphod on the line') },
    };
    const telephone = idOf(await succeed(admin.post('/api/orders', called, byStaff())));
    await succeed(
      admin.post(`/api/orders/${telephone}/cancel`, { reason: mark('Zaphod hung up') }, byStaff()),
    );
    orderIds.push(cancelled, refunded, refused, placed.id, telephone);
    await until(async () => assert.ok(await hasEvent(refunded, 'refund.succeeded')));

    // What a mail server and a payment provider say repeats what they were told.
    await query(
      db.url,
      `insert into jobs (id, name, queue, data, state, attempts, ended_at, last_error)
       values ($1, 'notifications.send-mail', 'mail', $2, 'dead', 5, now(), $3)`,
      [
        newId(),
        { kind: 'order.cancelled', orderId: cancelled, sequence: 99 },
        mark('550 no such user: beeblebrox'),
      ],
    );
    await query(
      db.url,
      `update provider_events
          set payload = payload || $2
        where payload ->> 'paymentId' in (select id::text from payments where order_id = $1)
          and payload ->> 'kind' = 'failed'`,
      [refunded, { reason: mark('The card of Mr Beeblebrox was declined') }],
    );
    await until(async () => {
      const [{ waiting }] = (await query(
        db.url,
        `select count(*)::int as waiting from jobs where state <> 'dead'`,
      )) as [{ waiting: number }];
      assert.equal(waiting, 0);
    });
    await post(customer, '/api/auth/erase-request', {});

    const kept = await dumpKept();
    const places = new Set(findMarks(kept, marks).map(({ place }) => place));
    for (const place of [
      ...['users', 'factors', 'refresh_families', 'email_links', 'account_notices'],
      ...['carts', 'cart_items', 'idempotency_keys', 'jobs', 'mail_messages', 'mail_texts'],
      ...['orders', 'order_lines', 'former_fulfilments', 'payment_refunds', 'provider_events'],
    ]) {
      assert.ok(places.has(`public.${place}`), place);
    }
    assert.ok(places.has('the responses of orders'));
  });

  test('is erased: none of it is left anywhere, and the books, the log and its seals are as they were', async () => {
    const sealed = await sealAndVerify();
    assert.deepEqual(sealed.findings, []);
    const [books, log] = [await readBooks(), await readLog()];
    assert.ok(sealed.rows.events > 0 && sealed.rows.audit > 0);
    const secret = await query(db.url, 'select key from personal_keys where person_id = $1', [
      customerId,
    ]);
    const erased = await admin.post(`/api/users/${customerId}/erase`, { reason: 'File 42.' });
    assert.equal(erased.status, 200, erased.text);
    assert.deepEqual(findMarks(await dumpEverything(db.ownerUrl), marks), []);
    await until(async () => assert.deepEqual(findMarks(await dumpKept(), marks), []));
    const key = (secret[0]!.key as Buffer).toString('hex');
    assert.deepEqual(findMarks(await dumpKept(), [key]), [], 'the key itself');

    assert.deepEqual(await readBooks(), books);
    const rows = new Set((await readLog()).map((row) => JSON.stringify(row)));
    for (const row of log) assert.ok(rows.has(JSON.stringify(row)), 'no row of the log changed');
    assert.deepEqual((await verifyLog(db.database, { keys })).findings, []);
    const sealedAgain = await sealAndVerify();
    assert.deepEqual(sealedAgain.findings, []);
    assert.ok(sealedAgain.seals > sealed.seals, 'what the erasure wrote is sealed, too');
    const invariants = await server.application.modules.operations.checkInvariants();
    assert.deepEqual(
      invariants.invariants.filter(({ violationCount }) => violationCount > 0),
      [],
    );
  });

  test('is not shown to anybody any more, and their orders are', async () => {
    for (const id of orderIds) {
      const shown = await succeed(admin.get(`/api/orders/${id}`));
      const history = await succeed(admin.get(`/api/orders/${id}/history`));
      assert.deepEqual(
        marks.filter((text) => shown.text.includes(text) || history.text.includes(text)),
        [],
      );
      const { data } = history.json<{ data: { type: string; sequence: number }[] }>();
      assert.equal(data.at(-1)!.type, 'order.forgotten');
    }
    for (const path of [
      '/api/orders?limit=100',
      '/api/orders?search=Zaphod',
      '/api/users?limit=100',
      '/api/payments?limit=100',
      '/api/operations/mail?limit=100',
      '/api/operations/audit?limit=100',
      '/api/operations/dead-letters',
    ]) {
      const { text } = await succeed(admin.get(path));
      assert.deepEqual(
        marks.filter((one) => text.includes(one)),
        [],
        path,
      );
    }
  });

  test('is forgotten by other systems, which are told', { timeout: 20_000 }, async () => {
    await until(async () => {
      const told = receiver.received.filter(({ body }) => body.type === 'customer.erased');
      assert.equal(told.length, 3, 'the account and two guests');
      assert.ok(told.some(({ body }) => body.data.userId === customerId));
      assert.ok(receiver.received.every(({ body }) => body.type !== 'order.forgotten'));
    });
  });

  test('leaves nothing with a refund that is made later: neither why staff refund, nor why the provider refuses', async () => {
    const [payment] = await query(
      db.url,
      `select id from payments where order_id = $1 and status = 'PARTIALLY_REFUNDED'`,
      [refunded],
    );
    const reason = mark('Zaphod wrote again');
    for (const mode of ['succeed', 'fail']) {
      await query(db.url, 'update sandbox.sessions set refund_mode = $2 where payment_id = $1', [
        payment!.id,
        mode,
      ]);
      const made = await succeed(
        admin.post(
          `/api/payments/${payment!.id}/refunds`,
          { amount: { amount: 50, currency: 'GBP' }, reason },
          byStaff(),
        ),
      );
      const { refund } = made.json<{ refund: { id: string; reason: string } }>();
      assert.equal(refund.reason, '');
      await until(async () => {
        const [row] = await query(db.url, 'select status from payment_refunds where id = $1', [
          refund.id,
        ]);
        assert.equal(row!.status, mode === 'fail' ? 'FAILED' : 'SUCCEEDED');
      });
    }
    const texts = await query(
      db.url,
      `select distinct reason, last_error from payment_refunds where order_id = $1`,
      [refunded],
    );
    assert.deepEqual(texts, [{ reason: '', last_error: null }]);
    assert.deepEqual(findMarks(await dumpKept(), [reason]), []);
    const history = await succeed(admin.get(`/api/orders/${refunded}/history`));
    assert.ok(await hasEvent(refunded, 'refund.failed'));
    assert.ok(!history.text.includes(reason));
  });
});
