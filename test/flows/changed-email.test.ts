import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { createUserOnce } from '../../src/modules/accounts/index.ts';
import { testDatabase } from '../support/database.ts';
import { createMailboxes, findToken } from '../support/mailbox.ts';
import { startTestServer } from '../support/server.ts';
import { createSession, type Reply, type Session } from '../support/session.ts';
import { testAuthor } from '../support/shop.ts';
import { startSmtpServer } from '../support/smtp-server.ts';
import { until } from '../support/until.ts';

/** Proven and changed addresses over HTTP, with a real mail server. */
const db = await testDatabase();
const smtp = await startSmtpServer();
const server = await startTestServer(db, {
  background: true,
  environment: {
    PUBLIC_URL: 'https://shop.example',
    SHOP_NAME: 'Salt & Pepper',
    MAIL_DRIVER: 'smtp',
    SMTP_URL: smtp.url,
    MAIL_FROM: 'orders@shop.example',
    RETRY_BASE_SECONDS: '0.05',
  },
});
const admin = await server.asAdmin();
const waitForMail = createMailboxes(smtp);
const newAddress = () => `${randomBytes(8).toString('hex')}@example.com`;

const subjects = {
  verify: 'Confirm your e-mail address',
  confirm: 'Confirm your new e-mail address',
  taken: 'You already have an account with this address',
  asked: 'Your e-mail address is to be changed',
  changed: 'Your e-mail address was changed',
  undone: 'A change of an e-mail address was undone',
};

async function signUp(email = newAddress(), name = ''): Promise<Session> {
  const password = `a phrase of ${email.slice(0, 8)}`;
  const reply = await server.anonymous.post('/api/auth/signup', { email, password, name });
  assert.equal(reply.status, 201, reply.text);
  const { accessToken, user } = reply.json<{ accessToken: string; user: { id: string } }>();
  return createSession(server.url, { email, password, accessToken, userId: user.id });
}

const open = (token: string) => server.anonymous.post('/api/auth/verify-email', { token });
const undo = (token: string) => server.anonymous.post('/api/auth/email/undo', { token });
const change = (customer: Session, email: string) => customer.patch('/api/auth/profile', { email });

function assertRefused(reply: Reply, status: number, code: string): void {
  assert.deepEqual([reply.status, reply.json().code], [status, code], reply.text);
}

async function readProfile(customer: Session) {
  return (await customer.get('/api/auth/profile')).json<{
    email: string;
    emailVerified: boolean;
  }>();
}

/** Returns the status of a sign-in with an address and a customer's password. */
async function logIn({ identity }: Session, email: string): Promise<number> {
  const { password } = identity;
  return (await server.anonymous.post('/api/auth/login', { email, password })).status;
}

/** Asks for another address and confirms it. Returns the token that undoes the change. */
async function changeAddress(customer: Session, from: string, to: string): Promise<string> {
  assert.equal((await change(customer, to)).status, 200);
  const opened = await open(findToken(await waitForMail(to, subjects.confirm), '/verify'));
  assert.equal(opened.status, 204, opened.text);
  return findToken(await waitForMail(from, subjects.changed), '/email-undo');
}

/** Returns the types of the audit's rows about a user, oldest first. */
async function listAudit(userId: string) {
  const { data } = (await admin.get(`/api/operations/audit?subject=${userId}`)).json<{
    data: { type: string; before: object | null; after: object | null }[];
  }>();
  return data.reverse();
}

