import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { fact } from '../support/log.ts';
import { markedOrder } from '../support/marked.ts';
import { insertOldEvents } from '../support/old-form.ts';
import { startTestServer } from '../support/server.ts';
import type { Reply, Session } from '../support/session.ts';
import { createSession } from '../support/session.ts';
import { addUser } from '../support/shop.ts';
import { holdPlaced, type PlacedByGuest } from '../support/strangers.ts';
import { query, until } from '../support/until.ts';
import { addEndpoint } from '../support/webhooks.ts';

/** Everything that people tell a shop of themselves is marked, and then looked for in the log and the audit. */
const db = await testDatabase();
const clerk = await addUser(db.database, { role: 'kitchen' });
const [oldId] = await insertOldEvents(db.database, [
  fact({ actor: { type: 'user', id: clerk.id, role: 'kitchen' }, reason: 'Zaphod dropped it' }),
]);
const server = await startTestServer(db, {
  background: true,
  environment: {
    GUEST_CHECKOUT: 'true',
    TRUSTED_PROXIES: '127.0.0.1/32',
    WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
    RETRY_BASE_SECONDS: '0.05',
  },
});
const admin = await server.asAdmin();
const { receiver } = await addEndpoint(admin, ['*']);

const marks: string[] = [];
/** Returns a text that is looked for. */
function mark(text: string): string {
  marks.push(text);
  return text;
}

const address = mark('198.51.100.77');
const userAgent = mark('Zaphod/1.0 (Heart of Gold)');
const headers = { 'x-forwarded-for': address, 'user-agent': userAgent };
const sku = 'TART';

async function succeed(reply: Promise<Reply>): Promise<Reply> {
  const done = await reply;
  assert.ok(done.status < 300, done.text);
  return done;
}
const post = (session: Session, path: string, body: object, more = {}) =>
  succeed(session.post(path, body, { ...headers, ...more }));
const patch = (session: Session, path: string, body: object) =>
  succeed(session.patch(path, body, headers));

/** Changes the shop from its current version. */
async function changeShop(change: object): Promise<void> {
  const { version } = (await admin.get('/api/shop')).json<{ version: number }>();
  await patch(admin, '/api/shop', { ...change, version });
}

const orderOf = (about: string) => markedOrder(mark, sku, about);

interface History {
  readonly type: string;
  readonly reason: string | null;
}

async function readHistory(orderId: string, session = admin): Promise<History[]> {
  const reply = await succeed(session.get(`/api/orders/${orderId}/history`));
  return reply.json<{ data: History[] }>().data;
}

async function begin(customer: Session, orderId: string, action: string): Promise<string> {
  const reply = await post(customer, '/api/payments/initiate', { orderId });
  const { payment, checkoutUrl } = reply.json<{ payment: { id: string }; checkoutUrl: string }>();
  const reference = new URL(checkoutUrl).pathname.split('/').at(-1)!;
  await post(server.anonymous, `/sandbox/sessions/${reference}/actions`, { action });
  return payment.id;
}

/** Returns all rows as PostgreSQL shows them, in which bytes are in hexadecimal. */
async function dumpRows(): Promise<string> {
  const rows = await query(
    db.url,
    'select events::text as row from events union all select audit::text from audit',
  );
  return rows.map(({ row }) => row).join('\n');
}

const idOf = (reply: Reply) => reply.json<{ id: string }>().id;
const reasons = {
  cancelled: mark('Zaphod has lost a head'),
  overridden: mark('Zaphod is the president'),
  moved: mark('Zaphod collected it by ship'),
  refunded: mark('Zaphod found a hair'),
  counted: mark('Trillian counted again'),
};

