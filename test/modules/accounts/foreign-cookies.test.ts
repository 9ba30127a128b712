import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LightMyRequestResponse } from 'fastify';
import type { SecurityDetails, SecurityEvent } from '../../../src/shared/security-events.ts';
import { testDatabase } from '../../support/database.ts';
import { newEmail, PASSWORD, PUBLIC_URL, SECRET } from './accounts-fixture.ts';
import { forger } from './forge-token.ts';
import { accountsServer, findCookie } from './http-fixture.ts';

/** What cookies of a session do in a browser that did not get them: another host of the domain can plant them. */
const { database } = await testDatabase();
const recorded: { event: SecurityEvent; details: SecurityDetails }[] = [];
const securityLog = {
  record: (event: SecurityEvent, _source: object, details: SecurityDetails = {}) =>
    void recorded.push({ event, details }),
};
const { accounts, send } = await accountsServer(database, { securityLog });
const below = await accountsServer(database, { publicUrl: `${PUBLIC_URL}/shop`, securityLog });

const REFRESH = '__Secure-holdfast_refresh';
const DEVICE = '__Host-holdfast_device';
const ACCESS = '__Host-holdfast_access';
const ACCESS_BELOW = '__Secure-holdfast_access';
const origin = PUBLIC_URL;
const UNKNOWN = `hfr_${'A'.repeat(43)}`;

interface Browser {
  readonly id: string;
  readonly email: string;
  readonly access: string;
  readonly refresh: string;
  readonly device: string;
}

function readBrowser(response: LightMyRequestResponse, access = ACCESS): Browser {
  assert.ok(response.statusCode < 300, response.body);
  const { id, email } = response.json().user;
  const value = (name: string) => findCookie(response, name).value;
  return { id, email, access: value(access), refresh: value(REFRESH), device: value(DEVICE) };
}

const signUpBody = (credentials?: 'cookie') => ({
  email: newEmail(),
  password: PASSWORD,
  ...(credentials === undefined ? {} : { credentials }),
});

async function signUp(): Promise<Browser> {
  return readBrowser(await send('POST', '/api/auth/signup', { body: signUpBody('cookie') }));
}

function logIn(email: string, cookie = '') {
  const body = { email, password: PASSWORD, credentials: 'cookie' };
  return send('POST', '/api/auth/login', { body, headers: { origin, cookie } });
}

/** As browsers send it. */
const fromPage = { 'sec-fetch-site': 'same-origin' };

function refresh(
  token: string,
  device?: string,
  headers: Readonly<Record<string, string>> = fromPage,
) {
  const cookies = [`${REFRESH}=${token}`, ...(device === undefined ? [] : [`${DEVICE}=${device}`])];
  const cookie = cookies.join('; ');
  return send('POST', '/api/auth/refresh', { headers: { origin, cookie, ...headers } });
}

/** Checks that a refresh got the reply to a token that nobody has, and that the cookies of the session go. */
async function assertUnknown(response: LightMyRequestResponse): Promise<void> {
  const { requestId: _, ...problem } = response.json();
  const { requestId: __, ...expected } = (await refresh(UNKNOWN)).json();
  assert.deepEqual([response.statusCode, problem], [401, expected]);
  for (const [name, path] of [
    [ACCESS, '/'],
    [REFRESH, '/api/auth'],
  ] as const) {
    const cookie = findCookie(response, name);
    assert.deepEqual([cookie.value, cookie.path, cookie.maxAge], ['', path, 0]);
  }
  const set = response.cookies.map(({ name }) => name);
  assert.deepEqual(set, [ACCESS, REFRESH], 'the browser gets no device for a refusal');
  assert.equal(response.headers['clear-site-data'], undefined, 'what a guest has stored stays');
}

function readSession(userId: string) {
  return database.run<{ session: string }>(
    'test.session_rows',
    `select jsonb_build_object('family', to_jsonb(family), 'tokens', array(
              select to_jsonb(token)
                from refresh_tokens token
               where token.family_id = family.id
               order by token_hash))::text as session
       from refresh_families family
      where user_id = $1::uuid
      order by id`,
    [userId],
  );
}