describe('a sign-up', () => {
  test('sends a link that proves the address once, signed in or not', async () => {
    const customer = await signUp();
    const { email, userId } = customer.identity;
    assert.equal((await readProfile(customer)).emailVerified, false);
    const mail = await waitForMail(email, subjects.verify);
    const token = findToken(mail, '/verify');
    assert.ok(mail.html.includes(`href="https://shop.example/shop/verify#token=${token}"`));
    assert.equal((await open(token)).status, 204);
    assert.equal((await readProfile(customer)).emailVerified, true);
    assertRefused(await open(token), 400, 'accounts.link_invalid');
    assert.deepEqual((await listAudit(userId)).at(-1), {
      ...(await listAudit(userId)).at(-1),
      type: 'user.email_verified',
      before: { emailVerified: false },
      after: { emailVerified: true },
    });
    const { data } = (await admin.get(`/api/users?search=${email}`)).json<{ data: object[] }>();
    assert.equal((data[0] as { emailVerified?: boolean }).emailVerified, true);
  });

  test('sends at most five links an hour, and none once the address is proven, with one answer', async () => {
    const customer = await signUp();
    const { email } = customer.identity;
    const send = () => customer.post('/api/auth/verify-email/send');
    const replies = await Promise.all(Array.from({ length: 8 }, send));
    assert.deepEqual(
      replies.map(({ status, text }) => [status, text]),
      Array.from({ length: 8 }, () => [202, '']),
    );
    await waitForMail(email, subjects.verify, 5);
    const tokens = smtp.received
      .filter((mail) => mail.envelopeTo.includes(email))
      .map((mail) => findToken(mail, '/verify'));
    assert.equal(new Set(tokens).size, 5);
    const opened = await Promise.all(tokens.map(open));
    assert.deepEqual([...new Set(opened.map(({ status }) => status))], [204]);
    assert.equal((await send()).status, 202);
    await waitForMail(email, subjects.verify, 5);
  });

  test('keeps the name and every note from a stranger until the address is proven', async () => {
    const price = { amount: 250, currency: 'GBP' };
    await admin.post('/api/products', { sku: 'BUN', name: 'Iced bun', price, onHand: 100 });
    const customer = await signUp(newAddress(), 'Call 0900 now');
    const { email } = customer.identity;
    const place = async () => {
      const order = {
        items: [{ sku: 'BUN', quantity: 1, note: 'call 0900' }],
        note: 'call 0900 now',
        fulfilment: { type: 'PICKUP', contact: { name: 'Call 0900', phone: '+449005550100' } },
      };
      const reply = await customer.post('/api/orders', order);
      assert.equal(reply.status, 201, reply.text);
      return reply.json<{ number: string }>().number;
    };
    const first = await waitForMail(email, `We have your order ${await place()}`);
    assert.doesNotMatch(first.text + first.html, /0900|9005550100/);
    assert.match(first.text, /^Hello,\n/);
    assert.match(first.text, /Iced bun/);
    const token = findToken(await waitForMail(email, subjects.verify), '/verify');
    assert.equal((await open(token)).status, 204);
    const later = await waitForMail(email, `We have your order ${await place()}`);
    assert.match(later.text, /^Hello Call 0900 now,\n/);
    assert.equal(later.text.match(/call 0900/gi)?.length, 4, later.text);
    // A mail is recorded after it was sent.
    await until(async () => {
      const { data } = (await admin.get('/api/operations/mail?limit=100')).json<{
        data: { to: string; kind: string; text: string | null }[];
      }>();
      const shown = data.filter(({ to, kind }) => to === email && kind === 'order.placed');
      assert.deepEqual(
        shown.map(({ text }) => text?.trimEnd()),
        [later.text.trimEnd(), first.text.trimEnd()],
      );
    });
  });

  test('with an address that a reset has proven needs no other link', async () => {
    const customer = await signUp();
    const { email } = customer.identity;
    await server.anonymous.post('/api/auth/password/forgot', { email });
    const token = findToken(await waitForMail(email, 'Choose a new password'), '/reset');
    const newPassword = 'a quite different phrase';
    const reset = await server.anonymous.post('/api/auth/password/reset', { token, newPassword });
    assert.equal(reset.status, 204, reset.text);
    const { data } = (await admin.get(`/api/users?search=${email}`)).json<{
      data: { emailVerified: boolean }[];
    }>();
    assert.equal(data[0]?.emailVerified, true);
  });
});

