import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LightMyRequestResponse } from 'fastify';
import { newId } from '../../../src/shared/ids.ts';
import { createTestAuthenticator } from '../../support/authenticator.ts';
import { testDatabase } from '../../support/database.ts';
import { createTestTotp } from '../../support/totp.ts';
import { newEmail, PASSWORD, PUBLIC_URL } from './accounts-fixture.ts';
import { accountsServer, findCookie } from './http-fixture.ts';

const { database } = await testDatabase();
const { accounts, send } = await accountsServer(database);

const ACCESS = '__Host-holdfast_access';
const REFRESH = '__Secure-holdfast_refresh';
const DEVICE = '__Host-holdfast_device';
const origin = PUBLIC_URL;

function codeIn(response: LightMyRequestResponse): string {
  return `${response.statusCode} ${response.json().code}`;
}

/** Returns what a browser sends after this reply, by name; `renewal`: with a refresh. */
function readCookies(response: LightMyRequestResponse) {
  const [access, refresh, device] = [ACCESS, REFRESH, DEVICE].map(
    (name) => `${name}=${findCookie(response, name).value}`,
  );
  const renewal = `${refresh}; ${device}`;
  return { access: access!, refresh: refresh!, device: device!, renewal };
}

/** Checks that a reply sets cookies and contains no token, under any name. */
function assertNoTokens(response: LightMyRequestResponse): void {
  assert.ok(response.statusCode < 300, response.body);
  assert.deepEqual(Object.keys(response.json()).sort(), ['expiresIn', 'user']);
  for (const name of [ACCESS, REFRESH]) {
    assert.ok(!response.body.includes(findCookie(response, name).value), name);
  }
}

async function signUpByCookie(url = '/api/auth/signup') {
  const email = newEmail();
  const body = { email, password: PASSWORD, credentials: 'cookie' };
  const response = await send('POST', url, { body });
  assert.equal(response.statusCode, 201, response.body);
  return { email, response, cookies: readCookies(response) };
}

async function isSignedIn(cookie: string): Promise<boolean> {
  return (await send('GET', '/api/auth/profile', { headers: { cookie } })).statusCode === 200;
}

test('with `credentials: cookie`, sign-up and sign-in set protected cookies and return no token', async () => {
  for (const url of ['/api/auth/signup', '/api/auth/register', '/api/auth/login']) {
    const { email } = await signUpByCookie();
    const body = { email: url.endsWith('login') ? email : newEmail(), password: PASSWORD };
    const response = await send('POST', url, { body: { ...body, credentials: 'cookie' } });
    assertNoTokens(response);
    const [access, refresh, device] = [ACCESS, REFRESH, DEVICE].map((name) =>
      findCookie(response, name),
    );
    assert.deepEqual([access!.path, access!.maxAge], ['/', 900]);
    assert.deepEqual([refresh!.path, refresh!.maxAge], ['/api/auth', 30 * 86_400]);
    assert.deepEqual([device!.path, device!.maxAge], ['/', 365 * 86_400]);
    for (const cookie of [access!, refresh!, device!]) {
      assert.deepEqual([cookie.httpOnly, cookie.secure, cookie.sameSite], [true, true, 'Lax']);
      assert.equal('domain' in cookie, false);
    }
    assert.ok(await isSignedIn(`${ACCESS}=${access!.value}`));
  }
});

test('other values of `credentials` are refused, and without it no cookie is set', async () => {
  const body = { email: newEmail(), password: PASSWORD };
  for (const credentials of ['cookies', 'token', '', null, true]) {
    for (const url of ['/api/auth/signup', '/api/auth/login']) {
      const refused = await send('POST', url, { body: { ...body, credentials } });
      assert.equal(codeIn(refused), '400 request.invalid', `${credentials}`);
    }
  }
  const created = await send('POST', '/api/auth/signup', { body });
  assert.equal(created.statusCode, 201);
  const { device } = (await signUpByCookie()).cookies;
  const signedIn = await send('POST', '/api/auth/login', { body, headers: { cookie: device } });
  for (const response of [created, signedIn]) {
    assert.equal(response.headers['set-cookie'], undefined);
    assert.equal(typeof response.json().accessToken, 'string');
  }
});

