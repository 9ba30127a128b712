import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setRole } from '../../src/modules/accounts/index.ts';
import { operatorAuthor, type Role } from '../../src/shared/caller.ts';
import { findAudit } from '../support/audit-rows.ts';
import { testDatabase } from '../support/database.ts';
import { follow } from '../support/event-reader.ts';
import { collectLines } from '../support/log-lines.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { createSession, type Reply, type Session } from '../support/session.ts';
import { until } from '../support/until.ts';

/** Two servers on one database. */
const db = await testDatabase();
const { logger, lines } = collectLines();
const environment = { SESSION_STAFF_IDLE_HOURS: '0.5', SESSION_CUSTOMER_IDLE_DAYS: '7.5' };
const here = await startTestServer(db, { logger, environment, background: true });
const elsewhere = await startTestServer(db, { environment, background: true });
/** Five seconds are promised; the limit allows for a busy machine. */
const WITHIN_MS = 60_000;

interface SignedIn {
  readonly session: Session;
  readonly other: Session;
  readonly refreshToken: string;
}

function logIn({ email, password }: { email: string; password: string }): Promise<Reply> {
  return here.anonymous.post('/api/auth/login', { email, password });
}

/** Signs a user in again, and returns the session at both servers. */
async function signIn(identity: { email: string; password: string }): Promise<SignedIn> {
  const reply = await logIn(identity);
  assert.equal(reply.status, 200, reply.text);
  const { accessToken, refreshToken, user } = reply.json<{
    accessToken: string;
    refreshToken: string;
    user: { id: string };
  }>();
  const [session, other] = [here, elsewhere].map(({ url }) =>
    createSession(url, { ...identity, accessToken, userId: user.id }),
  ) as [Session, Session];
  return { session, other, refreshToken };
}

async function signInAs(role: Role): Promise<SignedIn> {
  return signIn((await here.signInAs(role)).identity);
}

async function assertSignedIn({ session, other }: SignedIn): Promise<void> {
  for (const one of [session, other]) {
    const reply = await one.get('/api/auth/profile');
    assert.equal(reply.status, 200, reply.text);
  }
}

/** Asserts that a session has ended: here at once, on the other server within seconds. */
async function assertEnded({ session, other, refreshToken }: SignedIn): Promise<void> {
  assert.equal((await session.get('/api/auth/profile')).status, 401);
  await until(
    async () => assert.equal((await other.get('/api/auth/profile')).status, 401),
    WITHIN_MS,
  );
  const refreshed = await elsewhere.anonymous.post('/api/auth/refresh', { refreshToken });
  assert.equal(refreshed.json().code, 'accounts.refresh_invalid');
}

function readEnds() {
  return lines.flatMap(({ security, userId, callerId, sessions, everyone }) =>
    security === 'session.ended' ? [{ userId, callerId, sessions, everyone }] : [],
  );
}

function readCookieAge(reply: Reply, name: string): number {
  const cookie = reply.headers.getSetCookie().find((one) => one.startsWith(`${name}=`));
  return Number(/Max-Age=(\d+)/.exec(cookie ?? '')?.[1]);
}

test('the refresh cookie lasts as long as a session of the role without use', async () => {
  for (const [role, seconds] of [
    ['kitchen', 1_800],
    ['customer', 648_000],
  ] as const) {
    const { identity } = await here.signInAs(role);
    const { email, password } = identity;
    const body = { email, password, credentials: 'cookie' };
    const reply = await here.anonymous.post('/api/auth/login', body);
    assert.equal(readCookieAge(reply, 'holdfast_refresh'), seconds);
    const cookie = reply.headers
      .getSetCookie()
      .map((text) => text.split(';')[0])
      .join('; ');
    const next = await here.anonymous.post('/api/auth/refresh', {}, { cookie, origin: here.url });
    assert.equal(readCookieAge(next, 'holdfast_refresh'), seconds);
  }
});

test('a user ends a session on a lost phone from the one in use', async () => {
  const phone = await signInAs('kitchen');
  const laptop = await signIn(phone.session.identity);
  const { data } = (await laptop.session.get('/api/auth/sessions')).json<{
    data: { id: string; current: boolean }[];
  }>();
  // The newest is the one in use, the oldest that of `signInAs`.
  assert.deepEqual(
    data.map(({ current }) => current),
    [true, false, false],
  );
  const ended = await laptop.session.delete(`/api/auth/sessions/${data[1]!.id}`);
  assert.equal(ended.status, 204);
  await assertEnded(phone);
  await assertSignedIn(laptop);
  assert.equal((await laptop.session.delete('/api/auth/sessions')).status, 204);
  await assertSignedIn(laptop);
  const { userId } = phone.session.identity;
  assert.deepEqual(
    readEnds(),
    Array.from({ length: 2 }, () => ({
      userId,
      callerId: userId,
      sessions: 1,
      everyone: undefined,
    })),
  );
  const audited = (await findAudit(db.database)).filter(
    ({ type }) => type === 'user.sessions_ended',
  );
  assert.deepEqual(audited, []);
});