test('a planted refresh cookie is refused like an unknown one, changes nothing and tells its owner nothing', async () => {
  const victim = await signUp();
  const byCookie = await signUp();
  const program = (await send('POST', '/api/auth/signup', { body: signUpBody() })).json();
  for (const [id, token] of [
    [byCookie.id, byCookie.refresh],
    [program.user.id, program.refreshToken],
  ] as const) {
    const before = await readSession(id);
    for (const [device, reason] of [
      [victim.device, 'other_device'],
      [undefined, 'no_device'],
      ['short', 'no_device'],
    ] as const) {
      recorded.length = 0;
      await assertUnknown(await refresh(token, device));
      const [fact] = recorded;
      assert.equal(fact?.event, 'session.foreign_cookie');
      assert.deepEqual([fact.details.reason, fact.details.userId], [reason, id]);
    }
    assert.deepEqual(await readSession(id), before);
  }
  // Each goes on where it is.
  assert.equal((await refresh(byCookie.refresh, byCookie.device)).statusCode, 200);
  const body = { refreshToken: program.refreshToken };
  assert.equal((await send('POST', '/api/auth/refresh', { body })).statusCode, 200);
  assert.equal((await refresh(victim.refresh, victim.device)).statusCode, 200);
});

test('a program may send the refresh cookie alone, and gets no device', async () => {
  const [own, other] = [await signUp(), await signUp()];
  const first = await refresh(own.refresh, undefined, {});
  assert.equal(first.statusCode, 200, first.body);
  assert.deepEqual(
    first.cookies.map(({ name }) => name),
    [ACCESS, REFRESH],
  );
  // It goes on so, and in the browser that got the session.
  const second = await refresh(findCookie(first, REFRESH).value, undefined, {});
  assert.equal((await refresh(findCookie(second, REFRESH).value, own.device)).statusCode, 200);
  await assertUnknown(await refresh(other.refresh, own.device, {}));
});

test('a planted refresh cookie that was used up does not end its session', async () => {
  const [victim, planter] = [await signUp(), await signUp()];
  const first = await refresh(planter.refresh, planter.device);
  const second = await refresh(findCookie(first, REFRESH).value, planter.device);
  await assertUnknown(await refresh(planter.refresh, victim.device));
  const third = await refresh(findCookie(second, REFRESH).value, planter.device);
  assert.equal(third.statusCode, 200, third.body);
});

test('a name that begins with a space of no cookie is another one, though browsers send it for another host', async () => {
  const [victim, planter] = [await signUp(), await signUp()];
  const spaced = (names: readonly [string, string][]) =>
    names.map(([name, value]) => `\u00a0${name}=${value}`).join('; ');
  const planted = spaced([
    [ACCESS, planter.access],
    [DEVICE, planter.device],
  ]);
  const own = `${ACCESS}=${victim.access}; ${DEVICE}=${victim.device}`;
  const read = (cookie: string) => send('GET', '/api/auth/profile', { headers: { cookie } });
  assert.equal((await read(planted)).statusCode, 401);
  assert.equal((await read(`${planted}; ${own}`)).json().id, victim.id);
  const cookie = `${planted}; ${REFRESH}=${planter.refresh}`;
  await assertUnknown(
    await send('POST', '/api/auth/refresh', { headers: { origin, cookie, ...fromPage } }),
  );
});

test('a refresh prolongs the cookie of the device, with the value that it has', async () => {
  const { refresh: token, device } = await signUp();
  const kept = findCookie(await refresh(token, device), DEVICE);
  assert.deepEqual([kept.value, kept.maxAge, kept.path], [device, 365 * 86_400, '/']);
});

test('two tabs that refresh at once get the same cookies', async () => {
  const { refresh: token, device } = await signUp();
  const replies = await Promise.all(Array.from({ length: 10 }, () => refresh(token, device)));
  const cookies = replies.map((reply) => reply.headers['set-cookie']);
  assert.deepEqual(new Set(replies.map(({ statusCode }) => statusCode)), new Set([200]));
  for (const other of cookies) assert.deepEqual(other, cookies[0]);
});

test('who signs in again in a browser that has a device keeps it, and the session is bound to it', async () => {
  const former = await signUp();
  const next = readBrowser(await logIn(former.email, `${DEVICE}=${former.device}`));
  assert.equal(next.device, former.device);
  // A browser without one gets a device of its own.
  const elsewhere = readBrowser(await logIn(former.email));
  await assertUnknown(await refresh(elsewhere.refresh, former.device));
  assert.equal((await refresh(next.refresh, former.device)).statusCode, 200);
  assert.equal((await refresh(elsewhere.refresh, elsewhere.device)).statusCode, 200);
});

test('a step-up in a browser binds the new session to it', async () => {
  const { access, device } = await signUp();
  const cookie = `${ACCESS}=${access}; ${DEVICE}=${device}`;
  const next = readBrowser(
    await send('POST', '/api/auth/step-up', {
      body: { password: PASSWORD },
      headers: { origin, cookie },
    }),
  );
  assert.equal(next.device, device);
  await assertUnknown(await refresh(next.refresh, (await signUp()).device));
  assert.equal((await refresh(next.refresh, device)).statusCode, 200);
});