test('a page of another site cannot have cookies set; a program, which names no origin, can', async () => {
  const { email } = await signUpByCookie();
  const attempts: [url: string, body: object][] = [
    ['/api/auth/signup', { email: newEmail(), password: PASSWORD }],
    ['/api/auth/register', { email: newEmail(), password: PASSWORD }],
    ['/api/auth/login', { email, password: PASSWORD }],
    ['/api/auth/login', { email, password: 'a wrong guess' }],
    ['/api/auth/login/verify', { challengeId: newId(), totp: '123456' }],
  ];
  for (const [url, body] of attempts) {
    const ask = (from: string) =>
      send('POST', url, { body: { ...body, credentials: 'cookie' }, headers: { origin: from } });
    for (const foreign of ['https://evil.example', 'null', 'http://shop.example']) {
      const refused = await ask(foreign);
      assert.equal(codeIn(refused), '403 auth.origin_not_allowed', `${url} from ${foreign}`);
      assert.equal(refused.headers['set-cookie'], undefined);
    }
    assert.notEqual((await ask(origin)).statusCode, 403, url);
  }
  const again = await send('POST', '/api/auth/signup', { body: attempts[0]![1] });
  assert.equal(codeIn(again), '409 accounts.email_taken', 'only our page has signed up');
  // Tokens go to the page that asked for them, which CORS decides.
  const body = { email, password: PASSWORD };
  const tokens = await send('POST', '/api/auth/login', {
    body,
    headers: { origin: 'https://evil.example' },
  });
  assert.equal(tokens.statusCode, 200);
});

test('a sign-in keeps the token of the device that it gets, and stores only its hash', async () => {
  const { email, cookies } = await signUpByCookie();
  const body = { email, password: PASSWORD, credentials: 'cookie' };
  const logIn = (cookie: string) => send('POST', '/api/auth/login', { body, headers: { cookie } });
  const again = await logIn(cookies.device);
  assert.equal(readCookies(again).device, cookies.device);
  // A text that is no token is replaced, and two of them are refused like two cookies of a session.
  const odd = await logIn(`${DEVICE}=short`);
  assert.match(findCookie(odd, DEVICE).value, /^[\w-]{43}$/);
  assert.equal(codeIn(await logIn(`${DEVICE}=a; ${DEVICE}=b`)), '400 request.malformed');
  const [stored] = await database.run<{ row: string }>(
    'test.devices',
    `select string_agg(known_devices::text, ' ') as row from known_devices`,
    [],
  );
  assert.ok(!stored!.row.includes(cookies.device.slice(DEVICE.length + 1)));
});

test('cookies under their names of before have no effect', async () => {
  const { cookies } = await signUpByCookie();
  const withoutPrefix = (cookie: string) => cookie.replace(/^__\w+-/, '');
  assert.equal(await isSignedIn(withoutPrefix(cookies.access)), false);
  const headers = { cookie: withoutPrefix(cookies.refresh), origin };
  for (const action of ['refresh', 'logout']) {
    const refused = await send('POST', `/api/auth/${action}`, { headers });
    assert.equal(refused.statusCode, 401, action);
    assert.equal(refused.headers['set-cookie'], undefined);
  }
  assert.ok(await isSignedIn(cookies.access));
});

test('the access token is accepted as bearer and as cookie, and the bearer takes precedence', async () => {
  const first = await signUpByCookie();
  const { email, password } = { email: newEmail(), password: PASSWORD };
  const second = await send('POST', '/api/auth/signup', { body: { email, password } });
  const headers = { cookie: first.cookies.access };
  const byCookie = await send('GET', '/api/auth/profile', { headers });
  assert.equal(byCookie.json().email, first.email);
  const bearer = second.json().accessToken;
  const both = await send('GET', '/api/auth/profile', { headers, bearer });
  assert.equal(both.json().email, email);
  const broken = await send('GET', '/api/auth/profile', { headers, bearer: 'nonsense' });
  assert.equal(codeIn(broken), '401 auth.unauthenticated');
});