test('an admin ends all sessions of a user, which is audited and in the security log', async () => {
  const admin = await signInAs('admin');
  const victim = await signInAs('customer');
  const { userId } = victim.session.identity;
  const { userId: callerId } = admin.session.identity;
  const from = readEnds().length;
  const ended = await admin.session.delete(`/api/users/${userId}/sessions`);
  assert.equal(ended.status, 204, ended.text);
  await assertEnded(victim);
  await assertSignedIn(admin);
  assert.deepEqual(readEnds().slice(from), [
    { userId, callerId, sessions: 2, everyone: undefined },
  ]);
  // Nothing is left to end, so nothing is recorded.
  const again = await admin.session.delete(`/api/users/${userId}/sessions`);
  assert.equal(again.status, 204);
  const audited = (await findAudit(db.database)).filter(({ subjectId }) => subjectId === userId);
  assert.deepEqual(
    audited.map(({ type, actorId, after }) => ({ type, actorId, after })).slice(-1),
    [{ type: 'user.sessions_ended', actorId: callerId, after: { sessionsEnded: 2 } }],
  );
});

test('another role given on the command line ends the sessions on every server', async () => {
  const cook = await signInAs('kitchen');
  await assertSignedIn(cook);
  const { email } = cook.session.identity;
  await setRole(db.database, operatorAuthor('user role'), email, 'customer');
  for (const one of [cook.session, cook.other]) {
    await until(
      async () => assert.equal((await one.get('/api/auth/profile')).status, 401),
      WITHIN_MS,
    );
  }
  await assertEnded(cook);
});

describe('the end of all sessions', () => {
  const users: SignedIn[] = [];
  let key: Session;

  async function endAll(admin: SignedIn, server: TestServer): Promise<void> {
    const session = server === here ? admin.session : admin.other;
    const reply = await session.delete('/api/operations/sessions');
    assert.equal(reply.status, 204, reply.text);
  }

  test('takes effect for everyone and the caller, on every server within seconds', async () => {
    const admin = await signInAs('admin');
    users.push(admin, await signInAs('kitchen'), await signInAs('customer'));
    const made = await admin.session.post('/api/api-keys', {
      name: 'till',
      scopes: ['orders:read'],
    });
    const { secret } = made.json<{ secret: string }>();
    key = createSession(here.url, { ...admin.session.identity, accessToken: secret });
    for (const user of users) await assertSignedIn(user);
    const streams = await Promise.all(
      [here, elsewhere].map(({ url }) => follow(url, users[1]!.session, '/api/stream')),
    );
    await endAll(admin, here);
    await Promise.all(users.map(assertEnded));
    await Promise.all(streams.map((stream) => stream.ended()));
    assert.deepEqual(readEnds().at(-1), {
      userId: undefined,
      callerId: admin.session.identity.userId,
      sessions: undefined,
      everyone: true,
    });
    const [row] = (await findAudit(db.database)).slice(-1);
    assert.deepEqual(
      [row?.type, row?.subjectId, row?.actorId, row?.after],
      ['user.sessions_ended', null, admin.session.identity.userId, { everyone: true }],
    );
  });

  test('leaves API keys as they are', async () => {
    assert.equal((await key.get('/api/orders')).status, 200);
  });

  test('counts for a server that starts later', async () => {
    const later = await startTestServer(db, { environment });
    for (const { session, refreshToken } of users) {
      const { identity } = session;
      const reply = await createSession(later.url, identity).get('/api/auth/profile');
      assert.equal(reply.status, 401);
      const refreshed = await later.anonymous.post('/api/auth/refresh', { refreshToken });
      assert.equal(refreshed.status, 401);
    }
  });

  test('is followed by sign-ins that are valid on every server from their first request', async () => {
    for (const { session } of users) {
      const again = await signIn(session.identity);
      await assertSignedIn(again);
      const { refreshToken } = again;
      const reply = await elsewhere.anonymous.post('/api/auth/refresh', { refreshToken });
      assert.equal(reply.status, 200, reply.text);
      const { accessToken } = reply.json<{ accessToken: string }>();
      const next = createSession(here.url, { ...session.identity, accessToken });
      const { data } = (await next.get('/api/auth/sessions')).json<{ data: unknown[] }>();
      assert.equal(data.length, 1, 'the former ones are not listed');
    }
  });

  test('can be repeated, at any server', async () => {
    const admin = await signIn(users[0]!.session.identity);
    const customer = await signIn(users[2]!.session.identity);
    await endAll(admin, elsewhere);
    assert.equal((await customer.other.get('/api/auth/profile')).status, 401);
    await until(
      async () => assert.equal((await customer.session.get('/api/auth/profile')).status, 401),
      WITHIN_MS,
    );
    await assertSignedIn(await signIn(users[2]!.session.identity));
  });
});
