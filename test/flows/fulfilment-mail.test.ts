import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { addGuestOrder, holdToken } from '../support/guests.ts';
import { startTestServer } from '../support/server.ts';
import { startServerProcess } from '../support/server-process.ts';
import type { Session } from '../support/session.ts';
import { type ReceivedMail, startSmtpServer } from '../support/smtp-server.ts';
import { until } from '../support/until.ts';

/** A server that accepts orders in this process, a worker process that logs all it can, and a real mail server. */
const db = await testDatabase();
const smtp = await startSmtpServer();
const environment = {
  MAIL_DRIVER: 'smtp',
  SMTP_URL: smtp.url,
  MAIL_FROM: 'orders@shop.example',
  PUBLIC_URL: 'https://shop.example',
  JWT_SECRET: randomBytes(48).toString('base64url'),
  RETRY_BASE_SECONDS: '0.05',
  QUEUE_ATTEMPTS_MAX: '20',
};
const server = await startTestServer(db, {
  background: true,
  environment: { ...environment, ROLE: 'api' },
});
const worker = await startServerProcess({
  environment: { ...environment, ROLE: 'worker', DATABASE_URL: db.url, LOG_LEVEL: 'trace' },
});
after(() => worker.end('SIGTERM'));

const admin = await server.asAdmin();
const price = { amount: 295, currency: 'GBP' };
const created = await admin.post('/api/products', { sku: 'NAAN', name: 'Naan', price, onHand: 99 });
assert.equal(created.status, 201, created.text);
await changeShop({
  name: 'Salt & Pepper',
  timeZone: 'Asia/Kathmandu',
  fulfilmentTypes: ['PICKUP', 'DELIVERY'],
});

async function changeShop(change: object): Promise<void> {
  const { version } = (await admin.get('/api/shop')).json<{ version: number }>();
  const reply = await admin.patch('/api/shop', { ...change, version });
  assert.equal(reply.status, 200, reply.text);
}

/** A full hour tomorrow, and what the clock of Kathmandu, 5:45 ahead of UTC, shows then. */
const hour = new Date(Math.ceil(Date.now() / 3_600_000) * 3_600_000 + 24 * 3_600_000);
const later = new Date(hour.getTime() + 3_600_000);
const londonClock = (at: Date) =>
  at.toLocaleTimeString('en-GB', { timeZone: 'Europe/London' }).slice(0, 5);
const clock = (at: Date) => new Date(at.getTime() + 345 * 60_000).toISOString().slice(11, 16);

interface PlacedOrder {
  readonly id: string;
  readonly number: string;
}

const address = { line1: '1 High St', city: 'Leeds', postalCode: 'LS1 1AA', country: 'GB' };

async function place(customer: Session): Promise<PlacedOrder> {
  const reply = await customer.post('/api/orders', {
    items: [{ sku: 'NAAN', quantity: 1 }],
    fulfilment: {
      type: 'DELIVERY',
      requestedFor: hour.toISOString(),
      contact: { name: 'Ada <L.>', phone: '020 7946 0000' },
      address,
      instructions: 'Blue\ndoor',
    },
  });
  assert.equal(reply.status, 201, reply.text);
  return reply.json<PlacedOrder>();
}

async function change(
  session: Session,
  { id }: PlacedOrder,
  input: object,
  headers: Record<string, string> = {},
): Promise<void> {
  const reply = await session.patch(`/api/orders/${id}/fulfilment`, input, headers);
  assert.equal(reply.status, 200, reply.text);
}

/** Returns the mails to an address once all that is due was sent. */
async function mailsTo(email: string): Promise<ReceivedMail[]> {
  await until(async () => {
    const [row] = await db.database.run<{ busy: number }>(
      'test.busy',
      `select (select count(*)::int from jobs where state in ('waiting', 'running'))
              + (select count(*)::int from events
                  where position > (select position from log_readers where name = 'relay')) as busy`,
      [],
    );
    assert.equal(row?.busy, 0);
  });
  return smtp.received.filter(({ envelopeTo }) => envelopeTo.includes(email));
}

interface ShownMail {
  readonly orderId: string;
  readonly kind: string;
  readonly text: string;
  readonly html: string;
}

/** Returns the mails about an order as staff read them, oldest first. */
async function readShown({ id }: Pick<PlacedOrder, 'id'>): Promise<ShownMail[]> {
  const { data } = (await admin.get('/api/operations/mail')).json<{ data: ShownMail[] }>();
  return data.filter(({ orderId }) => orderId === id).reverse();
}

function assertStates({ text, html }: Pick<ReceivedMail, 'text' | 'html'>, row: string): void {
  const [label, value] = row.split(': ');
  assert.ok(text.includes(`\n${row}\n`), `${row} in ${text}`);
  const escaped = value!.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  assert.ok(html.includes(`>${label}</th>`) && html.includes(`>${escaped}</td>`), html);
}

