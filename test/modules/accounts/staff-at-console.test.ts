import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LightMyRequestResponse } from 'fastify';
import { testDatabase } from '../../support/database.ts';
import { newEmail, PASSWORD, PUBLIC_URL } from './accounts-fixture.ts';
import { beginLogIn, signUpWithTotp } from './factors-fixture.ts';
import { accountsServer, findCookie } from './http-fixture.ts';

const CONSOLE_URL = 'https://console.shop.example';
const { database } = await testDatabase();
const { accounts, send } = await accountsServer(database, { consoleUrl: CONSOLE_URL });

const ACCESS = '__Host-holdfast_access';
const REFRESH = '__Secure-holdfast_refresh';
const DEVICE = '__Host-holdfast_device';

function codeIn(response: LightMyRequestResponse): string {
  return `${response.statusCode} ${response.json().code}`;
}

function at(site: string, cookie?: string): Record<string, string> {
  return { host: new URL(site).host, origin: site, ...(cookie === undefined ? {} : { cookie }) };
}

async function createKitchen(): Promise<{ email: string; userId: string }> {
  const email = newEmail();
  const { user } = await accounts.signUp({ email, password: PASSWORD });
  await accounts.updateUser(null, user.id, { role: 'kitchen' });
  return { email, userId: user.id };
}

function logIn(site: string, email: string, credentials?: 'cookie') {
  const body = { email, password: PASSWORD, ...(credentials === undefined ? {} : { credentials }) };
  return send('POST', '/api/auth/login', { body, headers: at(site) });
}

async function countSessions(userId: string): Promise<number> {
  const [row] = await database.run<{ count: number }>(
    'test.count_sessions',
    `select count(*)::int as count
       from refresh_families
      where user_id = $1::uuid
        and ended_at is null`,
    [userId],
  );
  return row!.count;
}

test('staff sign in by cookie at the console and not at the shop, where nothing is opened', async () => {
  const { email, userId } = await createKitchen();
  const refused = await logIn(PUBLIC_URL, email, 'cookie');
  assert.equal(codeIn(refused), '403 accounts.staff_at_console');
  assert.equal(refused.headers['set-cookie'], undefined);
  assert.equal(await countSessions(userId), 0);
  const signedIn = await logIn(CONSOLE_URL, email, 'cookie');
  assert.equal(signedIn.statusCode, 200, signedIn.body);
  const cookie = `${ACCESS}=${findCookie(signedIn, ACCESS).value}`;
  const profile = await send('GET', '/api/auth/profile', { headers: at(CONSOLE_URL, cookie) });
  assert.equal(profile.json().email, email);
  const elsewhere = await send('GET', '/api/auth/profile', { headers: at(PUBLIC_URL, cookie) });
  assert.equal(codeIn(elsewhere), '401 auth.unauthenticated');
});

test('a wrong password gives no hint that the account is one of staff', async () => {
  const { email } = await createKitchen();
  const replies = await Promise.all(
    [email, newEmail()].map((address) =>
      send('POST', '/api/auth/login', {
        body: { email: address, password: 'a wrong guess', credentials: 'cookie' },
        headers: at(PUBLIC_URL),
      }),
    ),
  );
  assert.deepEqual(replies.map(codeIn), Array(2).fill('401 accounts.invalid_credentials'));
});

test('staff with tokens, and customers, sign in at either', async () => {
  const { email } = await createKitchen();
  const customer = newEmail();
  await accounts.signUp({ email: customer, password: PASSWORD });
  for (const site of [PUBLIC_URL, CONSOLE_URL]) {
    assert.equal((await logIn(site, email)).statusCode, 200);
    assert.equal((await logIn(site, customer, 'cookie')).statusCode, 200);
  }
});

test('a session of staff is not continued by cookie at the shop, and goes on at the console', async () => {
  const { email } = await createKitchen();
  const signedIn = await logIn(CONSOLE_URL, email, 'cookie');
  const cookie = [REFRESH, DEVICE]
    .map((name) => `${name}=${findCookie(signedIn, name).value}`)
    .join('; ');
  const refresh = (site: string) =>
    send('POST', '/api/auth/refresh', { headers: at(site, cookie) });
  const refused = await refresh(PUBLIC_URL);
  assert.equal(codeIn(refused), '401 accounts.refresh_invalid');
  assert.equal(findCookie(refused, REFRESH).value, '', 'it is of no use there');
  assert.equal((await refresh(CONSOLE_URL)).statusCode, 200);
});

test('a second factor at the shop is asked of customers alone, and at the console of staff, too', async () => {
  const { email, user, app } = await signUpWithTotp(accounts);
  const challenge = await beginLogIn(accounts, email);
  await accounts.updateUser(null, user.id, { role: 'kitchen' });
  const refused = await logIn(PUBLIC_URL, email, 'cookie');
  assert.equal(codeIn(refused), '403 accounts.staff_at_console');
  // A challenge of before is not met there either, and its code can still be used.
  const verify = (site: string, challengeId: string, totp: string) =>
    send('POST', '/api/auth/login/verify', {
      body: { challengeId, totp, credentials: 'cookie' },
      headers: at(site),
    });
  const code = app.code();
  const late = await verify(PUBLIC_URL, challenge.id, code);
  assert.ok(late.statusCode >= 400, late.body);
  assert.equal(late.headers['set-cookie'], undefined);
  const asked = await logIn(CONSOLE_URL, email, 'cookie');
  assert.ok('challenge' in asked.json(), asked.body);
  const verified = await verify(CONSOLE_URL, asked.json().challenge.id, code);
  assert.equal(verified.statusCode, 200, verified.body);
  assert.ok(findCookie(verified, ACCESS).value !== '');
});
