import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';
import type { Session } from '../support/session.ts';
import { type ReceivedMail, startSmtpServer } from '../support/smtp-server.ts';
import { until } from '../support/until.ts';

/** Whole orders over HTTP, with a real mail server. */
const db = await testDatabase();
const smtp = await startSmtpServer();
const server = await startTestServer(db, {
  background: true,
  environment: {
    PUBLIC_URL: 'https://shop.example/base',
    SHOP_NAME: 'Salt & <Pepper>',
    MAIL_DRIVER: 'smtp',
    SMTP_URL: smtp.url,
    MAIL_FROM: 'orders@shop.example',
    RETRY_BASE_SECONDS: '0.05',
    QUEUE_ATTEMPTS_MAX: '20',
    CANCELLATIONS_PER_DAY_MAX: '0',
    PENDING_ORDERS_MAX: '0',
    HELD_UNITS_MAX: '0',
  },
});
const admin = await server.asAdmin();
const kitchen = await server.signInAs('kitchen');
for (const [sku, name, amount, onHand] of [
  ['NAAN', 'Plain Naan', 295, 1_000],
  ['DAL', 'Dal <i>"Makhani"</i> & rice', 1_005, 1_000],
  ['WATER', 'Tap water', 0, 1_000],
  ['LAST', 'The last of them', 100, 1],
] as const) {
  const price = { amount, currency: 'GBP' };
  const created = await admin.post('/api/products', { sku, name, price, onHand });
  assert.equal(created.status, 201, created.text);
}
const meal = [
  { sku: 'NAAN', quantity: 2 },
  { sku: 'DAL', quantity: 3 },
];

async function place(customer: Session, items: readonly object[] = meal, headers = {}) {
  const reply = await customer.post('/api/orders', { items, note: 'no\ncoriander' }, headers);
  assert.ok(reply.status < 300, reply.text);
  return reply.json<{ id: string; number: string }>();
}

async function move(orderId: string, ...statuses: readonly string[]): Promise<void> {
  for (const status of statuses) {
    const reply = await kitchen.patch(`/api/orders/${orderId}/status`, { status });
    assert.equal(reply.status, 200, reply.text);
  }
}

/** Pays on the sandbox's page and resolves when the order is confirmed. */
async function pay(customer: Session, orderId: string): Promise<string> {
  const begun = await customer.post('/api/payments/initiate', { orderId });
  assert.equal(begun.status, 201, begun.text);
  const { payment, checkoutUrl } = begun.json<{ payment: { id: string }; checkoutUrl: string }>();
  const reference = new URL(checkoutUrl).pathname.split('/').at(-1)!;
  const acted = await server.anonymous.post(`/sandbox/sessions/${reference}/actions`, {
    action: 'pay',
  });
  assert.equal(acted.status, 202, acted.text);
  await until(async () => {
    const order = (await customer.get(`/api/orders/${orderId}`)).json();
    assert.equal(order.paymentStatus, 'PAID');
  });
  return payment.id;
}

/** Waits until a customer has received `count` mails and no work is pending, so no more will follow. */
async function mailsTo({ identity }: Session, count: number): Promise<ReceivedMail[]> {
  const mine = () => smtp.received.filter((mail) => mail.envelopeTo.includes(identity.email));
  await until(async () => assert.equal(mine().length, count, listSubjects(mine()).join(' | ')));
  await idle();
  assert.equal(mine().length, count, listSubjects(mine()).join(' | '));
  return mine();
}

function idle(): Promise<void> {
  return until(async () => {
    const [row] = await db.database.run<{ busy: number }>(
      'test.busy',
      `select (select count(*)::int from jobs where state in ('waiting', 'running'))
              + (select count(*)::int from events
                  where position > (select position from log_readers where name = 'relay')) as busy`,
      [],
    );
    assert.equal(row?.busy, 0);
  });
}

const listSubjects = (mails: readonly ReceivedMail[]) =>
  mails.map(({ headers }) => headers.subject);

