import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { accountsOn, catchCode, refusal, signInAs, soon } from './accounts-fixture.ts';
import { accountsServer } from './http-fixture.ts';

const { database } = await testDatabase();
const { accounts, send, createToken } = await accountsServer(database);
const DAY_MS = 86_400_000;

async function addAdmin() {
  const { session, caller } = await signInAs(database, accounts, 'admin');
  return { bearer: session.accessToken, id: caller.id, email: session.user.email };
}

async function addKey(bearer: string, body: object = {}) {
  const payload = { name: 'Till', scopes: ['orders:read'], ...body };
  const reply = await send('POST', '/api/api-keys', { bearer, body: payload });
  assert.equal(reply.statusCode, 201, reply.body);
  return reply.json<{
    id: string;
    secret: string;
    prefix: string;
    expiresAt: string | null;
    createdBy: object;
    heldBy: object;
  }>();
}

async function listed(bearer: string, id: string) {
  const { data } = (await send('GET', '/api/api-keys?limit=100', { bearer })).json();
  return data.find((key: { id: string }) => key.id === id);
}

const works = async (secret: string, server = accounts) =>
  (await catchCode(() => server.authenticator.authenticate(secret))) === null;

test('a key shows who created it, by name or else by address', async () => {
  const admin = await addAdmin();
  const key = await addKey(admin.bearer);
  const creator = { id: admin.id, name: admin.email };
  assert.deepEqual([key.createdBy, key.heldBy], [creator, creator]);
  await accounts.updateProfile((await accounts.authenticator.authenticate(admin.bearer)) as never, {
    name: 'Ada',
  });
  assert.deepEqual((await listed(admin.bearer, key.id)).createdBy, { id: admin.id, name: 'Ada' });
});

test('a key ends in 90 days, or at most a year ahead as stated, or never by that word', async () => {
  const { bearer } = await addAdmin();
  const days = (expiresAt: string | null) => (Date.parse(expiresAt!) - Date.now()) / DAY_MS;
  assert.ok(Math.abs(days((await addKey(bearer)).expiresAt) - 90) < 0.1);
  const at = (count: number) => new Date(Date.now() + count * DAY_MS).toISOString();
  assert.ok(Math.abs(days((await addKey(bearer, { expiresAt: at(364) })).expiresAt) - 364) < 0.1);
  const never = await addKey(bearer, { expiresAt: 'never' });
  assert.equal(never.expiresAt, null);
  assert.equal((await listed(bearer, never.id)).expiresAt, null);
  for (const expiresAt of [at(367), at(-1), 'Never', '', null]) {
    const body = { name: 'Till', scopes: ['orders:read'], expiresAt };
    const reply = await send('POST', '/api/api-keys', { bearer, body });
    assert.equal(reply.statusCode, 400, String(expiresAt));
    assert.ok(
      reply.json().errors.every(({ pointer }: { pointer: string }) => pointer === '/expiresAt'),
      reply.body,
    );
  }
});

for (const change of [{ disabled: true }, { role: 'kitchen' }, { role: 'customer' }]) {
  const what = JSON.stringify(change);

  test(`${what} of an admin with keys is refused with the list, and changes nothing`, async () => {
    const admin = await createToken('admin');
    const other = await addAdmin();
    const key = await addKey(other.bearer, { name: 'Counter' });
    const gone = await addKey(other.bearer);
    await send('DELETE', `/api/api-keys/${gone.id}`, { bearer: admin });
    const reply = await send('PATCH', `/api/users/${other.id}`, { bearer: admin, body: change });
    assert.equal(reply.statusCode, 409);
    const { code, keys } = reply.json();
    const { id, prefix, expiresAt } = key;
    const shown = { id, name: 'Counter', prefix, expiresAt, lastUsedAt: null };
    assert.deepEqual({ code, keys }, { code: 'accounts.keys_held', keys: [shown] });
    assert.ok(await works(key.secret));
    assert.equal((await send('GET', '/api/users', { bearer: other.bearer })).statusCode, 200);
  });

  test(`${what} with keys: "end" ends them, here at once and on other servers soon`, async () => {
    const elsewhere = accountsOn(database);
    const admin = await createToken('admin');
    const other = await addAdmin();
    const key = await addKey(other.bearer, { expiresAt: 'never' });
    assert.ok((await works(key.secret)) && (await works(key.secret, elsewhere)));
    const body = { ...change, keys: 'end' };
    const reply = await send('PATCH', `/api/users/${other.id}`, { bearer: admin, body });
    assert.equal(reply.statusCode, 200, reply.body);
    assert.equal(await works(key.secret), false);
    await soon(async () => assert.equal(await works(key.secret, elsewhere), false));
    assert.equal(await listed(admin, key.id), undefined);
  });

  test(`${what} with keys: "take" leaves them working under the caller`, async () => {
    const admin = await addAdmin();
    const other = await addAdmin();
    const key = await addKey(other.bearer);
    const body = { ...change, keys: 'take' };
    const reply = await send('PATCH', `/api/users/${other.id}`, { bearer: admin.bearer, body });
    assert.equal(reply.statusCode, 200, reply.body);
    assert.ok(await works(key.secret));
    const { createdBy, heldBy } = await listed(admin.bearer, key.id);
    assert.deepEqual([createdBy.id, heldBy.id], [other.id, admin.id]);
    const own = await send('PATCH', `/api/users/${admin.id}`, {
      bearer: await createToken('admin'),
      body: change,
    });
    assert.equal(own.json().code, 'accounts.keys_held');
  });
}