test('a change by cookie requires an allowed origin', async () => {
  const { cookies } = await signUpByCookie();
  const patch = (headers: Record<string, string>) =>
    send('PATCH', '/api/auth/profile', {
      body: { name: 'Ada' },
      headers: { cookie: cookies.access, ...headers },
    });
  for (const headers of [{}, { origin: 'https://evil.example' }, { origin: 'null' }]) {
    assert.equal(codeIn(await patch(headers)), '403 auth.origin_not_allowed');
  }
  for (const allowed of [origin, 'https://front.example']) {
    assert.equal((await patch({ origin: allowed })).json().name, 'Ada');
  }
});

test('a refresh by cookie, from an allowed origin, sets cookies and returns no token', async () => {
  const { cookies } = await signUpByCookie();
  for (const headers of [{}, { origin: 'https://evil.example' }]) {
    const refused = await send('POST', '/api/auth/refresh', {
      headers: { cookie: cookies.refresh, ...headers },
    });
    assert.equal(codeIn(refused), '403 auth.origin_not_allowed');
  }
  // The access cookie may have expired.
  const cookie = `${ACCESS}=old; ${cookies.renewal}`;
  for (const body of [undefined, {}]) {
    const response = await send('POST', '/api/auth/refresh', {
      headers: { cookie, origin },
      ...(body === undefined ? {} : { body }),
    });
    assertNoTokens(response);
    assert.notEqual(`${REFRESH}=${findCookie(response, REFRESH).value}`, cookies.refresh);
    assert.ok(await isSignedIn(`${ACCESS}=${findCookie(response, ACCESS).value}`));
  }
  const asked = await send('POST', '/api/auth/refresh', {
    headers: { cookie, origin },
    body: { credentials: 'token' },
  });
  assert.equal(codeIn(asked), '400 request.invalid');
});

test('a plain sign-in is identified by its body alone, so cookies that come along change nothing', async () => {
  const { email, cookies } = await signUpByCookie();
  const cookie = `${cookies.access}; ${cookies.refresh}`;
  const body = { email, password: PASSWORD };
  const response = await send('POST', '/api/auth/login', { body, headers: { cookie, origin } });
  assert.equal(typeof response.json().accessToken, 'string');
  assert.equal(response.headers['set-cookie'], undefined);
});

test('a refresh token in the body is exchanged for tokens, whatever cookies come along', async () => {
  const created = await send('POST', '/api/auth/signup', {
    body: { email: newEmail(), password: PASSWORD },
  });
  const { cookies } = await signUpByCookie();
  const { refreshToken, user } = created.json();
  const response = await send('POST', '/api/auth/refresh', {
    body: { refreshToken },
    headers: { cookie: `${cookies.refresh}; ${cookies.refresh}`, origin },
  });
  assert.equal(response.statusCode, 200, response.body);
  assert.equal(response.headers['set-cookie'], undefined);
  assert.equal(response.json().user.id, user.id);
  assert.notEqual(response.json().refreshToken, refreshToken);
  const none = await send('POST', '/api/auth/refresh', { body: {} });
  assert.equal(codeIn(none), '401 accounts.refresh_invalid');
  // Only its own session was continued.
  const byCookie = await send('POST', '/api/auth/refresh', {
    headers: { cookie: cookies.renewal, origin },
  });
  assertNoTokens(byCookie);
});

