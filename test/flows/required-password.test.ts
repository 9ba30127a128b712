import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessTable } from '../../src/main/tables/access-table.ts';
import { createUser } from '../../src/modules/accounts/index.ts';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';
import { createSession, type Reply, type Session } from '../support/session.ts';
import { testAuthor } from '../support/shop.ts';

const db = await testDatabase();
const server = await startTestServer(db, { environment: { GUEST_CHECKOUT: 'true' } });
const PASSWORD = 'the password of the file';
const NEW_PASSWORD = 'a password of my own';
/** What a user who must choose a new password may do besides. */
const open = ['changePassword', 'getProfile', 'updateProfile', 'requestVerification', 'logOut'];

async function createAdmin(): Promise<string> {
  const email = `${newId()}@example.com`;
  await createUser(db.database, testAuthor, {
    email,
    password: PASSWORD,
    role: 'admin',
    passwordChangeRequired: true,
  });
  return email;
}

async function logIn(email: string, password = PASSWORD, options: object = {}): Promise<Reply> {
  const reply = await server.anonymous.post('/api/auth/login', { email, password, ...options });
  assert.equal(reply.status, 200, reply.text);
  return reply;
}

function sessionOf(reply: Reply): Session {
  const { accessToken, user } = reply.json<{
    accessToken: string;
    user: { id: string; email: string };
  }>();
  return createSession(server.url, { ...user, password: '', accessToken, userId: user.id });
}

async function listOperations(): Promise<{ id: string; method: string; path: string }[]> {
  const { paths } = (await server.anonymous.get('/openapi.json')).json<{
    paths: Record<string, Record<string, { operationId?: string }>>;
  }>();
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, { operationId }]) => operationId !== undefined)
      .map(([method, { operationId: id }]) => ({
        id: id!,
        method: method.toUpperCase(),
        path: path.replace(/\{\w+\}/g, newId()),
      })),
  );
}

test('until the change, every operation of a role is refused but five', async () => {
  const admin = sessionOf(await logIn(await createAdmin()));
  let refused = 0;
  for (const { id, method, path } of await listOperations()) {
    const access = accessTable[id];
    if (typeof access !== 'object' || open.includes(id)) continue;
    const reply = await admin.request(method, path);
    assert.equal(reply.status, 403, `${id}: ${reply.text}`);
    const code = access.roles.includes('admin')
      ? 'auth.password_change_required'
      : 'auth.forbidden';
    assert.equal(reply.json().code, code, id);
    refused += 1;
  }
  assert.ok(refused > 60, String(refused));
  const moved = await admin.patch('/api/auth/profile', { email: 'thief@example.com' });
  assert.equal(moved.json().code, 'auth.password_change_required', moved.text);
});

test('until the change, what anyone may read is read as by anyone', async () => {
  const free = await server.asAdmin();
  await free.post('/api/products', {
    sku: `BUN-${newId().slice(-8)}`,
    name: 'A bun',
    price: { amount: 100, currency: 'GBP' },
    onHand: 3,
  });
  const admin = sessionOf(await logIn(await createAdmin()));
  const readStock = async (session: Session) =>
    (await session.get('/api/products')).json<{ data: { stock: object }[] }>().data[0]!.stock;
  assert.deepEqual(await readStock(free), { onHand: 3, reserved: 0, available: 3 });
  assert.deepEqual(await readStock(admin), { available: 3 });
});

test('an outside program sets the new password over HTTP and goes on, with either session', async () => {
  const email = await createAdmin();
  const reply = await logIn(email);
  const { user } = reply.json<{ user: { passwordChangeRequired?: boolean } }>();
  assert.equal(user.passwordChangeRequired, true);
  const first = sessionOf(reply);
  const profile = await first.get('/api/auth/profile');
  assert.equal(profile.json().passwordChangeRequired, true);
  assert.equal((await first.patch('/api/auth/profile', { name: 'Ada' })).status, 200);
  const refused = await first.get('/api/users');
  assert.equal(refused.json().code, 'auth.password_change_required');
  assert.match(refused.json<{ detail: string }>().detail, /api\/auth\/password/);

  const short = { currentPassword: PASSWORD, newPassword: 'twelve chars' };
  const tooShort = await first.post('/api/auth/password', short);
  assert.equal(tooShort.status, 400);
  assert.equal(
    tooShort.json<{ errors: { pointer: string }[] }>().errors[0]!.pointer,
    '/newPassword',
  );
  const body = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
  assert.equal((await first.post('/api/auth/password', body)).status, 204);
  assert.equal((await first.get('/api/users')).status, 401, 'its access token is spent');
  const { refreshToken } = reply.json<{ refreshToken: string }>();
  const refreshed = await server.anonymous.post('/api/auth/refresh', { refreshToken });
  assert.equal((await sessionOf(refreshed).get('/api/users')).status, 200);
  const next = await logIn(email, NEW_PASSWORD);
  assert.equal('passwordChangeRequired' in next.json<{ user: object }>().user, false);
  assert.equal((await sessionOf(next).get('/api/users')).status, 200);
});

test('a session by cookie is restricted alike, and can sign out', async () => {
  const reply = await logIn(await createAdmin(), PASSWORD, { credentials: 'cookie' });
  const cookie = reply.headers
    .getSetCookie()
    .map((text) => text.split(';')[0])
    .join('; ');
  const headers = { cookie, origin: server.url };
  const users = await server.anonymous.get('/api/users', headers);
  assert.equal(users.json().code, 'auth.password_change_required');
  assert.equal((await server.anonymous.post('/api/auth/logout', {}, headers)).status, 204);
});

test('a customer whom an admin makes staff sets a new password at the next sign-in', async () => {
  const admin = await server.asAdmin();
  const { identity } = await server.signUp();
  const made = await admin.patch(`/api/users/${identity.userId}`, { role: 'kitchen' });
  assert.equal(made.status, 200, made.text);
  assert.equal('passwordChangeRequired' in made.json(), false);
  const signedIn = await logIn(identity.email, identity.password);
  const cook = sessionOf(signedIn);
  const refused = await cook.get('/api/orders');
  assert.equal(refused.json().code, 'auth.password_change_required');
  const body = { currentPassword: identity.password, newPassword: NEW_PASSWORD };
  assert.equal((await cook.post('/api/auth/password', body)).status, 204);
  const { refreshToken } = signedIn.json<{ refreshToken: string }>();
  const refreshed = await server.anonymous.post('/api/auth/refresh', { refreshToken });
  assert.equal((await sessionOf(refreshed).get('/api/orders')).status, 200);
});
