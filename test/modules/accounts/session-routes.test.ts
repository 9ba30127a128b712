import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../support/database.ts';
import { newEmail, PASSWORD } from './accounts-fixture.ts';
import { accountsServer } from './http-fixture.ts';

const { database } = await testDatabase();
const { send } = await accountsServer(database);

async function signUp(url = '/api/auth/signup') {
  const email = newEmail();
  const response = await send('POST', url, { body: { email, password: PASSWORD } });
  assert.equal(response.statusCode, 201, response.body);
  return { email, response, body: response.json() };
}

function codeIn(response: { json(): { code?: string }; statusCode: number }): string {
  return `${response.statusCode} ${response.json().code}`;
}

test('sign-up, at both paths, returns the tokens and sets no cookie', async () => {
  for (const url of ['/api/auth/signup', '/api/auth/register']) {
    const { body, response } = await signUp(url);
    assert.deepEqual(Object.keys(body).sort(), [
      'accessToken',
      'expiresIn',
      'refreshToken',
      'user',
    ]);
    assert.deepEqual(Object.keys(body.user).sort(), [
      'createdAt',
      'email',
      'emailVerified',
      'id',
      'name',
      'role',
      'vip',
    ]);
    assert.equal(response.headers['set-cookie'], undefined);
  }
});

test('sign-up refuses a role, vip and any other unknown member', async () => {
  for (const extra of [{ role: 'admin' }, { vip: true }, { id: 'x' }, { disabled: false }]) {
    const body = { email: newEmail(), password: PASSWORD, ...extra };
    const response = await send('POST', '/api/auth/signup', { body });
    assert.equal(codeIn(response), '400 request.invalid', JSON.stringify(extra));
    const login = await send('POST', '/api/auth/login', {
      body: { email: body.email, password: PASSWORD },
    });
    assert.equal(login.statusCode, 401, 'nothing was written');
  }
});

test('sign-up refuses invalid fields and names them', async () => {
  const good = { email: newEmail(), password: PASSWORD };
  const wrong: [object, string][] = [
    [{ ...good, password: '1234567' }, '/password'],
    [{ ...good, password: 'x'.repeat(257) }, '/password'],
    [{ ...good, password: 12345678 }, '/password'],
    [{ ...good, email: 'nobody' }, '/email'],
    [{ ...good, email: `${'a'.repeat(243)}@example.com` }, '/email'],
    [{ ...good, email: 'a@example.com\r\nBcc: b@example.com' }, '/email'],
    [{ ...good, name: 'a\nb' }, '/name'],
    [{ ...good, name: 'x'.repeat(201) }, '/name'],
    [{ ...good, name: null }, '/name'],
  ];
  for (const [body, pointer] of wrong) {
    const response = await send('POST', '/api/auth/signup', { body });
    assert.equal(codeIn(response), '400 request.invalid', JSON.stringify(body));
    assert.equal(response.json().errors[0].pointer, pointer);
  }
});

test('a taken address is a conflict, a wrong login a 401 without a hint', async () => {
  const { email } = await signUp();
  const again = await send('POST', '/api/auth/signup', { body: { email, password: PASSWORD } });
  assert.equal(codeIn(again), '409 accounts.email_taken');
  const wrong = await send('POST', '/api/auth/login', { body: { email, password: 'wrong' } });
  const unknown = await send('POST', '/api/auth/login', {
    body: { email: newEmail(), password: 'wrong' },
  });
  const { requestId: _wrong, ...wrongBody } = wrong.json();
  const { requestId: _unknown, ...unknownBody } = unknown.json();
  assert.equal(wrongBody.code, 'accounts.invalid_credentials');
  assert.deepEqual(wrongBody, unknownBody);
});

test('a request without a token, or with a refresh token instead, is not authenticated', async () => {
  const { body } = await signUp();
  for (const bearer of [undefined, body.refreshToken, 'a.b.c', `hf_${'A'.repeat(54)}`]) {
    const response = await send('GET', '/api/auth/profile', bearer === undefined ? {} : { bearer });
    assert.equal(codeIn(response), '401 auth.unauthenticated');
    assert.match(String(response.headers['www-authenticate']), /^Bearer/);
  }
});

test('sign-up refuses a common password, at either path, and names the field', async () => {
  const email = newEmail();
  const name = 'Grace Brewster Hopper';
  for (const url of ['/api/auth/signup', '/api/auth/register']) {
    for (const password of [
      'password',
      'Qwerty123!',
      '\u3000'.repeat(8),
      email,
      'brewster',
      name,
    ]) {
      const refused = await send('POST', url, { body: { email, password, name } });
      assert.equal(codeIn(refused), '400 accounts.password_too_common', password);
      assert.equal(refused.json().errors[0].pointer, '/password');
      assert.equal(refused.headers['set-cookie'], undefined);
      assert.ok(!refused.body.includes('Qwerty123!') && !refused.body.includes(email));
    }
  }
  const created = await send('POST', '/api/auth/signup', {
    body: { email, password: PASSWORD, name },
  });
  assert.equal(created.statusCode, 201, created.body);
  const { accessToken: bearer } = created.json();
  const changed = await send('POST', '/api/auth/password', {
    body: { currentPassword: PASSWORD, newPassword: 'gracebrewsterhopper' },
    bearer,
  });
  assert.equal(codeIn(changed), '400 accounts.password_too_common');
  assert.equal(changed.json().errors[0].pointer, '/newPassword');
});

test('logout by bearer token ends the session, and leaves cookies alone', async () => {
  const { body } = await signUp();
  const bearer = body.accessToken;
  const response = await send('POST', '/api/auth/logout', { bearer });
  assert.equal(response.statusCode, 204);
  assert.equal(response.body, '');
  assert.equal(response.headers['set-cookie'], undefined);
  assert.equal(response.headers['clear-site-data'], undefined);
  assert.equal(
    codeIn(await send('GET', '/api/auth/profile', { bearer })),
    '401 auth.unauthenticated',
  );
  const refresh = await send('POST', '/api/auth/refresh', {
    body: { refreshToken: body.refreshToken },
  });
  assert.equal(codeIn(refresh), '401 accounts.refresh_invalid');
});

test('an idempotency key, even an invalid one, is ignored on sessions', async () => {
  const email = newEmail();
  const body = { email, password: PASSWORD };
  const headers = { 'idempotency-key': 'same' };
  assert.equal((await send('POST', '/api/auth/signup', { body, headers })).statusCode, 201);
  const again = await send('POST', '/api/auth/signup', { body, headers });
  assert.equal(codeIn(again), '409 accounts.email_taken');
  const unusable = { 'idempotency-key': 'é'.repeat(300) };
  const login = await send('POST', '/api/auth/login', { body, headers: unusable });
  assert.equal(login.statusCode, 200);
});

test('a forgotten password gets 202 without a body, an invalid link 400', async () => {
  const { email, body } = await signUp();
  for (const address of [email, newEmail(), 'no address']) {
    const response = await send('POST', '/api/auth/password/forgot', { body: { email: address } });
    assert.deepEqual([response.statusCode, response.body], [202, '']);
  }
  const bad = await send('POST', '/api/auth/password/reset', {
    body: { token: 'nonsense', newPassword: PASSWORD },
  });
  assert.equal(codeIn(bad), '400 accounts.reset_invalid');
  const changed = await send('POST', '/api/auth/password', {
    bearer: body.accessToken,
    body: { currentPassword: PASSWORD, newPassword: 'a better password' },
  });
  assert.deepEqual([changed.statusCode, changed.body], [204, '']);
});