test('two cookies of one name are refused where the cookie counts, and only there', async () => {
  const [planted, mine] = [await signUpByCookie(), await signUpByCookie()];
  const two = (which: 'access' | 'refresh') => `${planted.cookies[which]}; ${mine.cookies[which]}`;
  for (const [action, cookie] of [
    ['refresh', two('refresh')],
    ['logout', two('refresh')],
    ['logout', two('access')],
  ] as const) {
    const refused = await send('POST', `/api/auth/${action}`, { headers: { cookie, origin } });
    assert.equal(codeIn(refused), '400 request.malformed', action);
    assert.equal(refused.headers['set-cookie'], undefined);
  }
  for (const { cookies } of [planted, mine]) assert.ok(await isSignedIn(cookies.access));
  // A sign-out by the access cookie does not read the other, and a sign-in admits nobody by a cookie.
  const headers = { cookie: `${mine.cookies.access}; ${two('refresh')}`, origin };
  assert.equal((await send('POST', '/api/auth/logout', { headers })).statusCode, 204);
  const cookie = `${two('access')}; ${two('refresh')}`;
  const body = { email: mine.email, password: PASSWORD, credentials: 'cookie' };
  assertNoTokens(await send('POST', '/api/auth/login', { body, headers: { cookie, origin } }));
});

test('a sign-out needs only one of the two cookies, ends the session and clears the browser', async () => {
  for (const sent of [
    ({ access }: { access: string }) => access,
    ({ refresh }: { refresh: string }) => refresh,
    ({ refresh }: { refresh: string }) => `${ACCESS}=expired; ${refresh}`,
  ]) {
    const { cookies } = await signUpByCookie();
    const logOut = (from: string) =>
      send('POST', '/api/auth/logout', { headers: { cookie: sent(cookies), origin: from } });
    assert.equal(codeIn(await logOut('https://evil.example')), '403 auth.origin_not_allowed');
    assert.ok(await isSignedIn(cookies.access));
    const response = await logOut(origin);
    assert.equal(response.statusCode, 204, response.body);
    assert.equal(response.headers['clear-site-data'], '"cache", "storage"');
    for (const [name, path] of [
      [ACCESS, '/'],
      [REFRESH, '/api/auth'],
    ] as const) {
      const { value, secure, maxAge, ...cookie } = findCookie(response, name);
      assert.deepEqual([value, cookie.path, secure, maxAge], ['', path, true, 0]);
    }
    assert.equal(await isSignedIn(cookies.access), false);
    const refresh = await send('POST', '/api/auth/refresh', {
      headers: { cookie: cookies.refresh, origin },
    });
    assert.equal(codeIn(refresh), '401 accounts.refresh_invalid');
  }
});

test('a sign-out of a session that has ended clears the browser too, and needs some cookie', async () => {
  const { cookies } = await signUpByCookie();
  await send('POST', '/api/auth/logout', { headers: { cookie: cookies.access, origin } });
  for (const cookie of [cookies.refresh, `${REFRESH}=nonsense`]) {
    const again = await send('POST', '/api/auth/logout', { headers: { cookie, origin } });
    assert.equal(again.statusCode, 204, again.body);
    assert.equal(findCookie(again, ACCESS).value, '');
  }
  for (const cookie of ['other=1', cookies.access, cookies.device]) {
    const refused = await send('POST', '/api/auth/logout', { headers: { cookie, origin } });
    assert.equal(codeIn(refused), '401 auth.unauthenticated');
  }
});

test('a refresh token that was used up still ends its session at sign-out', async () => {
  const { cookies } = await signUpByCookie();
  const headers = { cookie: cookies.renewal, origin };
  const renewed = await send('POST', '/api/auth/refresh', { headers });
  assert.equal((await send('POST', '/api/auth/logout', { headers })).statusCode, 204);
  assert.equal(await isSignedIn(`${ACCESS}=${findCookie(renewed, ACCESS).value}`), false);
});

