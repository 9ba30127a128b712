import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { callerBehind, newEmail, PASSWORD, PUBLIC_URL, refusal } from './accounts-fixture.ts';
import { accountsServer, findCookie } from './http-fixture.ts';

const { database } = await testDatabase();
const { accounts, send, createToken } = await accountsServer(database);
const admin = await createToken('admin');

interface Item {
  readonly id: string;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly current: boolean;
}

async function signUp(userAgent = 'Laptop') {
  const email = newEmail();
  const body = { email, password: PASSWORD };
  const response = await send('POST', '/api/auth/signup', {
    body,
    headers: { 'user-agent': userAgent },
  });
  assert.equal(response.statusCode, 201, response.body);
  const { accessToken: bearer, refreshToken, user } = response.json();
  return { email, bearer, refreshToken, id: user.id as string };
}

async function logIn(email: string, userAgent: string) {
  const response = await send('POST', '/api/auth/login', {
    body: { email, password: PASSWORD },
    headers: { 'user-agent': userAgent },
  });
  const { accessToken: bearer, refreshToken } = response.json();
  return { bearer: bearer as string, refreshToken: refreshToken as string };
}

async function list(bearer: string, url = '/api/auth/sessions'): Promise<Item[]> {
  const response = await send('GET', url, { bearer });
  assert.equal(response.statusCode, 200, response.body);
  return response.json().data;
}

const agents = (items: readonly Item[]) => items.map(({ userAgent }) => userAgent);

async function isSignedIn(bearer: string): Promise<boolean> {
  const { statusCode } = await send('GET', '/api/auth/profile', { bearer });
  assert.ok(statusCode === 200 || statusCode === 401);
  return statusCode === 200;
}

function codeIn(response: { json(): { code?: string }; statusCode: number }): string {
  return `${response.statusCode} ${response.json().code}`;
}

test('the list shows where a user is signed in, the last used first, and which one asks', async () => {
  const laptop = await signUp();
  const phone = await logIn(laptop.email, 'Phone');
  const [first, second, ...others] = await list(laptop.bearer);
  assert.deepEqual(others, []);
  assert.deepEqual(Object.keys(first!).sort(), [
    'address',
    'createdAt',
    'current',
    'id',
    'lastUsedAt',
    'userAgent',
  ]);
  assert.deepEqual([first!.userAgent, first!.current], ['Phone', false]);
  assert.deepEqual([second!.userAgent, second!.current], ['Laptop', true]);
  assert.equal(second!.address, '127.0.0.1');
  assert.equal(second!.lastUsedAt, second!.createdAt);
  assert.equal((await list(phone.bearer))[0]!.current, true);
});

test('a refresh moves the last use and shows where it came from; a request does not', async () => {
  const laptop = await signUp();
  await logIn(laptop.email, 'Phone');
  const [, before] = await list(laptop.bearer);
  await list(laptop.bearer);
  assert.deepEqual((await list(laptop.bearer))[1], before);
  const refreshed = await send('POST', '/api/auth/refresh', {
    body: { refreshToken: laptop.refreshToken },
    headers: { 'user-agent': 'Laptop with an update' },
  });
  assert.equal(refreshed.statusCode, 200);
  const [after] = await list(laptop.bearer);
  assert.deepEqual(
    { ...after, lastUsedAt: before!.lastUsedAt },
    { ...before, userAgent: 'Laptop with an update' },
  );
  assert.ok(after!.lastUsedAt > before!.lastUsedAt);
});

test('a long name of a browser is cut, and none is null', async () => {
  const { bearer, email } = await signUp('x'.repeat(5_000));
  assert.deepEqual(agents(await list(bearer)), ['x'.repeat(256)]);
  const { accessToken } = await accounts.logIn({ email, password: PASSWORD });
  assert.deepEqual(agents(await list(accessToken)), [null, 'x'.repeat(256)]);
});

test('sessions that ended or expired are not listed', async () => {
  const laptop = await signUp();
  const phone = await logIn(laptop.email, 'Phone');
  await logIn(laptop.email, 'Tablet');
  const left = await logIn(laptop.email, 'Left');
  await send('POST', '/api/auth/logout', { bearer: left.bearer });
  const { familyId } = await callerBehind(accounts, phone.bearer);
  await database.run(
    'test.expire',
    'update refresh_families set expires_at = now() where id = $1::uuid',
    [familyId],
  );
  assert.deepEqual(agents(await list(laptop.bearer)), ['Tablet', 'Laptop']);
  const gone = await send('DELETE', `/api/auth/sessions/${familyId}`, { bearer: laptop.bearer });
  assert.equal(codeIn(gone), '404 accounts.session_not_found');
});

test('ending one session signs out there and nowhere else', async () => {
  const laptop = await signUp();
  const phone = await logIn(laptop.email, 'Phone');
  const { familyId: id } = await callerBehind(accounts, phone.bearer);
  const ended = await send('DELETE', `/api/auth/sessions/${id}`, { bearer: laptop.bearer });
  assert.deepEqual([ended.statusCode, ended.body], [204, '']);
  assert.equal(ended.headers['set-cookie'], undefined);
  assert.equal(await isSignedIn(phone.bearer), false);
  await assert.rejects(
    accounts.refreshSession(phone.refreshToken),
    refusal('accounts.refresh_invalid'),
  );
  assert.deepEqual(agents(await list(laptop.bearer)), ['Laptop']);
  const again = await send('DELETE', `/api/auth/sessions/${id}`, { bearer: laptop.bearer });
  assert.equal(codeIn(again), '404 accounts.session_not_found');
});