describe('mails about an order for a time', () => {
  test('state time and place by the clock of the shop, and stay as they were sent when both change', async () => {
    const customer = await server.signUp();
    const { email } = customer.identity;
    const order = await place(customer);
    const [placed] = await mailsTo(email);
    assert.match(placed!.text, new RegExp(`\\nDelivery: \\w+day .* at ${clock(hour)}\\n`));
    assertStates(placed!, 'Delivery to: 1 High St, Leeds, LS1 1AA, GB');
    assertStates(placed!, 'Contact: Ada <L.>');
    assertStates(placed!, 'Phone: +442079460000');
    assertStates(placed!, 'Instructions: Blue door');
    assert.match(placed!.text, /Salt & Pepper\s*$/);
    assert.match(placed!.headers.from!, /Salt & Pepper/);

    await change(customer, order, { requestedFor: later.toISOString() });
    await change(admin, order, { contact: { name: 'Bob', phone: null } });
    await changeShop({ name: 'Other', timeZone: 'Europe/London' });
    const [, rescheduled, readdressed] = await mailsTo(email);
    await change(customer, order, { instructions: null });
    const [, , , renamed] = await mailsTo(email);
    assert.match(renamed!.headers.from!, /Other/);
    assert.match(
      renamed!.text,
      new RegExp(`\\nDelivery: .* at ${londonClock(later)}\\n[^]*Other\\s*$`),
    );
    await changeShop({ name: 'Salt & Pepper', timeZone: 'Asia/Kathmandu' });
    assert.equal(rescheduled!.headers.subject, `Your order ${order.number} has a new time`);
    assert.equal(readdressed!.headers.subject, `Your order ${order.number} was changed`);
    assertStates(readdressed!, 'Contact: Bob');

    const shown = await readShown(order);
    assert.deepEqual(
      shown.map(({ text, html }) => [text.trimEnd(), html.trimEnd()]),
      [placed!, rescheduled!, readdressed!, renamed!].map(({ text, html }) => [
        text.trimEnd(),
        html.trimEnd(),
      ]),
    );
  });

  test('announce a new time with the one before, and one change of time and details once', async () => {
    const customer = await server.signUp();
    const order = await place(customer);
    await mailsTo(customer.identity.email);
    await change(admin, order, { requestedFor: later.toISOString(), instructions: 'Red door' });
    const [, mail, ...more] = await mailsTo(customer.identity.email);
    assert.deepEqual(more, []);
    assert.match(mail!.text, new RegExp(`\\nNew time: \\w+day .* at ${clock(later)}\\n`));
    assert.match(mail!.text, new RegExp(`\\nTime before: \\w+day .* at ${clock(hour)}\\n`));
    assertStates(mail!, 'Instructions: Red door');
  });

  test('announce each change, whatever its caller names its requests', async () => {
    const customer = await server.signUp();
    const order = await place(customer);
    await mailsTo(customer.identity.email);
    const named = { 'x-request-id': 'ab'.repeat(16) };
    await change(admin, order, { requestedFor: later.toISOString() }, named);
    await change(admin, order, { instructions: 'Red door' }, named);
    const both = { requestedFor: hour.toISOString(), instructions: 'Green door' };
    await change(admin, order, both, { 'x-request-id': 'console-7' });
    const mails = await mailsTo(customer.identity.email);
    assert.deepEqual(
      mails.slice(1).map(({ headers }) => headers.subject),
      ['has a new time', 'was changed', 'has a new time'].map(
        (what) => `Your order ${order.number} ${what}`,
      ),
    );
    assertStates(mails[2]!, 'Instructions: Red door');
    assertStates(mails[3]!, 'Instructions: Green door');
  });
});

describe('mails to a guest', () => {
  test('lead to the order by its token, which neither staff nor the log nor the database shows', async () => {
    const email = 'gus@example.com';
    // Failures are logged, too.
    smtp.trouble = { at: 'data', code: 451 };
    const order = await addGuestOrder(db.database, { email, name: 'Gus' });
    await until(async () => {
      const rows = await db.database.run(
        'test.failed',
        `select 1 from jobs where data ->> 'orderId' = $1::text and last_error is not null`,
        [order.id],
      );
      assert.equal(rows.length, 1);
    });
    smtp.trouble = null;
    const [mail] = await mailsTo(email);
    const link = /https:\/\/shop\.example\/shop#\/orders\/([0-9a-f-]{36})\?token=(\S+)/;
    const [found = '', orderId, token = ''] = link.exec(mail!.text) ?? [];
    assert.equal(orderId, order.id);
    assert.ok(mail!.html.includes(`href="${found}"`), mail!.html);
    assert.equal(
      token,
      server.application.modules.accounts.signOrderToken(order.id, order.createdAt),
    );
    const holder = holdToken(server, order);
    assert.equal((await holder.get(`/api/orders/${order.id}`)).status, 200);

    const [shown] = await readShown(order);
    for (const [seen, sent] of [
      [shown!.text, mail!.text],
      [shown!.html, mail!.html],
    ] as const) {
      assert.equal(seen.trimEnd(), sent.trimEnd().replace(`?token=${token}`, ''));
    }
    assert.match(worker.output(), /451 not now/);
    const [, , signature] = token.split('.');
    assert.ok(!worker.output().includes(signature!));
    const kept = await db.database.run(
      'test.kept_tokens',
      `select 1 from mail_messages as it where it::text like '%' || $1::text || '%'
        union all
       select 1 from mail_texts as it where it::text like '%' || $1::text || '%'
        union all
       select 1 from jobs as it where it::text like '%' || $1::text || '%'`,
      [signature],
    );
    assert.deepEqual(kept, []);
  });

  test('are not sent to one without an e-mail address', async () => {
    const before = smtp.received.length;
    const order = await addGuestOrder(db.database, { email: null, phone: '+442079460000' });
    await mailsTo('');
    assert.equal(smtp.received.length, before);
    assert.deepEqual(await readShown(order), []);
  });
});