test('a change that leaves an admin their access, or of a user without keys, asks for nothing', async () => {
  const admin = await createToken('admin');
  const other = await addAdmin();
  await addKey(other.bearer);
  const patch = (id: string, body: object) =>
    send('PATCH', `/api/users/${id}`, { bearer: admin, body });
  assert.equal((await patch(other.id, { vip: true })).statusCode, 200);
  assert.equal((await patch(other.id, { role: 'admin', disabled: false })).statusCode, 200);
  const { id } = await addAdmin();
  assert.equal((await patch(id, { disabled: true, keys: 'end' })).statusCode, 200);
  for (const body of [{ keys: 'end' }, { vip: true, keys: 'take' }]) {
    const reply = await patch(other.id, body);
    assert.equal(reply.statusCode, 400);
    assert.equal(reply.json().errors[0].pointer, '/keys');
  }
});

test('an admin who gives up their own access cannot take their own keys', async () => {
  const { id, bearer } = await addAdmin();
  await addKey(bearer);
  const body = { role: 'kitchen', keys: 'take' };
  const reply = await send('PATCH', `/api/users/${id}`, { bearer, body });
  assert.equal(reply.statusCode, 400);
  assert.equal(reply.json().errors[0].pointer, '/keys');
});

test('an expired key holds nobody back', async () => {
  const admin = await createToken('admin');
  const other = await addAdmin();
  const { id } = await addKey(other.bearer);
  await database.run('test.expire', 'update api_keys set expires_at = now() where id = $1::uuid', [
    id,
  ]);
  const body = { disabled: true };
  const reply = await send('PATCH', `/api/users/${other.id}`, { bearer: admin, body });
  assert.equal(reply.statusCode, 200, reply.body);
});

test('no key outlives a concurrent end of its creator, on two servers', async () => {
  const elsewhere = accountsOn(database);
  for (let round = 0; round < 20; round += 1) {
    const { id, bearer } = await addAdmin();
    const caller = await accounts.authenticator.authenticate(bearer);
    const creations = Array.from({ length: 4 }, () =>
      elsewhere.createApiKey(caller as never, null, { name: 'late', scopes: ['orders:read'] }),
    );
    const end = accounts.updateUser(null, id, { role: 'kitchen', keys: 'end' });
    const results = await Promise.allSettled([...creations, end]);
    assert.equal(results.at(-1)!.status, 'fulfilled');
    for (const result of results) {
      if (result.status === 'rejected') assert.ok(refusal('auth.forbidden')(result.reason));
    }
    const [left] = await database.run<{ count: number }>(
      'test.count_keys',
      'select count(*)::int as count from api_keys where held_by = $1::uuid and revoked_at is null',
      [id],
    );
    assert.equal(left!.count, 0);
  }
});

test('only an active admin takes keys', async () => {
  const { id, bearer } = await addAdmin();
  await addKey(bearer);
  const { caller: kitchen } = await signInAs(database, accounts, 'kitchen');
  for (const takenBy of [kitchen.id, newId()]) {
    const change = { disabled: true, keys: { takenBy } } as const;
    await assert.rejects(accounts.updateUser(null, id, change), refusal('request.invalid'));
  }
});
