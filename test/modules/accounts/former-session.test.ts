import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../support/database.ts';
import { createTestTotp } from '../../support/totp.ts';
import { newEmail, PASSWORD, PUBLIC_URL } from './accounts-fixture.ts';
import { accountsServer, findCookie } from './http-fixture.ts';

/** What becomes of the session that a browser has when somebody signs in with it. */
const { database } = await testDatabase();
const { accounts, send } = await accountsServer(database);
const elsewhere = await accountsServer(database);

const ACCESS = '__Host-holdfast_access';
const REFRESH = '__Secure-holdfast_refresh';
const DEVICE = '__Host-holdfast_device';

interface Browser {
  readonly email: string;
  /** The cookie of the session, as the path of the sign-in sends it. */
  readonly refresh: string;
  readonly access: string;
  readonly device: string;
}

async function send200(path: string, body: object, cookie = '') {
  const headers = { origin: PUBLIC_URL, ...(cookie === '' ? {} : { cookie }) };
  const reply = await send('POST', `/api/auth/${path}`, { body, headers });
  assert.ok(reply.statusCode < 300, reply.body);
  return reply;
}

async function signUp(cookie?: string, email = newEmail()): Promise<Browser> {
  return readBrowser(
    email,
    await send200('signup', { email, password: PASSWORD, credentials: 'cookie' }, cookie),
  );
}

async function logIn(email: string, cookie?: string): Promise<Browser> {
  return readBrowser(
    email,
    await send200('login', { email, password: PASSWORD, credentials: 'cookie' }, cookie),
  );
}

function readBrowser(email: string, reply: Awaited<ReturnType<typeof send>>): Browser {
  const [access, refresh, device] = [ACCESS, REFRESH, DEVICE].map(
    (name) => `${name}=${findCookie(reply, name).value}`,
  );
  return { email, access: access!, refresh: refresh!, device: device! };
}

async function isGoing({ access, refresh, device }: Browser): Promise<boolean> {
  const headers = { origin: PUBLIC_URL };
  const profile = await send('GET', '/api/auth/profile', { headers: { cookie: access } });
  const other = await elsewhere.send('POST', '/api/auth/refresh', {
    headers: { ...headers, cookie: `${refresh}; ${device}` },
  });
  // Both or neither: here at once, elsewhere because a refresh reads the session.
  assert.equal(profile.statusCode === 200, other.statusCode === 200);
  return other.statusCode === 200;
}

test('a sign-in ends the session whose cookie the browser sends, and only that', async () => {
  const here = await signUp();
  const there = await logIn(here.email);
  const next = await logIn(here.email, here.refresh);
  assert.deepEqual(await Promise.all([here, there, next].map(isGoing)), [false, true, true]);
});

test('so does somebody else who signs in or signs up with the same browser', async () => {
  const other = await signUp();
  const [first, second] = [await signUp(), await signUp()];
  assert.ok(await isGoing(await logIn(other.email, first.refresh)));
  assert.ok(await isGoing(await signUp(second.refresh)));
  assert.deepEqual(await Promise.all([first, second, other].map(isGoing)), [false, false, true]);
});

test('with a second factor, it ends when the challenge is met, not before', async () => {
  const here = await signUp();
  const { id } = (
    await send('GET', '/api/auth/profile', { headers: { cookie: here.access } })
  ).json();
  await accounts.proveAddress(id);
  const { accessToken } = (
    await send200('login', { email: here.email, password: PASSWORD })
  ).json();
  const bearer = { bearer: accessToken };
  const pending = await send('POST', '/api/auth/factors/totp', { body: {}, ...bearer });
  const app = createTestTotp(pending.json().secret);
  const confirm = `/api/auth/factors/totp/${pending.json().id}/confirm`;
  const confirmed = await send('POST', confirm, { body: { code: app.code() }, ...bearer });
  const [recoveryCode, another] = confirmed.json().recoveryCodes;
  const signIn = async (code: string, cookie?: string) => {
    const begun = await send200('login', { email: here.email, password: PASSWORD }, cookie);
    const challengeId = begun.json().challenge.id;
    return {
      meet: async () =>
        readBrowser(
          here.email,
          await send200(
            'login/verify',
            { challengeId, recoveryCode: code, credentials: 'cookie' },
            cookie,
          ),
        ),
    };
  };
  const former = await (await signIn(recoveryCode)).meet();
  const { meet } = await signIn(another, former.refresh);
  const profile = await send('GET', '/api/auth/profile', { headers: { cookie: former.access } });
  assert.equal(profile.statusCode, 200);
  const next = await meet();
  assert.deepEqual(await Promise.all([former, next].map(isGoing)), [false, true]);
});

test('a failed sign-in, and one that gets tokens and no cookie, leave it alone', async () => {
  const here = await signUp();
  const headers = { cookie: here.refresh, origin: PUBLIC_URL };
  const body = { email: here.email, password: 'a wrong pass phrase' };
  const failed = await send('POST', '/api/auth/login', {
    body: { ...body, credentials: 'cookie' },
    headers,
  });
  assert.equal(failed.statusCode, 401);
  await send200('login', { email: here.email, password: PASSWORD }, here.refresh);
  assert.ok(await isGoing(here));
});

test('of two cookies of the name, of which one was planted, both sessions end', async () => {
  const [mine, planted] = [await signUp(), await signUp()];
  const next = await logIn(mine.email, `${planted.refresh}; ${mine.refresh}; ${REFRESH}=nonsense`);
  assert.deepEqual(await Promise.all([mine, planted, next].map(isGoing)), [false, false, true]);
});

test('two people who swap browsers at once both get in', async () => {
  const pairs = await Promise.all(
    Array.from({ length: 8 }, async () => [await signUp(), await signUp()] as const),
  );
  await Promise.all(
    pairs.map(async ([one, other]) => {
      const swapped = await Promise.all([
        logIn(one.email, other.refresh),
        logIn(other.email, one.refresh),
      ]);
      assert.deepEqual(await Promise.all([...swapped, one, other].map(isGoing)), [
        true,
        true,
        false,
        false,
      ]);
    }),
  );
});