function assertSays(mail: ReceivedMail, ...texts: readonly string[]): void {
  for (const text of texts) {
    assert.ok(mail.text.includes(text), `${text} in ${mail.text}`);
    const escaped = text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;');
    assert.ok(mail.html.includes(escaped), `${escaped} in ${mail.html}`);
  }
}

describe('mails to customers', () => {
  test('announce that an order was placed, confirmed and ready, with its lines and totals', async () => {
    const customer = await server.signUp();
    await customer.patch('/api/auth/profile', { name: 'Ada Lovelace' });
    const { id, number } = await place(customer);
    await pay(customer, id);
    await move(id, 'PREPARING', 'READY', 'COMPLETED');
    const mails = await mailsTo(customer, 3);
    assert.deepEqual(listSubjects(mails), [
      `We have your order ${number}`,
      `Your order ${number} is confirmed`,
      `Your order ${number} is ready`,
    ]);
    const [placed, confirmed] = mails;
    for (const mail of mails) {
      assertSays(mail, 'Hello Ada Lovelace,', 'Salt & <Pepper>', 'no coriander');
      assert.match(
        mail.text,
        /2 x Plain Naan: 5\.90 GBP\n3 x Dal .*: 30\.15 GBP\nTotal: 36\.05 GBP/,
      );
      assertSays(mail, 'Dal <i>"Makhani"</i> & rice', '5.90 GBP', '30.15 GBP', '36.05 GBP');
      const link = `https://shop.example/base/shop/orders/${id}`;
      assert.ok(mail.text.includes(`See your order:\n${link}\n`), mail.text);
      assert.ok(mail.html.includes(`href="${link}"`));
      assert.equal(mail.headers.from, '"Salt & <Pepper>" <orders@shop.example>');
    }
    assertSays(placed!, `Thank you for your order ${number}.`);
    assertSays(confirmed!, 'We have received your payment of 36.05 GBP.');
  });

  test('state the payment deadline', async () => {
    const customer = await server.signUp();
    await place(customer);
    const [mail] = await mailsTo(customer, 1);
    assert.match(mail!.text, /Please pay for it by \w+day \d+ \w+ \d{4} at \d\d:\d\d UTC\./);
  });

  test('announce an order with nothing to pay once', async () => {
    const customer = await server.signUp();
    const { number } = await place(customer, [{ sku: 'WATER', quantity: 1 }]);
    const mails = await mailsTo(customer, 1);
    assert.deepEqual(listSubjects(mails), [`Your order ${number} is confirmed`]);
    assertSays(mails[0]!, 'There is nothing to pay.', '0.00 GBP');
  });

  test('announce a cancellation in words that fit who cancelled', async () => {
    const customer = await server.signUp();
    const own = await place(customer);
    await customer.post(`/api/orders/${own.id}/cancel`, {});
    const [, byCustomer] = await mailsTo(customer, 2);
    assertSays(byCustomer!, `Your order ${own.number} was cancelled, as you requested.`);
    const other = await place(customer);
    await admin.post(`/api/orders/${other.id}/cancel`, { reason: 'The oven\r\nis <broken>.' });
    const [, , , byAdmin] = await mailsTo(customer, 4);
    assertSays(
      byAdmin!,
      `We had to cancel your order ${other.number}.`,
      'The reason: The oven is <broken>.',
    );
  });

  test('announce each refund with its amount', async () => {
    const customer = await server.signUp();
    const { id, number } = await place(customer);
    const paymentId = await pay(customer, id);
    for (const amount of [500, 3_105]) {
      const reply = await admin.post(`/api/payments/${paymentId}/refunds`, {
        amount: { amount, currency: 'GBP' },
        reason: 'It was cold.',
      });
      assert.equal(reply.status, 201, reply.text);
    }
    const refunds = (await mailsTo(customer, 4)).filter(
      ({ headers }) => headers.subject === `A refund for your order ${number}`,
    );
    assert.equal(refunds.length, 2);
    const sums = refunds.map(({ text }) => /We have returned ([\d.]+ GBP)/.exec(text)?.[1]);
    assert.deepEqual(sums.sort(), ['31.05 GBP', '5.00 GBP']);
    for (const mail of refunds) assertSays(mail, 'The reason: It was cold.');
  });

  test('do not announce a queued order before it was placed or has failed', async () => {
    const [first, second] = [await server.signUp(), await server.signUp()];
    const items = [{ sku: 'LAST', quantity: 1 }];
    const placed = await place(first, items, { prefer: 'respond-async' });
    assert.deepEqual(listSubjects(await mailsTo(first, 1)), [
      `We have your order ${placed.number}`,
    ]);
    const failed = await place(second, items, { prefer: 'respond-async' });
    const [mail] = await mailsTo(second, 1);
    assert.equal(mail!.headers.subject, `Your order ${failed.number} could not be placed`);
    assertSays(mail!, 'Nothing was charged.', '1.00 GBP');
  });

  test('still go to a disabled account with an open order', async () => {
    const customer = await server.signUp();
    const { id } = await place(customer);
    await admin.patch(`/api/users/${customer.identity.userId}`, { disabled: true });
    await admin.post(`/api/orders/${id}/cancel`, {});
    await mailsTo(customer, 2);
  });

  test('are not sent when staff moves an order back to an earlier status', async () => {
    const customer = await server.signUp();
    const { id } = await place(customer);
    await move(id, 'CONFIRMED', 'PREPARING');
    const reply = await admin.patch(`/api/orders/${id}/status`, {
      status: 'CONFIRMED',
      override: true,
      reason: 'The wrong button.',
    });
    assert.equal(reply.status, 200, reply.text);
    await mailsTo(customer, 2);
  });
});

