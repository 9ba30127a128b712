import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { callerBehind, newEmail, PASSWORD } from './accounts-fixture.ts';
import { accountsServer } from './http-fixture.ts';

const { database } = await testDatabase();
const { accounts, send, createToken } = await accountsServer(database);
const admin = await createToken('admin');

const adminCalls = [
  ['GET', '/api/users'],
  ['PATCH', `/api/users/${newId()}`, { vip: true }],
  ['POST', '/api/api-keys', { name: 'key', scopes: ['orders:read'] }],
  ['GET', '/api/api-keys'],
  ['DELETE', `/api/api-keys/${newId()}`],
] as const;

function codeIn(response: { json(): { code?: string }; statusCode: number }): string {
  return `${response.statusCode} ${response.json().code}`;
}

async function addCustomer(): Promise<string> {
  const { user } = await accounts.signUp({ email: newEmail(), password: PASSWORD });
  return user.id;
}

test('only admins manage users and keys: other users and a key with every scope get 403, anonymous callers 401', async () => {
  const { secret } = (
    await send('POST', '/api/api-keys', {
      bearer: admin,
      body: {
        name: 'all',
        scopes: [
          'orders:read',
          'orders:write',
          'orders:status',
          'catalog:write',
          'payments:read',
          'payments:refund',
          'operations:read',
        ],
      },
    })
  ).json();
  const customer = await createToken('customer');
  const kitchen = await createToken('kitchen');
  for (const [method, url, body] of adminCalls) {
    const payload = body === undefined ? {} : { body };
    for (const bearer of [customer, kitchen, secret]) {
      const response = await send(method, url, { ...payload, bearer });
      assert.equal(codeIn(response), '403 auth.forbidden', `${method} ${url}`);
    }
    const anonymous = await send(method, url, payload);
    assert.equal(codeIn(anonymous), '401 auth.unauthenticated', `${method} ${url}`);
  }
  for (const url of ['/api/auth/profile', '/api/users']) {
    assert.equal((await send('GET', url, { bearer: secret })).statusCode, 403);
  }
});

test('a changed user shows their permissions and nothing secret', async () => {
  const id = await addCustomer();
  const response = await send('PATCH', `/api/users/${id}`, {
    bearer: admin,
    body: { role: 'kitchen', vip: true },
  });
  assert.equal(response.statusCode, 200, response.body);
  assert.deepEqual(Object.keys(response.json()).sort(), [
    'createdAt',
    'disabled',
    'email',
    'emailVerified',
    'id',
    'name',
    'role',
    'vip',
  ]);
  assert.equal(response.json().role, 'kitchen');
});

test('a change of a user that is empty, unknown or out of range is refused', async () => {
  const id = await addCustomer();
  const wrong = [
    {},
    { role: 'root' },
    { vip: 'true' },
    { disabled: 1 },
    { email: 'x@example.com' },
  ];
  for (const body of wrong) {
    const response = await send('PATCH', `/api/users/${id}`, { bearer: admin, body });
    assert.equal(codeIn(response), '400 request.invalid', JSON.stringify(body));
  }
  const unknown = await send('PATCH', `/api/users/${newId()}`, {
    bearer: admin,
    body: { vip: true },
  });
  assert.equal(codeIn(unknown), '404 accounts.not_found');
  const noId = await send('PATCH', '/api/users/1', { bearer: admin, body: { vip: true } });
  assert.equal(codeIn(noId), '400 request.invalid');
});

test('a change of a user with one idempotency key takes effect once', async () => {
  const id = await addCustomer();
  const request = {
    bearer: admin,
    body: { vip: true },
    headers: { 'idempotency-key': newId() },
  };
  const first = await send('PATCH', `/api/users/${id}`, request);
  await accounts.updateUser(null, id, { vip: false });
  const repeat = await send('PATCH', `/api/users/${id}`, request);
  assert.equal(repeat.headers['idempotent-replayed'], 'true');
  assert.equal(repeat.body, first.body);
  const { data } = await accounts.listUsers({ limit: 100 });
  assert.equal(data.find((user) => user.id === id)?.vip, false);
});

test('a repeated creation of a key does not return its secret', async () => {
  const request = {
    bearer: admin,
    body: { name: 'till', scopes: ['orders:read'] },
    headers: { 'idempotency-key': newId() },
  };
  const first = await send('POST', '/api/api-keys', request);
  const repeat = await send('POST', '/api/api-keys', request);
  assert.deepEqual([first.statusCode, repeat.statusCode], [201, 201]);
  assert.equal(repeat.headers['idempotent-replayed'], 'true');
  const { secret, ...shown } = first.json();
  assert.match(secret, /^hf_/);
  assert.deepEqual(repeat.json(), shown);
});

test('a key with missing, unknown or duplicate scopes, or with an invalid expiry, is refused', async () => {
  const good = { name: 'till', scopes: ['orders:read'] };
  const wrong = [
    { name: 'till' },
    { ...good, scopes: [] },
    { ...good, scopes: ['orders:everything'] },
    { ...good, scopes: ['orders:read', 'orders:read'] },
    { ...good, scopes: 'orders:read' },
    { ...good, name: '' },
    { ...good, expiresAt: '2020-01-01T00:00:00Z' },
    { ...good, expiresAt: 'tomorrow' },
    { ...good, expiresAt: '2099-01-01T00:00:00Z' },
    { ...good, expiresAt: null },
    { ...good, expiresAt: '2099-02-30T00:00:00Z' },
    { ...good, expiresAt: '2016-12-31T23:59:60Z' },
    { ...good, role: 'admin' },
  ];
  for (const body of wrong) {
    const response = await send('POST', '/api/api-keys', { bearer: admin, body });
    assert.equal(codeIn(response), '400 request.invalid', JSON.stringify(body));
  }
});

test('a revoked key no longer works, and revoking it again is 404', async () => {
  const { id, secret } = (
    await send('POST', '/api/api-keys', {
      bearer: admin,
      body: { name: 'brief', scopes: ['orders:read'], expiresAt: 'never' },
    })
  ).json();
  assert.equal((await send('GET', '/api/auth/profile', { bearer: secret })).statusCode, 403);
  const revoked = await send('DELETE', `/api/api-keys/${id}`, { bearer: admin });
  assert.deepEqual([revoked.statusCode, revoked.body], [204, '']);
  assert.equal((await send('GET', '/api/auth/profile', { bearer: secret })).statusCode, 401);
  const again = await send('DELETE', `/api/api-keys/${id}`, { bearer: admin });
  assert.equal(codeIn(again), '404 accounts.key_not_found');
});

test('lists refuse parameters that are unknown or out of range', async () => {
  for (const query of ['limit=0', 'limit=101', 'limit=ten', 'sort=email', 'role=root', 'cursor=']) {
    const response = await send('GET', `/api/users?${query}`, { bearer: admin });
    assert.equal(codeIn(response), '400 request.invalid', query);
  }
  const forged = await send('GET', '/api/users?cursor=forged', { bearer: admin });
  assert.equal(codeIn(forged), '400 request.invalid_cursor');
  const page = await send('GET', '/api/users?limit=1&role=admin', { bearer: admin });
  assert.equal(page.json().data.length, 1);
});

test('a disabled admin is refused from the next request on', async () => {
  const bearer = await createToken('admin');
  const { id } = await callerBehind(accounts, bearer);
  assert.equal((await send('GET', '/api/users', { bearer })).statusCode, 200);
  await send('PATCH', `/api/users/${id}`, { bearer: admin, body: { disabled: true } });
  assert.equal((await send('GET', '/api/users', { bearer })).statusCode, 401);
});