describe('a shop in which everybody says much about themselves', () => {
  let customerId = '';
  let cancelled = '';
  let refunded = '';

  test('encrypts at its start what a server of the version before has written', async () => {
    await until(async () => {
      const [row] = await query(db.url, 'select reason, personal_of from events where id = $1', [
        oldId,
      ]);
      assert.deepEqual(row, { reason: null, personal_of: clerk.id });
    });
  });

  test('has nothing of it in the rows of the log and the audit', async () => {
    await post(admin, '/api/products', {
      sku,
      name: 'Tart',
      price: { amount: 595, currency: 'GBP' },
      onHand: 99,
    });
    await changeShop({ fulfilmentTypes: ['PICKUP', 'DELIVERY'] });
    const product = (await admin.get(`/api/products?search=${sku}`)).json<{
      data: { id: string }[];
    }>().data[0]!;
    await post(admin, `/api/products/${product.id}/stock-adjustments`, {
      delta: 1,
      reason: reasons.counted,
    });

    const credentials = {
      email: mark('zaphod@heart.example'),
      password: 'forty-two is the answer',
    };
    const signedUp = await post(server.anonymous, '/api/auth/signup', {
      ...credentials,
      name: mark('Zaphod'),
    });
    const { accessToken, user } = signedUp.json<{ accessToken: string; user: { id: string } }>();
    customerId = user.id;
    const customer = createSession(server.url, { ...credentials, accessToken, userId: customerId });
    await patch(customer, '/api/auth/profile', { name: mark('Zaphod Beeblebrox') });
    await patch(admin, `/api/users/${customerId}`, { vip: true });

    cancelled = idOf(await post(customer, '/api/orders', orderOf('Zaphod')));
    const moved = { contact: { name: mark('Ford Prefect') }, instructions: mark('Bring a towel') };
    await patch(customer, `/api/orders/${cancelled}/fulfilment`, moved);
    await post(customer, `/api/orders/${cancelled}/cancel`, { reason: reasons.cancelled });

    refunded = idOf(
      await post(customer, '/api/orders', orderOf('Zaphod'), { prefer: 'respond-async' }),
    );
    await until(async () => {
      const order = await customer.get(`/api/orders/${refunded}`);
      assert.equal(order.json<{ status: string }>().status, 'PENDING', order.text);
    });
    await begin(customer, refunded, 'decline');
    await until(async () =>
      assert.ok((await readHistory(refunded)).some(({ type }) => type === 'payment.failed')),
    );
    const paymentId = await begin(customer, refunded, 'pay');
    await until(async () =>
      assert.ok((await readHistory(refunded)).some(({ type }) => type === 'order.confirmed')),
    );
    await post(admin, `/api/payments/${paymentId}/refunds`, {
      amount: { amount: 100, currency: 'GBP' },
      reason: reasons.refunded,
    });
    await patch(admin, `/api/orders/${refunded}/status`, {
      status: 'COMPLETED',
      override: true,
      reason: reasons.moved,
    });

    const guest = {
      email: mark('trillian@heart.example'),
      name: mark('Tricia'),
      phone: mark('+442079460999'),
    };
    const placed = (
      await post(server.anonymous, '/api/orders', { ...orderOf('Trillian'), guest })
    ).json<PlacedByGuest>();
    await post(holdPlaced(server.url, placed), `/api/orders/${placed.id}/cancel`, {
      reason: mark('Trillian left'),
    });
    await changeShop({ acceptingOrders: false });
    const called = {
      ...orderOf('Marvin'),
      guest: { name: mark('Marvin') },
      override: true,
      reason: reasons.overridden,
    };
    await post(admin, '/api/orders', called);
    await post(admin, '/api/orders', { ...called, guest: undefined, customerId });
    await changeShop({ acceptingOrders: true });

    await until(async () =>
      assert.ok((await readHistory(refunded)).some(({ type }) => type === 'refund.succeeded')),
    );
    const rows = await dumpRows();
    for (const text of [...marks, admin.identity.email]) {
      assert.ok(!rows.includes(text), text);
      assert.ok(!rows.includes(Buffer.from(text).toString('hex')), `the bytes of ${text}`);
    }
    const [count] = await query(
      db.url,
      `select (select count(personal)::int from events) as events, (select count(subject_personal)::int from audit) as subjects,
              (select count(actor_personal)::int from audit) as actors`,
    );
    assert.ok(
      (count!.events as number) >= 9 &&
        (count!.subjects as number) >= 3 &&
        (count!.actors as number) >= 6,
      JSON.stringify(count),
    );
  });

  test('shows it to those who may see it, and sends it to subscribers', async () => {
    const reasonOf = async (orderId: string, type: string) =>
      (await readHistory(orderId)).find((one) => one.type === type)?.reason;
    assert.equal(await reasonOf(cancelled, 'order.cancelled'), reasons.cancelled);
    assert.equal(await reasonOf(refunded, 'order.completed'), reasons.moved);
    assert.equal(await reasonOf(refunded, 'order.confirmed'), 'It was paid.');
    for (const type of ['refund.created', 'refund.succeeded']) {
      assert.equal(await reasonOf(refunded, type), reasons.refunded);
    }
    await until(async () => {
      const bodies = receiver.received.map(({ body }) => body);
      for (const reason of Object.values(reasons)) {
        assert.ok(
          bodies.some(({ data }) => data.reason === reason),
          reason,
        );
      }
    });
    await until(async () => {
      const mails = (await admin.get('/api/operations/mail?limit=100')).json<{
        data: { text: string }[];
      }>();
      assert.ok(mails.data.some(({ text }) => text.includes(reasons.refunded)));
    });
    const audit = (await admin.get(`/api/operations/audit?subject=${customerId}`)).json<{
      data: { before: object; after: object; cause: object }[];
    }>().data;
    assert.deepEqual(audit.map(({ before, after }) => ({ before, after })).slice(-2), [
      { before: { name: 'Zaphod' }, after: { name: 'Zaphod Beeblebrox' } },
      {
        before: null,
        after: {
          email: 'zaphod@heart.example',
          name: 'Zaphod',
          role: 'customer',
          vip: false,
          disabled: false,
        },
      },
    ]);
    for (const { cause } of audit) {
      const { address: from, userAgent: by } = cause as { address: string; userAgent: string };
      assert.deepEqual([from, by], [address, userAgent]);
    }
  });

  test('answers without it once the key is destroyed, and says what had been changed', async () => {
    const unchanged = await dumpRows();
    await query(
      db.url,
      'update personal_keys set key = null, destroyed_at = now() where person_id = $1',
      [customerId],
    );
    for (const orderId of [cancelled, refunded]) {
      const history = await readHistory(orderId);
      assert.ok(history.length > 2);
      assert.deepEqual(
        [...new Set(history.map(({ reason }) => reason))].filter(
          (reason) => reason !== 'It was paid.',
        ),
        [null],
      );
    }
    const audit = (await admin.get(`/api/operations/audit?subject=${customerId}`)).json<{
      data: { before: object; after: object; cause: object }[];
    }>().data;
    const [byAdmin, renamed, created] = audit;
    assert.deepEqual([byAdmin!.before, byAdmin!.after], [{ vip: false }, { vip: true }]);
    assert.equal((byAdmin!.cause as { address: string }).address, address, 'where the admin was');
    assert.deepEqual([renamed!.before, renamed!.after], [{ name: null }, { name: null }]);
    assert.deepEqual(created!.after, {
      email: null,
      name: null,
      role: 'customer',
      vip: false,
      disabled: false,
    });
    for (const { cause } of [renamed!, created!]) {
      const { address: from, userAgent: by } = cause as { address: null; userAgent: null };
      assert.deepEqual([from, by], [null, null]);
    }
    assert.equal(await dumpRows(), unchanged, 'the rows stay as they are');

    const sent = receiver.received.length;
    const [event] = await query(
      db.url,
      `select id from events where order_id = $1 and type = 'order.cancelled'`,
      [cancelled],
    );
    const [delivery] = await query(
      db.url,
      'select id, endpoint_id from webhook_deliveries where event_id = $1',
      [event!.id],
    );
    await post(
      admin,
      `/api/webhook-endpoints/${delivery!.endpoint_id}/deliveries/${delivery!.id}/redeliver`,
      {},
    );
    await until(async () => assert.ok(receiver.received.length > sent));
    const { body } = receiver.received.at(-1)!;
    assert.deepEqual(
      [body.id, body.data.to, body.data.reason],
      [event!.id, 'CANCELLED', undefined],
    );
  });

  test('keeps nothing of what is said about them afterwards', async () => {
    const text = 'Zaphod again';
    const placed = await post(admin, '/api/orders', { items: [{ sku, quantity: 1 }], customerId });
    await post(admin, `/api/orders/${idOf(placed)}/cancel`, { reason: text });
    const last = (await readHistory(idOf(placed))).at(-1)!;
    assert.deepEqual([last.type, last.reason], ['order.cancelled', null]);
    assert.ok(!(await dumpRows()).includes(text));
  });
});