describe('mails with hostile content or refused addresses', () => {
  test('contain no name that could act as a header, markup or a link', async () => {
    const names = [
      'Ada\r\nBcc: eve@example.com\r\n\r\n<script>alert(1)</script>',
      '<img src=x onerror=alert(1)>',
      'Win at www.evil.example',
      'x'.repeat(200),
      '\u202eadA',
    ];
    for (const name of names) {
      const customer = await server.signUp();
      await db.database.run('test.rename', 'update users set name = $2::text where id = $1::uuid', [
        customer.identity.userId,
        name,
      ]);
      await place(customer);
      const [mail] = await mailsTo(customer, 1);
      assert.equal(mail!.headers.bcc, undefined);
      assert.doesNotMatch(mail!.html, /<script|<img|\u202e/);
      assert.doesNotMatch(mail!.text, /\r|\u202e|evil|x{100}/);
    }
  });

  test('become dead letters at once if the address is refused permanently', async () => {
    const customer = await server.signUp();
    smtp.refuses = (recipient) => (recipient === customer.identity.email ? 550 : null);
    const { id } = await place(customer);
    const [letter] = await until(async () => {
      const rows = await findDeadMail(id);
      assert.equal(rows.length, 1);
      return rows;
    });
    smtp.refuses = () => null;
    assert.equal(letter!.attempts, 1);
    assert.match(letter!.last_error, /550/);
    const other = await server.signUp();
    await place(other);
    await mailsTo(other, 1);
  });
});

describe('a failing mail server', () => {
  for (const [trouble, begin, end] of [
    ['refuses connections', () => smtp.goAway(), () => smtp.comeBack()],
    ['answers connections with 421', () => setTrouble('connection', 421), () => setTrouble()],
    ['answers every mail with 451', () => setTrouble('data', 451), () => setTrouble()],
  ] as const) {
    test(`that ${trouble} delays no order, and every mail arrives afterwards`, async () => {
      await begin();
      const customer = await server.signUp();
      try {
        const placed = await Promise.all(Array.from({ length: 5 }, () => place(customer)));
        // Every mail has failed once and will be sent again.
        await until(async () => {
          const [row] = await db.database.run<{ count: number }>(
            'test.tried_mails',
            `select count(*)::int as count
               from jobs
              where data ->> 'orderId' = any($1::text[]) and last_error is not null`,
            [placed.map(({ id }) => id)],
          );
          assert.equal(row?.count, placed.length);
        });
        assert.deepEqual(
          smtp.received.filter((mail) => mail.envelopeTo.includes(customer.identity.email)),
          [],
        );
      } finally {
        await end();
      }
      const mails = await mailsTo(customer, 5);
      assert.equal(new Set(mails.map(({ headers }) => headers['message-id'])).size, 5);
    });
  }
});

