import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../support/database.ts';
import { newEmail, PASSWORD, PUBLIC_URL } from './accounts-fixture.ts';
import { accountsServer, findCookie } from './http-fixture.ts';

const { database } = await testDatabase();
const { send } = await accountsServer(database);

async function signUp(url = '/api/auth/signup') {
  const email = newEmail();
  const response = await send('POST', url, { body: { email, password: PASSWORD } });
  assert.equal(response.statusCode, 201, response.body);
  const access = findCookie(response, 'holdfast_access');
  const refresh = findCookie(response, 'holdfast_refresh');
  return { email, response, access, refresh, body: response.json() };
}

function codeIn(response: { json(): { code?: string }; statusCode: number }): string {
  return `${response.statusCode} ${response.json().code}`;
}

test('sign-up, at both paths, returns the tokens and sets both as protected cookies', async () => {
  for (const url of ['/api/auth/signup', '/api/auth/register']) {
    const { body, access, refresh } = await signUp(url);
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
    assert.equal(access.value, body.accessToken);
    assert.equal(refresh.value, body.refreshToken);
    assert.deepEqual([access.path, access.maxAge], ['/', 900]);
    assert.deepEqual([refresh.path, refresh.maxAge], ['/api/auth', 30 * 86_400]);
    for (const cookie of [access, refresh]) {
      assert.deepEqual([cookie.httpOnly, cookie.secure, cookie.sameSite], [true, true, 'Lax']);
    }
  }
});

