import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { scopes } from '../../src/shared/caller.ts';
import { testDatabase } from '../support/database.ts';
import { fetchOperations } from '../support/openapi.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { createSession, type Reply, type Session } from '../support/session.ts';
import { addProduct } from '../support/shop.ts';
import { until } from '../support/until.ts';

/** Secrets that open an account or sign for a user are visible only to callers who already have that power. */

interface SentMail {
  readonly kind: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string | null;
  readonly html: string | null;
}

interface Shop {
  readonly server: TestServer;
  readonly admin: Session;
  readonly customer: Session;
  /** An API key with every scope. */
  readonly key: Session;
  readonly keySecret: string;
  readonly orderId: string;
}

/** Starts a shop with one order and a pending reset of the admin's password. */
async function shop(environment: Readonly<Record<string, string>>): Promise<Shop> {
  const db = await testDatabase();
  const server = await startTestServer(db, { background: true, environment });
  const admin = await server.asAdmin();
  const customer = await server.signUp();
  const made = await admin.post('/api/api-keys', { name: 'a till', scopes });
  assert.equal(made.status, 201, made.text);
  const { secret } = made.json<{ secret: string }>();
  const key = createSession(server.url, { ...customer.identity, accessToken: secret });
  const { sku } = await addProduct(db.database);
  const placed = await customer.post('/api/orders', { items: [{ sku, quantity: 1 }] });
  assert.equal(placed.status, 201, placed.text);
  const { id: orderId } = placed.json<{ id: string }>();
  const { email } = admin.identity;
  const asked = await server.anonymous.post('/api/auth/password/forgot', { email });
  assert.equal(asked.status, 202, asked.text);
  await until(async () => assert.equal((await mailsFor(admin)).length, 2));
  return { server, admin, customer, key, keySecret: secret, orderId };
}

async function mailsFor(session: Session): Promise<SentMail[]> {
  const reply = await session.get('/api/operations/mail');
  assert.equal(reply.status, 200, reply.text);
  return reply.json<{ data: SentMail[] }>().data;
}

/** Returns each mail's kind, and whether its text and its HTML are shown. */
function shown(mails: readonly SentMail[]): [string, boolean, boolean][] {
  return mails
    .map(({ kind, text, html }): [string, boolean, boolean] => [kind, text !== null, html !== null])
    .sort();
}

describe('a shop that captures mail outside production', async () => {
  const { server, admin, customer, key, keySecret, orderId } = await shop({});

  test('lets an admin read every mail, including resets', async () => {
    assert.deepEqual(shown(await mailsFor(admin)), [
      ['order.placed', true, true],
      ['password.reset', true, true],
    ]);
  });

  test('shows an API key the recipients and subjects of mails, but no text', async () => {
    const mails = await mailsFor(key);
    assert.deepEqual(shown(mails), [
      ['order.placed', false, false],
      ['password.reset', false, false],
    ]);
    const reset = mails.find(({ kind }) => kind === 'password.reset');
    assert.equal(reset?.to, admin.identity.email);
    assert.notEqual(reset?.subject, '');
  });

  test('lets no API key extend its own rights or those of others', async () => {
    const { userId } = customer.identity;
    const attempts: Promise<Reply>[] = [
      key.post('/api/api-keys', { name: 'another', scopes }),
      key.patch(`/api/users/${userId}`, { role: 'admin' }),
      key.post('/api/auth/password', { currentPassword: 'x', newPassword: 'a long pass phrase' }),
      key.post('/api/webhook-endpoints', { url: 'https://evil.example/', eventTypes: ['*'] }),
      key.get('/api/users'),
      key.get('/api/api-keys'),
    ];
    for (const reply of await Promise.all(attempts)) assert.equal(reply.status, 403, reply.text);
  });

  test('reveals no secret of others in any response to an API key, the kitchen or another customer', async () => {
    const reset = (await mailsFor(admin)).find(({ kind }) => kind === 'password.reset');
    const [, token = ''] = /token=([\w-]+)/.exec(reset?.text ?? '') ?? [];
    assert.equal(token.length, 43);
    const endpoint = await admin.post(
      '/api/webhook-endpoints',
      { url: 'https://shop.example/hooks/a-secret-path', eventTypes: ['*'] },
      { 'idempotency-key': 'endpoint' },
    );
    assert.equal(endpoint.status, 201, endpoint.text);
    const { id: endpointId, secret } = endpoint.json<{ id: string; secret: string }>();
    const secrets = [token, secret, keySecret, 'a-secret-path', customer.identity.accessToken];
    const readers = {
      key,
      kitchen: await server.signInAs('kitchen'),
      other: await server.signUp(),
    };
    const ids: Record<string, string> = { orders: orderId, 'webhook-endpoints': endpointId };
    let read = 0;
    for (const { method, path } of await fetchOperations(server.url)) {
      if (method !== 'GET' || !path.startsWith('/api/')) continue;
      const [, noun = ''] = /^\/api\/([a-z-]+)\/\{id\}/.exec(path) ?? [];
      const url = path.replace('{id}', ids[noun] ?? orderId).replace('{sku}', 'NONE');
      for (const [name, reader] of Object.entries(readers)) {
        const { status, text } = await reader.get(url);
        if (status === 200) read += 1;
        for (const each of secrets) assert.ok(!text.includes(each), `${name} reads it at ${url}`);
      }
    }
    assert.ok(read > 20, String(read));
  });
});

describe('a shop that captures mail in production', async () => {
  const { server, admin, key } = await shop({
    NODE_ENV: 'production',
    PAYMENT_PROVIDER: 'sandbox',
    MAIL_DRIVER: 'capture',
    STAFF_SECOND_FACTOR: 'optional',
  });

  test('hides the text of resets from everyone and shows other mails to admins', async () => {
    assert.deepEqual(shown(await mailsFor(admin)), [
      ['order.placed', true, true],
      ['password.reset', false, false],
    ]);
    assert.ok(shown(await mailsFor(key)).every(([, text, html]) => !text && !html));
  });

  test('does not store the text of resets in the database either', async () => {
    const rows = await server.database.run<{ kept: boolean }>(
      'test.kept_resets',
      `select mail_texts.mail_id is not null as kept
         from mail_messages
         left join mail_texts on mail_id = id
        where kind = 'password.reset'`,
      [],
    );
    assert.deepEqual(rows, [{ kept: false }]);
  });
});
