import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ensureCustomers, setRole } from '../../src/modules/accounts/index.ts';
import { testDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';
import { createSession } from '../support/session.ts';
import { addProduct, testAuthor } from '../support/shop.ts';

/** One address is one account, whether its domain is written in Unicode or ASCII. */
const db = await testDatabase();
const server = await startTestServer(db, { environment: { RATE_LIMIT_AUTH: '3/15m' } });
const admin = await server.asAdmin();
const password = 'a long pass phrase';
const unicode = 'user@bücher.example';
const ascii = 'user@xn--bcher-kva.example';
const spellings = [
  unicode,
  ascii,
  'USER@BÜCHER.EXAMPLE',
  'user@bu\u0308cher.example',
  'User@XN--Bcher-KVA.example',
];

const signedUp = await server.anonymous.post('/api/auth/signup', { email: ascii, password });
assert.equal(signedUp.status, 201, signedUp.text);
const { user, accessToken } = signedUp.json<{
  user: { id: string; email: string };
  accessToken: string;
}>();
const customer = createSession(server.url, {
  email: ascii,
  password,
  accessToken,
  userId: user.id,
});

describe('a customer whose domain has two spellings', () => {
  test('signs in with every spelling', async () => {
    for (const email of spellings) {
      const reply = await server.anonymous.post('/api/auth/login', { email, password });
      assert.equal(reply.status, 200, `${email}: ${reply.text}`);
      assert.equal(reply.json<{ user: { id: string } }>().user.id, user.id);
    }
  });

  test('requests a new password with every spelling', async () => {
    for (const email of spellings) {
      await server.anonymous.post('/api/auth/password/forgot', { email });
      const asked = await server.database.run<{ asked: boolean }>(
        'test.take_reset',
        'delete from password_resets where user_id = $1::uuid returning true as asked',
        [user.id],
      );
      assert.equal(asked.length, 1, email);
    }
  });

  test('is found by staff by the whole address or a part, as are the orders', async () => {
    const { sku } = await addProduct(server.database);
    const placed = await customer.post('/api/orders', { items: [{ sku, quantity: 1 }] });
    assert.equal(placed.status, 201, placed.text);
    const { id } = placed.json<{ id: string }>();
    for (const search of [
      ...spellings,
      'bücher',
      'BÜCHER',
      'xn--bcher-kva',
      '@bücher.ex',
      'xn--bch',
    ]) {
      const query = `search=${encodeURIComponent(search)}`;
      const users = (await admin.get(`/api/users?${query}`)).json<{ data: { id: string }[] }>();
      assert.deepEqual(
        users.data.map((found) => found.id),
        [user.id],
        search,
      );
      if (search === 'xn--bch') continue;
      const orders = (await admin.get(`/api/orders?${query}`)).json<{ data: { id: string }[] }>();
      assert.deepEqual(
        orders.data.map((found) => found.id),
        [id],
        search,
      );
    }
  });

  test('is one customer in an import and one user on the command line', async () => {
    const ids = await ensureCustomers(server.database, testAuthor, spellings);
    assert.deepEqual([...ids.keys()], spellings);
    assert.deepEqual([...new Set(ids.values())], [user.id]);
    assert.equal((await setRole(server.database, testAuthor, unicode, 'customer')).id, user.id);
  });

  test('is one account for the limit on password guesses', async () => {
    for (const email of spellings.slice(0, 3)) {
      const wrong = await server.anonymous.post('/api/auth/login', { email, password: 'wrong' });
      assert.equal(wrong.status, 401, wrong.text);
    }
    const blocked = await server.anonymous.post('/api/auth/login', { email: ascii, password });
    assert.equal(blocked.status, 429, blocked.text);
  });

  test('cannot sign up twice', async () => {
    const fresh = await startTestServer(db);
    for (const email of spellings) {
      const reply = await fresh.anonymous.post('/api/auth/signup', { email, password });
      assert.equal(reply.json().code, 'accounts.email_taken', email);
    }
  });
});