describe('a hanging mail server', () => {
  test('delays neither orders nor other work, and every mail arrives when it recovers', async () => {
    smtp.trouble = { at: 'hang' };
    const customer = await server.signUp();
    try {
      // More than are sent concurrently.
      for (let order = 0; order < 25; order += 1) await place(customer);
      const queued = await place(customer, meal, { prefer: 'respond-async' });
      await until(async () => {
        const order = (await customer.get(`/api/orders/${queued.id}`)).json();
        assert.equal(order.status, 'PENDING');
      });
    } finally {
      await setTrouble();
    }
    await mailsTo(customer, 26);
  });
});

describe('GET /api/operations/mail', () => {
  test('shows each sent mail as it was sent, with its Message-ID', async () => {
    const customer = await server.signUp();
    const { id } = await place(customer);
    const [mail] = await mailsTo(customer, 1);
    const { data } = (await admin.get('/api/operations/mail?limit=1')).json<{
      data: Record<string, string>[];
    }>();
    const { id: mailId, sentAt, ...shown } = data[0]!;
    assert.match(mailId!, /^[0-9a-f-]{36}$/);
    assert.ok(Date.parse(sentAt!) > 0);
    assert.deepEqual(shown, {
      messageId: mail!.headers['message-id']?.slice(1, -1),
      to: customer.identity.email,
      subject: mail!.headers.subject,
      text: shown.text,
      html: shown.html,
      kind: 'order.placed',
      orderId: id,
    });
    assert.equal(shown.text?.trimEnd(), mail!.text.trimEnd());
    assert.equal(shown.html?.trimEnd(), mail!.html.trimEnd());
  });

  test('shows that a reset was sent, while its text is stored nowhere', async () => {
    const customer = await server.signUp();
    const { email } = customer.identity;
    const asked = await server.anonymous.post('/api/auth/password/forgot', { email });
    assert.equal(asked.status, 202);
    const [mail] = await mailsTo(customer, 1);
    const [, token = ''] =
      /https:\/\/shop\.example\/base\/shop\/reset#token=([\w-]+)/.exec(mail!.text) ?? [];
    assert.ok(mail!.html.includes(`href="https://shop.example/base/shop/reset#token=${token}"`));
    const { data } = (await admin.get('/api/operations/mail?limit=1')).json<{
      data: Record<string, unknown>[];
    }>();
    assert.deepEqual(
      [data[0]?.kind, data[0]?.to, data[0]?.text, data[0]?.html, data[0]?.orderId],
      ['password.reset', email, null, null, null],
    );
    const kept = await db.database.run(
      'test.kept_tokens',
      `select 1 from mail_messages as it where it::text like '%' || $1::text || '%'
        union all
       select 1 from mail_texts as it where it::text like '%' || $1::text || '%'
        union all
       select 1 from jobs as it where it::text like '%' || $1::text || '%'`,
      [token],
    );
    assert.deepEqual(kept, []);
    const reset = await server.anonymous.post('/api/auth/password/reset', {
      token,
      newPassword: 'a better password',
    });
    assert.equal(reset.status, 204, reset.text);
  });
});

async function setTrouble(at?: 'connection' | 'data', code = 0): Promise<void> {
  // Open connections are already past the greeting.
  await smtp.goAway();
  await smtp.comeBack();
  smtp.trouble = at === undefined ? null : { at, code };
}

function findDeadMail(orderId: string): Promise<{ attempts: number; last_error: string }[]> {
  return db.database.run(
    'test.dead_mail',
    `select attempts, last_error from jobs where state = 'dead' and data ->> 'orderId' = $1::text`,
    [orderId],
  );
}