test('a new password ends the other sessions of a browser’s user, and gives this one new cookies', async () => {
  const { email, cookies } = await signUpByCookie();
  const other = await send('POST', '/api/auth/login', { body: { email, password: PASSWORD } });
  const body = { currentPassword: PASSWORD, newPassword: 'a better pass phrase' };
  const changed = await send('POST', '/api/auth/password', {
    body,
    headers: { cookie: `${cookies.access}; ${cookies.renewal}`, origin },
  });
  assert.deepEqual([changed.statusCode, changed.body], [204, '']);
  const [access, refresh] = [findCookie(changed, ACCESS), findCookie(changed, REFRESH)];
  assert.ok(await isSignedIn(`${ACCESS}=${access.value}`));
  assert.equal(await isSignedIn(cookies.access), false);
  const bearer = other.json().accessToken;
  const ended = await send('GET', '/api/auth/profile', { bearer });
  assert.equal(codeIn(ended), '401 auth.unauthenticated');
  const renewed = await send('POST', '/api/auth/refresh', {
    headers: { cookie: `${REFRESH}=${refresh.value}; ${cookies.device}`, origin },
  });
  assertNoTokens(renewed);
});

test('a factor added, confirmed or removed gives a browser new cookies, which go on', async () => {
  const { response, cookies } = await signUpByCookie();
  await accounts.proveAddress(response.json().user.id);
  let cookie = `${cookies.access}; ${cookies.renewal}`;
  const change = async (method: 'POST' | 'DELETE', path: string, body?: object) => {
    const options = { headers: { cookie, origin }, ...(body === undefined ? {} : { body }) };
    const reply = await send(method, `/api/auth/factors/${path}`, options);
    assert.ok(reply.statusCode < 300, reply.body);
    return reply;
  };
  const goOn = async (reply: LightMyRequestResponse) => {
    const names = [ACCESS, REFRESH, DEVICE];
    cookie = names.map((name) => `${name}=${findCookie(reply, name).value}`).join('; ');
    assert.ok(await isSignedIn(cookie));
  };

  const pending = (await change('POST', 'totp', {})).json<{ id: string; secret: string }>();
  const code = createTestTotp(pending.secret).code();
  await goOn(await change('POST', `totp/${pending.id}/confirm`, { code }));
  const options = (await change('POST', 'passkeys/options')).json();
  const passkey = createTestAuthenticator({ origin }).create(options.publicKey);
  await goOn(await change('POST', 'passkeys', { id: options.id, response: passkey }));
  await goOn(await change('DELETE', pending.id));
});

test('a refresh that was on its way when the password changed gets the same cookies', async () => {
  const { cookies } = await signUpByCookie();
  const body = { currentPassword: PASSWORD, newPassword: 'a better pass phrase' };
  const headers = { cookie: `${cookies.access}; ${cookies.renewal}`, origin };
  const changed = await send('POST', '/api/auth/password', { body, headers });
  const late = await send('POST', '/api/auth/refresh', {
    headers: { cookie: cookies.renewal, origin },
  });
  assert.equal(late.statusCode, 200, late.body);
  assert.equal(findCookie(late, REFRESH).value, findCookie(changed, REFRESH).value);
});

test('a new password is set even if the cookies cannot be renewed', async () => {
  for (const refresh of [
    '',
    `; ${REFRESH}=hfr_${'A'.repeat(43)}`,
    `; ${REFRESH}=a; ${REFRESH}=b`,
  ]) {
    const { email, cookies } = await signUpByCookie();
    const newPassword = 'a better pass phrase';
    const changed = await send('POST', '/api/auth/password', {
      body: { currentPassword: PASSWORD, newPassword },
      headers: { cookie: `${cookies.access}${refresh}`, origin },
    });
    assert.equal(changed.statusCode, 204, changed.body);
    assert.equal(changed.headers['set-cookie'], undefined);
    const again = await send('POST', '/api/auth/login', { body: { email, password: newPassword } });
    assert.equal(again.statusCode, 200, again.body);
  }
});

test('a new password of a caller by bearer token sets no cookie', async () => {
  const created = await send('POST', '/api/auth/signup', {
    body: { email: newEmail(), password: PASSWORD },
  });
  const changed = await send('POST', '/api/auth/password', {
    body: { currentPassword: PASSWORD, newPassword: 'a better pass phrase' },
    bearer: created.json().accessToken,
    headers: { cookie: `${ACCESS}=planted` },
  });
  assert.equal(changed.statusCode, 204);
  assert.equal(changed.headers['set-cookie'], undefined);
});
