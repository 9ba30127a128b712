import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { addTotpTo } from '../support/factors.ts';
import { createLives, idOf, succeed } from '../support/lives.ts';
import { createMarked, headersOf, orderOf } from '../support/marked.ts';
import { findMarkedColumns } from '../support/marked-columns.ts';
import { startTestServer } from '../support/server.ts';
import { createSession, type Session } from '../support/session.ts';
import { code, guestCheckout, holdPlaced, type PlacedByGuest } from '../support/strangers.ts';
import { query, until } from '../support/until.ts';
import { addEndpoint } from '../support/webhooks.ts';

/** Everything that the shop learns of people is marked. A person receives what is marked as theirs, and nothing else. */
const db = await testDatabase();
const server = await startTestServer(db, {
  background: true,
  environment: {
    ...guestCheckout,
    WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
    RETRY_BASE_SECONDS: '0.05',
    HELD_UNITS_MAX: '0',
  },
});
const admin = await server.asAdmin();
const endpoint = await addEndpoint(admin, ['*']);
const { sku, signUp, proveAddress, orderAsGuest, live, leaveRareTexts } = await createLives(
  server,
  db.owner,
  admin,
);

/** The lists of a document, by the name of the part. */
type Document = Record<string, Record<string, Record<string, unknown>[]>> & {
  readonly format: number;
  readonly userId: string;
  readonly createdAt: string;
};

interface Collected {
  readonly text: string;
  readonly data: Document;
}

async function collect(session: Session, id: string): Promise<Collected> {
  const reply = await succeed(session.get(`/api/users/${id}/personal-data`));
  return { text: reply.text, data: reply.json<Document>() };
}

/** Where a document has what a column says. A column with a mark that is not listed here is not given out. */
const listByColumn: Readonly<Record<string, string>> = {
  'account_notices.address': 'accounts.notices',
  'account_notices.browser': 'accounts.notices',
  'account_notices.recipient': 'accounts.notices',
  'cart_items.note': 'carts.items',
  'carts.fulfilment': 'carts.carts',
  'carts.note': 'carts.carts',
  'email_links.email': 'accounts.links',
  'email_links.email_key': 'accounts.links',
  'factors.name': 'accounts.factors',
  'former_fulfilments.fulfilment': 'orders.orders',
  'idempotency_keys.result': 'replies.replies',
  'mail_messages.greeted_name': 'notifications.orderMails',
  'mail_messages.recipient': 'notifications.orderMails',
  'mail_texts.subject': 'notifications.orderMails',
  'mail_texts.text_body': 'notifications.orderMails',
  'order_lines.note': 'orders.orders',
  'orders.buyer_network': 'orders.orders',
  'orders.client_token': 'orders.orders',
  'orders.fulfilment': 'orders.orders',
  'orders.guest_email_key': 'orders.orders',
  'orders.guest_network': 'orders.orders',
  'orders.note': 'orders.orders',
  'orders.shipping_address': 'orders.orders',
  'payment_refunds.reason': 'payments.payments',
  'payments.session_request': 'payments.payments',
  'provider_events.payload': 'payments.payments',
  'refresh_families.address': 'accounts.sessions',
  'refresh_families.user_agent': 'accounts.sessions',
  'stock_movements.reason': 'inventory.movements',
  'users.email': 'accounts.users',
  'users.email_key': 'accounts.users',
  'users.folded_email': 'accounts.users',
  'users.name': 'accounts.users',
  'users.original_email_key': 'accounts.users',
};

/** Asserts that a document has all marks, those of each column in the list of the column. */
async function assertComplete({ text, data }: Collected, marks: readonly string[]): Promise<void> {
  for (const mark of marks) assert.ok(text.includes(mark), mark);
  const columns = await findMarkedColumns(db.owner, marks);
  assert.ok(columns.size > 0);
  for (const [column, inColumn] of columns) {
    const [part, list] = listByColumn[column]?.split('.') ?? [];
    assert.ok(part !== undefined && list !== undefined, `${column} is not given out`);
    const given = JSON.stringify(data[part]?.[list] ?? []);
    for (const mark of inColumn) assert.ok(given.includes(mark), `${mark} of ${column}`);
  }
}

const zoe = createMarked('Zoe');
const bob = createMarked('Bob');
const clerk = createMarked('Clerk');
const zoesEmail = 'zoe.of-the-test@example.com';
const secrets = [endpoint.secret];
let zoesId = '';
let zoesSession: Session;
let guest: PlacedByGuest;