describe('a changed address', () => {
  test('counts from its confirmation on, and the former one is told twice', async () => {
    const customer = await signUp();
    const { email, userId } = customer.identity;
    const to = newAddress();
    const reply = await change(customer, to);
    assert.deepEqual([reply.status, reply.json().email], [200, email], reply.text);
    const asked = await waitForMail(email, subjects.asked);
    findToken(asked, '/email-undo');
    assert.ok(!(asked.text + asked.html).includes(to), 'the former address learns no other');
    assert.match(
      asked.text,
      /When: .* UTC\.\n\nFrom where: the network address 127\.0\.0\.1, with /,
    );
    assert.equal(await logIn(customer, to), 401);
    const token = findToken(await waitForMail(to, subjects.confirm), '/verify');
    assert.equal((await open(token)).status, 204);
    assertRefused(await open(token), 400, 'accounts.link_invalid');
    assert.deepEqual([await logIn(customer, to), await logIn(customer, email)], [200, 401]);
    const profile = await readProfile(customer);
    assert.deepEqual([profile.email, profile.emailVerified], [to, true]);
    await waitForMail(email, subjects.changed);
    const { type, before, after } = (await listAudit(userId)).at(-1)!;
    assert.deepEqual(
      { type, before, after },
      { type: 'user.email_changed', before: { email }, after: { email: to } },
    );
  });

  test('can be undone, which ends all sessions and voids what was asked for with the other', async () => {
    const customer = await signUp();
    const { email, userId } = customer.identity;
    const to = newAddress();
    const token = await changeAddress(customer, email, to);
    await server.anonymous.post('/api/auth/password/forgot', { email: to });
    const reset = findToken(await waitForMail(to, 'Choose a new password'), '/reset');
    const third = newAddress();
    await change(customer, third);
    const further = findToken(await waitForMail(third, subjects.confirm), '/verify');
    assert.equal((await undo(token)).status, 204);
    assert.equal((await customer.get('/api/auth/profile')).status, 401);
    assert.deepEqual([await logIn(customer, email), await logIn(customer, to)], [200, 401]);
    for (const refused of [open(further), undo(token)]) {
      assertRefused(await refused, 400, 'accounts.link_invalid');
    }
    const used = await server.anonymous.post('/api/auth/password/reset', {
      token: reset,
      newPassword: 'a quite different phrase',
    });
    assertRefused(used, 400, 'accounts.reset_invalid');
    await waitForMail(email, subjects.undone);
    const toOther = await waitForMail(to, subjects.undone);
    assert.doesNotMatch(toOther.text, /From where/, 'the other side learns where the owner is');
    const { type, before, after } = (await listAudit(userId)).at(-1)!;
    assert.deepEqual(
      { type, before, after },
      {
        type: 'user.email_changed',
        before: { email: to, sessionsEnded: null },
        after: { email, sessionsEnded: 1 },
      },
    );
  });

  test('is stopped before it counts with the link of the first mail', async () => {
    const customer = await signUp();
    const { email } = customer.identity;
    const to = newAddress();
    await change(customer, to);
    const token = findToken(await waitForMail(email, subjects.asked), '/email-undo');
    const confirmation = findToken(await waitForMail(to, subjects.confirm), '/verify');
    assert.equal((await undo(token)).status, 204);
    assertRefused(await open(confirmation), 400, 'accounts.link_invalid');
    assert.equal(await logIn(customer, email), 200);
  });

  test('is undone by the earliest owner, whatever the others do', async () => {
    const customer = await signUp();
    const { email } = customer.identity;
    const [second, third] = [newAddress(), newAddress()];
    const toFirst = await changeAddress(customer, email, second);
    const toSecond = await changeAddress(customer, second, third);
    assert.equal((await undo(toFirst)).status, 204);
    assertRefused(await undo(toSecond), 400, 'accounts.link_invalid');
    assert.equal(await logIn(customer, email), 200);
  });

  test('leaves the former one to its owner for as long as they can have it back', async () => {
    const customer = await signUp();
    const { email } = customer.identity;
    const token = await changeAddress(customer, email, newAddress());
    const body = { email, password: 'some other phrase' };
    assertRefused(
      await server.anonymous.post('/api/auth/signup', body),
      409,
      'accounts.email_taken',
    );
    const other = await signUp();
    assert.equal((await change(other, email)).status, 200);
    await waitForMail(email, subjects.taken);
    assert.equal((await undo(token)).status, 204);
    assert.equal(await logIn(customer, email), 200);
  });

  test('does not make the start create its owner again under the former one', async () => {
    const customer = await signUp();
    const { email, password } = customer.identity;
    await changeAddress(customer, email, newAddress());
    await db.database.run(
      'test.end_undo',
      'update email_links set expires_at = now() where user_id = $1::uuid',
      [customer.identity.userId],
    );
    const input = { email, password: `${password}, long enough`, role: 'admin' } as const;
    assert.equal(await createUserOnce(db.database, testAuthor, input), null);
  });

  test('reveals in no answer that somebody else has it, and tells them', async () => {
    const [owner, customer] = [await signUp(), await signUp()];
    const { email } = owner.identity;
    const answers = [await change(customer, email), await change(customer, newAddress())];
    const [taken, free] = answers.map(({ status, text }) => [status, text]);
    assert.deepEqual(taken, free);
    const mail = await waitForMail(email, subjects.taken);
    assert.doesNotMatch(mail.text, /token/);
    assert.equal((await readProfile(owner)).email, email);
  });

  test('goes to one of two accounts and a sign-up that want it at once', async () => {
    const to = newAddress();
    const customers = [await signUp(), await signUp()];
    await Promise.all(customers.map((customer) => change(customer, to)));
    await waitForMail(to, subjects.confirm, 2);
    const tokens = smtp.received
      .filter((mail) => mail.envelopeTo.includes(to))
      .map((mail) => findToken(mail, '/verify'));
    const replies = await Promise.all([
      ...tokens.map(open),
      server.anonymous.post('/api/auth/signup', { email: to, password: 'some other phrase' }),
    ]);
    const won = replies.filter(({ status }) => status < 300);
    const lost = replies.filter(({ status }) => status >= 300);
    assert.equal(won.length, 1);
    for (const reply of lost) assertRefused(reply, 409, 'accounts.email_taken');
  });

  test('is asked for at most five times an hour, by an account and of an address', async () => {
    const customer = await signUp();
    const targets = Array.from({ length: 6 }, newAddress);
    for (const target of targets) assert.equal((await change(customer, target)).status, 200);
    await waitForMail(customer.identity.email, subjects.asked, 5);
    const victim = newAddress();
    for (let index = 0; index < 6; index += 1) await change(await signUp(), victim);
    await waitForMail(victim, subjects.confirm, 5);
    await until(async () => {
      const rows = await db.database.run('test.jobs', 'select from jobs', []);
      assert.equal(rows.length, 0);
    });
    assert.ok(!smtp.received.some(({ envelopeTo }) => envelopeTo.includes(targets[5]!)));
    await waitForMail(victim, subjects.confirm, 5);
  });

  test('needs a recent proof of who somebody is, and an address that can be one', async () => {
    const customer = await signUp();
    assertRefused(await change(customer, 'nobody'), 400, 'request.invalid');
    assertRefused(await customer.patch('/api/auth/profile', {}), 400, 'request.invalid');
    const { identity } = customer;
    const { email, password } = identity;
    const session = await server.anonymous.post('/api/auth/login', { email, password });
    assert.equal(session.status, 200, session.text);
    const { refreshToken } = session.json<{ refreshToken: string }>();
    await db.database.run(
      'test.age_proofs',
      `update refresh_families set authenticated_at = now() - interval '11 minutes' where user_id = $1::uuid`,
      [identity.userId],
    );
    const refreshed = await server.anonymous.post('/api/auth/refresh', { refreshToken });
    assert.equal(refreshed.status, 200, refreshed.text);
    const { accessToken } = refreshed.json<{ accessToken: string }>();
    const old = createSession(server.url, { ...identity, accessToken });
    assertRefused(await change(old, newAddress()), 403, 'auth.step_up_required');
    assert.equal((await old.patch('/api/auth/profile', { name: 'Ada' })).status, 200);
  });

  test('and its links are in no job, mail record or log', async () => {
    const customer = await signUp();
    const { email } = customer.identity;
    const to = newAddress();
    const token = await changeAddress(customer, email, to);
    for (const table of ['jobs', 'mail_messages', 'mail_texts', 'email_links', 'audit']) {
      const rows = await db.database.run(
        `test.kept_${table}`,
        `select from ${table} as it where it::text like '%' || $1::text || '%'`,
        [token],
      );
      assert.equal(rows.length, 0, table);
    }
    const { data } = (await admin.get('/api/operations/mail?limit=100')).json<{
      data: { to: string; kind: string; text: string | null; html: string | null }[];
    }>();
    const shown = data
      .filter((mail) => [email, to].includes(mail.to))
      .map(({ text, html }) => text ?? html);
    assert.deepEqual(shown, [null, null, null, null]);
    assert.deepEqual(
      data.filter((mail) => mail.to === email).map(({ kind }) => kind),
      ['account.email_changed', 'account.email_change_requested', 'email.verify'],
    );
  });
});