test('ending the session in use signs out, and clears the cookies of a browser', async () => {
  const { bearer } = await signUp();
  const [{ id }] = (await list(bearer)) as [Item];
  const ended = await send('DELETE', `/api/auth/sessions/${id}`, { bearer });
  assert.equal(ended.statusCode, 204);
  assert.equal(ended.headers['set-cookie'], undefined);
  assert.equal(await isSignedIn(bearer), false);

  const other = await signUp();
  const [{ id: otherId }] = (await list(other.bearer)) as [Item];
  const cleared = await send('DELETE', `/api/auth/sessions/${otherId}`, {
    headers: { cookie: `__Host-holdfast_access=${other.bearer}`, origin: PUBLIC_URL },
  });
  assert.equal(cleared.statusCode, 204, cleared.body);
  for (const name of ['__Host-holdfast_access', '__Secure-holdfast_refresh']) {
    assert.equal(findCookie(cleared, name).value, '');
  }
});

test('ending all others keeps the one in use', async () => {
  const laptop = await signUp();
  const phone = await logIn(laptop.email, 'Phone');
  const tablet = await logIn(laptop.email, 'Tablet');
  const stranger = await signUp();
  const ended = await send('DELETE', '/api/auth/sessions', { bearer: phone.bearer });
  assert.deepEqual([ended.statusCode, ended.body], [204, '']);
  assert.deepEqual(
    await Promise.all([laptop, phone, tablet, stranger].map(({ bearer }) => isSignedIn(bearer))),
    [false, true, false, true],
  );
  assert.deepEqual(agents(await list(phone.bearer)), ['Phone']);
});

test('a user ends and sees no sessions of others, as if they did not exist', async () => {
  const { bearer } = await signUp();
  const victim = await signUp();
  const [{ id }] = (await list(victim.bearer)) as [Item];
  for (const unknown of [id, newId()]) {
    const response = await send('DELETE', `/api/auth/sessions/${unknown}`, { bearer });
    assert.equal(codeIn(response), '404 accounts.session_not_found');
  }
  const malformed = await send('DELETE', '/api/auth/sessions/none', { bearer });
  assert.equal(codeIn(malformed), '400 request.invalid');
  for (const [method, url] of [
    ['GET', `/api/users/${victim.id}/sessions`],
    ['DELETE', `/api/users/${victim.id}/sessions`],
    ['DELETE', `/api/users/${victim.id}/sessions/${id}`],
    ['DELETE', '/api/operations/sessions'],
  ] as const) {
    assert.equal(codeIn(await send(method, url, { bearer })), '403 auth.forbidden', url);
  }
  assert.equal(await isSignedIn(victim.bearer), true);
});

test('an admin lists and ends the sessions of a user, one or all', async () => {
  const laptop = await signUp();
  const phone = await logIn(laptop.email, 'Phone');
  const tablet = await logIn(laptop.email, 'Tablet');
  const url = `/api/users/${laptop.id}/sessions`;
  const items = await list(admin, url);
  assert.deepEqual(agents(items), ['Tablet', 'Phone', 'Laptop']);
  assert.ok(items.every(({ current }) => !current));
  const one = await send('DELETE', `${url}/${items[1]!.id}`, { bearer: admin });
  assert.equal(one.statusCode, 204, one.body);
  assert.deepEqual(
    await Promise.all([laptop, phone, tablet].map(({ bearer }) => isSignedIn(bearer))),
    [true, false, true],
  );
  const all = await send('DELETE', url, { bearer: admin });
  assert.equal(all.statusCode, 204, all.body);
  assert.deepEqual(await list(admin, url), []);
  assert.equal(await isSignedIn(laptop.bearer), false);
  assert.equal(await isSignedIn(tablet.bearer), false);
  assert.equal(await isSignedIn(admin), true);
  // They may sign in again.
  await list((await logIn(laptop.email, 'Laptop')).bearer);
});

test('an admin gets a 404 for what does not exist', async () => {
  const laptop = await signUp();
  const stranger = await signUp();
  const [{ id }] = (await list(stranger.bearer)) as [Item];
  const url = `/api/users/${laptop.id}/sessions`;
  for (const unknown of [id, newId()]) {
    const response = await send('DELETE', `${url}/${unknown}`, { bearer: admin });
    assert.equal(codeIn(response), '404 accounts.session_not_found');
  }
  const nobody = `/api/users/${newId()}/sessions`;
  for (const [method, path] of [
    ['GET', nobody],
    ['DELETE', nobody],
    ['DELETE', `${nobody}/${id}`],
  ] as const) {
    const response = await send(method, path, { bearer: admin });
    assert.equal(codeIn(response), '404 accounts.not_found', `${method} ${path}`);
  }
  assert.equal(await isSignedIn(stranger.bearer), true);
});

test('sessions that end each other at once do not deadlock, and at most one is left', async () => {
  const { email } = await signUp();
  const sessions = await Promise.all(
    Array.from({ length: 8 }, async (_, index) => await logIn(email, `Browser ${index}`)),
  );
  const statuses = await Promise.all(
    sessions.map(async ({ bearer }) => {
      const { statusCode } = await send('DELETE', '/api/auth/sessions', { bearer });
      return statusCode;
    }),
  );
  assert.ok(
    statuses.every((status) => status === 204 || status === 401),
    statuses.join(),
  );
  const [row] = await database.run<{ live: number }>(
    'test.live',
    `select count(*)::int as live
       from refresh_families
       join users on users.id = user_id
      where users.email = $1::text
        and ended_at is null`,
    [email],
  );
  assert.ok(row!.live <= 1);
});