test('a refresh that comes after a sign-in of the same browser does not clear the new cookies', async () => {
  const { email, refresh: former, device } = await signUp();
  await logIn(email, `${REFRESH}=${former}; ${DEVICE}=${device}`);
  const late = await refresh(former, device);
  assert.equal(late.json().code, 'accounts.refresh_invalid');
  assert.equal(late.headers['set-cookie'], undefined);
});

test('the cookies of a session that ended elsewhere, or whose token was reused, go with the refusal', async () => {
  const ended = await signUp();
  await accounts.endUserSessions(ended.id);
  await assertUnknown(await refresh(ended.refresh, ended.device));
  const reused = await signUp();
  const next = await refresh(reused.refresh, reused.device);
  await refresh(findCookie(next, REFRESH).value, reused.device);
  const refused = await refresh(reused.refresh, reused.device);
  assert.equal(refused.json().code, 'accounts.refresh_reused');
  assert.equal(findCookie(refused, REFRESH).value, '');
});

test('a refresh without a refresh cookie, or with two, sets and clears nothing', async () => {
  const { refresh: token, device } = await signUp();
  for (const cookie of ['', `${REFRESH}=${token}; ${REFRESH}=${UNKNOWN}; ${DEVICE}=${device}`]) {
    const refused = await send('POST', '/api/auth/refresh', { headers: { origin, cookie } });
    assert.ok(refused.statusCode >= 400);
    assert.equal(refused.headers['set-cookie'], undefined);
  }
});

test('a new password does not put a planted refresh cookie in the place of the own session', async () => {
  const [victim, planter] = [await signUp(), await signUp()];
  const cookie = `${ACCESS}=${victim.access}; ${DEVICE}=${victim.device}; ${REFRESH}=${planter.refresh}`;
  const changed = await send('POST', '/api/auth/password', {
    body: { currentPassword: PASSWORD, newPassword: 'a better pass phrase' },
    headers: { origin, cookie },
  });
  assert.equal(changed.statusCode, 204, changed.body);
  assert.equal(changed.headers['set-cookie'], undefined);
  assert.equal((await refresh(planter.refresh, planter.device)).statusCode, 200);
});

test('a sign-out ends the session of a refresh cookie in any browser, and without a device', async () => {
  for (const device of [undefined, (await signUp()).device]) {
    const { refresh: token, device: own } = await signUp();
    const cookies = [
      `${REFRESH}=${token}`,
      ...(device === undefined ? [] : [`${DEVICE}=${device}`]),
    ];
    const headers = { origin, cookie: cookies.join('; ') };
    assert.equal((await send('POST', '/api/auth/logout', { headers })).statusCode, 204);
    assert.equal((await refresh(token, own)).statusCode, 401);
  }
});

test('below a path, where its name cannot protect it, an access cookie counts only with its device, too', async () => {
  const signUpBelow = async () =>
    readBrowser(
      await below.send('POST', '/api/auth/signup', { body: signUpBody('cookie') }),
      ACCESS_BELOW,
    );
  const [victim, planter] = [await signUpBelow(), await signUpBelow()];
  const program = (await send('POST', '/api/auth/signup', { body: signUpBody() })).json();
  const read = async (
    token: string,
    device?: string,
    sent: Readonly<Record<string, string>> = fromPage,
  ) => {
    const cookies = [`${ACCESS_BELOW}=${token}`];
    if (device !== undefined) cookies.push(`${DEVICE}=${device}`);
    const headers = { cookie: cookies.join('; '), ...sent };
    return (await below.send('GET', '/api/auth/profile', { headers })).json();
  };
  assert.equal((await read(victim.access, victim.device)).id, victim.id);
  for (const [token, device, reason] of [
    [planter.access, victim.device, 'other_device'],
    [planter.access, undefined, 'no_device'],
    [program.accessToken, victim.device, 'other_device'],
    [program.accessToken, undefined, 'no_device'],
  ] as const) {
    recorded.length = 0;
    assert.equal((await read(token, device)).code, 'auth.unauthenticated');
    assert.deepEqual(
      recorded.map(({ event, details }) => [event, details.reason]),
      [['session.foreign_cookie', reason]],
    );
  }
  assert.equal((await read(planter.access, undefined, {})).id, planter.id, 'a program');
  // As a bearer token it is sent on purpose.
  const bearer = await below.send('GET', '/api/auth/profile', { bearer: planter.access });
  assert.equal(bearer.json().id, planter.id);
  // One of an earlier version does not state its browser: it is admitted for the minutes that it lives.
  const { forge } = forger(planter.access, SECRET);
  assert.equal((await read(forge({}, { dev: undefined }), victim.device)).id, planter.id);
});