describe('what is given out of a person', () => {
  test('is everything that they said or that was said of them', async () => {
    guest = await orderAsGuest(zoe, zoesEmail.toUpperCase());
    const lived = await live(zoe, zoesEmail);
    zoesId = lived.identity.userId;
    await live(bob, 'bob.of-the-test@example.com');
    const { session, recoveryCodes } = await addTotpTo(server, lived);
    zoesSession = session;
    const { password, accessToken } = session.identity;
    secrets.push(password, accessToken, guest.orderToken, ...recoveryCodes);
    await until(async () => {
      const [row] = await query(
        db.url,
        `select count(distinct kind)::int as count
           from mail_messages
          where lower(recipient) = $1
            and kind in ('order.cancelled', 'payment.refunded', 'account.factor_added')`,
        [zoesEmail],
      );
      assert.equal(row!.count, 3);
    });
    await leaveRareTexts(zoe, zoesId);
    await succeed(session.post('/api/auth/erase-request', {}));
    const document = await collect(session, zoesId);
    await assertComplete(document, [...zoe.marks, zoesEmail]);
    const { data } = document;
    assert.equal(data.userId, zoesId);
    const orders = data.orders!.orders!;
    assert.equal(orders.length, 3, 'with the order of the guest');
    assert.deepEqual(
      data.accounts!.users!.map((user) => user.guest),
      [false, true],
    );
    for (const list of ['factors', 'recoveryCodes', 'devices', 'challenges']) {
      assert.ok(data.accounts![list]!.length > 0, list);
    }
    for (const list of ['accountMails', 'orderMails']) {
      assert.ok(data.notifications![list]!.length > 0, list);
    }
    assert.ok(data.webhooks!.deliveries!.length > 0);
    assert.equal(data.jobs!.jobs!.length, 2);
    assert.equal(data.privacy!.erasures!.length, 1);
    for (const { storedResponse } of orders.slice(1)) {
      assert.match(JSON.stringify(storedResponse), /Zoe .*no nuts/);
    }
    assert.ok(data.audit!.about!.length > 3);
  });

  test('has the same for an admin', async () => {
    const document = await collect(admin, zoesId);
    await assertComplete(document, [...zoe.marks, zoesEmail]);
  });

  test('has nothing of others, and names staff by their role', async () => {
    const { text } = await collect(zoesSession, zoesId);
    for (const mark of [...bob.marks, admin.identity.email, admin.identity.userId]) {
      assert.ok(!text.includes(mark), mark);
    }
    assert.match(text, /"actor":\{"type":"user","role":"admin","self":false\}/);
  });

  test('has no secrets', async () => {
    const stored = await query(
      db.url,
      `select password_hash as text from users where password_hash is not null
        union all
       select encode(secret, 'hex') from factors where secret is not null
        union all
       select encode(code_hash, 'hex') from recovery_codes
        union all
       select encode(token_hash, 'hex') from refresh_tokens
        union all
       select encode(token_hash, 'hex') from email_links`,
    );
    const { text } = await collect(zoesSession, zoesId);
    for (const secret of [...secrets, ...stored.map((row) => String(row.text))]) {
      assert.ok(!text.includes(secret), secret);
    }
    assert.doesNotMatch(text, /#token=/, 'no link of a mail');
  });

  test('is attached, and kept by nobody on the way', async () => {
    const { headers } = await zoesSession.get(`/api/users/${zoesId}/personal-data`);
    assert.equal(
      headers.get('content-disposition'),
      `attachment; filename="personal-data-${zoesId}.json"`,
    );
    assert.equal(headers.get('content-type'), 'application/json; charset=utf-8');
    assert.equal(headers.get('cache-control'), 'private, no-store');
    const countReads = () =>
      query(
        db.url,
        `select count(*)::int as reads from audit where type = 'user.personal_data_read'`,
      );
    const before = await countReads();
    const head = await zoesSession.request('HEAD', `/api/users/${zoesId}/personal-data`);
    assert.deepEqual([head.status, head.text], [200, '']);
    assert.equal(head.headers.get('content-type'), 'application/json; charset=utf-8');
    assert.deepEqual(await countReads(), before, 'nothing was given out');
    const bobs = await zoesSession.request('HEAD', `/api/users/${newId()}/personal-data`);
    assert.equal(bobs.status, 404);
  });
});

describe('the guests of an address', () => {
  test('are not given to an account that has not proven the address', async () => {
    const stranger = createMarked('Stranger');
    const email = 'guest.of-the-test@example.com';
    const theirs = await orderAsGuest(stranger, email);
    const session = await signUp(createMarked('Thief'), email);
    const { text, data } = await collect(session, session.identity.userId);
    for (const mark of stranger.marks) assert.ok(!text.includes(mark), mark);
    assert.equal(data.accounts!.users!.length, 1);

    const guests = await collect(admin, theirs.customerId);
    await assertComplete(guests, stranger.marks);
    assert.equal(guests.data.userId, theirs.customerId);
    await proveAddress(session);
    await assertComplete(await collect(session, session.identity.userId), stranger.marks);
  });

  test('are one each, if an admin asks for one', async () => {
    const { data } = await collect(admin, guest.customerId);
    assert.deepEqual(
      data.orders!.orders!.map(({ id }) => id),
      [guest.id],
    );
    assert.equal(data.accounts!.sessions!.length, 0);
  });
});

describe('one of the staff', () => {
  test('receives what they did, and nothing of those for whom', async () => {
    const session = await server.asAdmin();
    const { userId } = session.identity;
    const headers = headersOf(clerk);
    const listed = await succeed(session.get(`/api/products?search=${sku}`));
    const [product] = listed.json<{ data: { id: string }[] }>().data;
    const stock = `/api/products/${product!.id}/stock-adjustments`;
    await succeed(
      session.post(
        stock,
        { delta: 1, reason: clerk.mark('counted') },
        { ...headers, 'idempotency-key': newId() },
      ),
    );
    const key = await succeed(
      session.post(
        '/api/api-keys',
        { name: clerk.mark('till'), scopes: ['orders:read'] },
        { ...headers, 'idempotency-key': newId() },
      ),
    );
    const order = await server
      .signUp()
      .then(async (customer) =>
        idOf(await succeed(customer.post('/api/orders', orderOf(bob, sku, 'served')))),
      );
    const reason = bob.mark('has lost his appetite');
    await succeed(
      session.post(
        `/api/orders/${order}/cancel`,
        { reason },
        { ...headers, 'idempotency-key': newId() },
      ),
    );
    await succeed(session.patch(`/api/users/${zoesId}`, { vip: false }, headers));

    const { text, data } = await collect(session, userId);
    const { address, ...others } = headers;
    for (const mark of [...clerk.marks, ...Object.values(others), address ?? '']) {
      assert.ok(text.includes(mark), mark);
    }
    for (const mark of [...bob.marks, ...zoe.marks, zoesEmail])
      assert.ok(!text.includes(mark), mark);
    assert.ok(!text.includes(key.json<{ secret: string }>().secret));
    assert.deepEqual(
      data.events!.inOrders!.map(({ orderId, type }) => ({ orderId, type })),
      [{ orderId: order, type: 'order.cancelled' }],
    );
    assert.equal(data.events!.own!.length, 1);
    assert.equal(data.inventory!.movements!.length, 1);
    assert.equal(data.accounts!.apiKeys!.length, 1);
    assert.deepEqual(data.audit!.changes!.map(({ type }) => type).sort(), [
      'api_key.created',
      'user.changed',
    ]);
    assert.deepEqual(
      data.replies!.replies!.map((reply) => 'result' in reply),
      [false, false, false],
    );
  });
});

describe('the right to it', () => {
  const path = (id: string) => `/api/users/${id}/personal-data`;

  test('is that of the person and of admins: for everybody else there is no such user', async () => {
    const cook = await server.signInAs('kitchen');
    for (const session of [await server.signUp(), cook]) {
      assert.equal(code(await session.get(path(zoesId))), 'accounts.not_found');
    }
    assert.equal((await cook.get(path(cook.identity.userId))).status, 200);
    assert.equal(code(await admin.get(path(newId()))), 'accounts.not_found');
    assert.equal(code(await server.anonymous.get(path(zoesId))), 'auth.unauthenticated');
    const ofGuest = await holdPlaced(server.url, guest).get(path(guest.customerId));
    assert.equal(code(ofGuest), 'auth.forbidden');
    const key = await succeed(
      admin.post('/api/api-keys', { name: 'till', scopes: ['operations:read'] }),
    );
    const till = createSession(server.url, {
      ...admin.identity,
      accessToken: key.json<{ secret: string }>().secret,
    });
    assert.equal(code(await till.get(path(zoesId))), 'auth.forbidden');
  });

  test('leaves one row in the audit each time, which says to whom', async () => {
    const before = new Date().toISOString();
    await collect(zoesSession, zoesId);
    await collect(admin, zoesId);
    assert.equal((await server.anonymous.get(path(zoesId))).status, 401);
    const audit = await succeed(
      admin.get(
        `/api/operations/audit?subject=${zoesId}&type=user.personal_data_read&from=${before}`,
      ),
    );
    const rows = audit.json<{ data: { actor: { id: string }; after: object }[] }>().data;
    assert.deepEqual(
      rows.map(({ actor }) => actor.id),
      [admin.identity.userId, zoesId],
    );
    assert.deepEqual(rows[0]!.after, { guests: 1, orders: 3 });
  });
});