test('a sign-in sets the token of the device as a protected cookie, and keeps the one that it gets', async () => {
  const { email, response } = await signUp();
  const device = findCookie(response, '__Host-holdfast_device');
  assert.match(device.value, /^[\w-]{43}$/);
  assert.deepEqual([device.path, device.maxAge], ['/', 365 * 86_400]);
  assert.deepEqual([device.httpOnly, device.secure, device.sameSite], [true, true, 'Lax']);
  assert.equal('domain' in device, false);
  const body = { email, password: PASSWORD };
  const logIn = (cookie: string) => send('POST', '/api/auth/login', { body, headers: { cookie } });
  const again = await logIn(`__Host-holdfast_device=${device.value}`);
  assert.equal(findCookie(again, '__Host-holdfast_device').value, device.value);
  // A text that is no token is replaced, and two of them are refused like two cookies of a session.
  const odd = await logIn('__Host-holdfast_device=short');
  assert.match(findCookie(odd, '__Host-holdfast_device').value, /^[\w-]{43}$/);
  const two = await logIn('__Host-holdfast_device=a; __Host-holdfast_device=b');
  assert.equal(codeIn(two), '400 request.malformed');
  const [stored] = await database.run<{ row: string }>(
    'test.devices',
    `select string_agg(known_devices::text, ' ') as row from known_devices`,
    [],
  );
  assert.ok(!stored!.row.includes(device.value));
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

test('the access token is accepted as bearer and as cookie, and the bearer takes precedence', async () => {
  const first = await signUp();
  const second = await signUp();
  const cookie = `holdfast_access=${first.access.value}`;
  const byCookie = await send('GET', '/api/auth/profile', { headers: { cookie } });
  assert.equal(byCookie.json().email, first.email);
  const both = await send('GET', '/api/auth/profile', {
    headers: { cookie },
    bearer: second.body.accessToken,
  });
  assert.equal(both.json().email, second.email);
  const brokenBearer = await send('GET', '/api/auth/profile', {
    headers: { cookie },
    bearer: 'nonsense',
  });
  assert.equal(codeIn(brokenBearer), '401 auth.unauthenticated');
});

test('a request without a token, or with a refresh token instead, is not authenticated', async () => {
  const { body } = await signUp();
  for (const bearer of [undefined, body.refreshToken, 'a.b.c', `hf_${'A'.repeat(54)}`]) {
    const response = await send('GET', '/api/auth/profile', bearer === undefined ? {} : { bearer });
    assert.equal(codeIn(response), '401 auth.unauthenticated');
    assert.match(String(response.headers['www-authenticate']), /^Bearer/);
  }
});

test('a change by cookie requires an allowed origin', async () => {
  const { access } = await signUp();
  const cookie = `holdfast_access=${access.value}`;
  const patch = (headers: Record<string, string>) =>
    send('PATCH', '/api/auth/profile', { body: { name: 'Ada' }, headers: { cookie, ...headers } });
  for (const headers of [{}, { origin: 'https://evil.example' }, { origin: 'null' }]) {
    assert.equal(codeIn(await patch(headers)), '403 auth.origin_not_allowed');
  }
  for (const origin of [PUBLIC_URL, 'https://front.example']) {
    assert.equal((await patch({ origin })).json().name, 'Ada');
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

test('refresh accepts the token in the body, or in the cookie from an allowed origin', async () => {
  const { body, refresh } = await signUp();
  const cookie = `holdfast_refresh=${refresh.value}`;
  for (const headers of [{ cookie }, { cookie, origin: 'https://evil.example' }]) {
    const refused = await send('POST', '/api/auth/refresh', { headers });
    assert.equal(codeIn(refused), '403 auth.origin_not_allowed');
  }
  const byCookie = await send('POST', '/api/auth/refresh', {
    headers: { cookie, origin: PUBLIC_URL },
  });
  assert.equal(byCookie.statusCode, 200, byCookie.body);
  assert.equal(findCookie(byCookie, 'holdfast_refresh').value, byCookie.json().refreshToken);
  assert.notEqual(byCookie.json().refreshToken, body.refreshToken);

  const byBody = await send('POST', '/api/auth/refresh', {
    body: { refreshToken: byCookie.json().refreshToken },
  });
  assert.equal(byBody.statusCode, 200);
  const none = await send('POST', '/api/auth/refresh', { body: {} });
  assert.equal(codeIn(none), '401 accounts.refresh_invalid');
  const reused = await send('POST', '/api/auth/refresh', {
    body: { refreshToken: body.refreshToken },
  });
  assert.equal(codeIn(reused), '401 accounts.refresh_reused');
});

test('refresh refuses two cookies, and still accepts a token in the body', async () => {
  const planted = await signUp();
  const { body, refresh } = await signUp();
  const names = [planted, { refresh }].map(({ refresh: { value } }) => `holdfast_refresh=${value}`);
  for (const cookie of [names.join('; '), names.toReversed().join('; ')]) {
    const headers = { cookie, origin: PUBLIC_URL };
    const refused = await send('POST', '/api/auth/refresh', { headers });
    assert.equal(codeIn(refused), '400 request.malformed');
    assert.equal(refused.headers['set-cookie'], undefined);
  }
  const byBody = await send('POST', '/api/auth/refresh', {
    body: { refreshToken: body.refreshToken },
    headers: { cookie: names.join('; ') },
  });
  assert.equal(byBody.statusCode, 200, byBody.body);
  assert.equal(byBody.json().user.id, body.user.id);
});

test('logout refuses two access cookies and ends neither session', async () => {
  const planted = await signUp();
  const mine = await signUp();
  const cookie = [planted, mine].map(({ access: { value } }) => `holdfast_access=${value}`);
  const refused = await send('POST', '/api/auth/logout', {
    headers: { cookie: cookie.join('; '), origin: PUBLIC_URL },
  });
  assert.equal(codeIn(refused), '400 request.malformed');
  for (const { body } of [planted, mine]) {
    const profile = await send('GET', '/api/auth/profile', { bearer: body.accessToken });
    assert.equal(profile.statusCode, 200);
  }
});

test('refresh works with an expired access cookie', async () => {
  const { refresh } = await signUp();
  const response = await send('POST', '/api/auth/refresh', {
    headers: {
      cookie: `holdfast_access=old; holdfast_refresh=${refresh.value}`,
      origin: PUBLIC_URL,
    },
  });
  assert.equal(response.statusCode, 200);
});

test('logout clears both cookies and ends the session', async () => {
  const { body } = await signUp();
  const bearer = body.accessToken;
  const response = await send('POST', '/api/auth/logout', { bearer });
  assert.equal(response.statusCode, 204);
  assert.equal(response.body, '');
  for (const [name, path] of [
    ['holdfast_access', '/'],
    ['holdfast_refresh', '/api/auth'],
  ] as const) {
    const cookie = findCookie(response, name);
    assert.deepEqual([cookie.value, cookie.path], ['', path]);
  }
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
