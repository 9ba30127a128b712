import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accessTable } from '../../src/main/tables/access-table.ts';
import type { Role } from '../../src/shared/caller.ts';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { buildSample, fetchOperations } from '../support/openapi.ts';
import { startTestServer } from '../support/server.ts';
import { createSession, type Reply } from '../support/session.ts';
import { addApp, ageProof, readSession, type SignedIn, signInAs } from '../support/signed-in.ts';

const db = await testDatabase();
const server = await startTestServer(db);

const asStaff = (role: Role = 'admin') => signInAs(server, role);
const age = (signedIn: SignedIn, minutes?: number) => ageProof(server, signedIn, minutes);

/** Signs in an admin with an authenticator app, whose last proof is too old. */
async function asOldWithApp() {
  const { app, recoveryCodes, ...signedIn } = await addApp(server, await asStaff());
  return { app, recoveryCodes, signedIn: await age(signedIn) };
}

/** Steps up, and returns the new session. */
async function prove(signedIn: SignedIn, proof: object): Promise<SignedIn> {
  return readSession(server, await stepUp(signedIn, proof), signedIn.session.identity);
}

function stepUp({ session }: SignedIn, proof: object): Promise<Reply> {
  return session.post('/api/auth/step-up', proof);
}

function describeRefusal(reply: Reply): [number, string, string[] | undefined] {
  const { code, methods } = reply.json<{ code: string; methods?: string[] }>();
  return [reply.status, code, methods];
}

const required = (...methods: string[]) => [403, 'auth.step_up_required', methods];
const newKey = { name: 'till', scopes: ['orders:read'] };
const createKey = ({ session }: SignedIn, headers: Record<string, string> = {}) =>
  session.post('/api/api-keys', newKey, headers);

describe('eleven minutes after signing in, also after a refresh', async () => {
  const old = await age(await asStaff());

  for (const { operationId, method, path, body } of await fetchOperations(server.url)) {
    const access = accessTable[operationId];
    if (typeof access !== 'object' || !access.roles.includes('admin')) continue;
    const asks = access.stepUp === true;
    // What ends the session, or depends on more than the operation, has tests of its own.
    if (['logOut', 'updateUser', 'updateProfile', 'refundPayment'].includes(operationId)) continue;

    test(`${operationId} ${asks ? 'asks for a proof' : 'asks for none'}`, async () => {
      const url = path
        .replace(/\{(id|deliveryId)\}/g, newId())
        .replace('{sku}', 'NONE')
        .replace(/\{\w+\}/g, newId());
      const sample = body === null ? {} : { body: buildSample(body) };
      const reply = await old.session.request(method, url, sample);
      const { code } = reply.status < 400 ? { code: '' } : reply.json<{ code: string }>();
      assert.equal(code === 'auth.step_up_required', asks, reply.text);
    });
  }

  test('a proof is asked for before the body is read, and after the role', async () => {
    const reply = await old.session.post('/api/api-keys', { nonsense: true });
    assert.deepEqual(describeRefusal(reply), required('password'));
    const cook = await age(await asStaff('kitchen'));
    assert.equal(describeRefusal(await createKey(cook))[1], 'auth.forbidden');
  });

  test('a change of role or access asks for one, a change of VIP does not', async () => {
    const { userId } = (await server.signUp()).identity;
    const change = (body: object) => old.session.patch(`/api/users/${userId}`, body);
    for (const body of [{ role: 'kitchen' }, { disabled: true }, { vip: true, disabled: false }]) {
      assert.deepEqual(describeRefusal(await change(body)), required('password'));
    }
    assert.equal((await change({ vip: true })).status, 200);
  });
});

test('a change of the own address asks for a proof, a change of the name does not', async () => {
  const { session } = await age(await asStaff('kitchen'));
  const email = `${newId()}@example.com`;
  const refused = await session.patch('/api/auth/profile', { email });
  assert.deepEqual(describeRefusal(refused), required('password'));
  assert.equal((await session.patch('/api/auth/profile', { name: 'Ada' })).status, 200);
});

test('a proof is asked for before a replay', async () => {
  const young = await asStaff();
  const headers = { 'idempotency-key': newId() };
  assert.equal((await createKey(young, headers)).status, 201);
  assert.equal((await createKey(young, headers)).headers.get('idempotent-replayed'), 'true');
  const old = await age(young);
  assert.deepEqual(describeRefusal(await createKey(old, headers)), required('password'));
  const again = await prove(old, { password: old.session.identity.password });
  assert.equal((await createKey(again, headers)).headers.get('idempotent-replayed'), 'true');
});

test('a proof counts for ten minutes, which a refresh does not extend', async () => {
  const young = await age(await asStaff(), 9);
  assert.equal((await createKey(young)).status, 201);
  const old = await age(young, 2);
  assert.deepEqual(describeRefusal(await createKey(old)), required('password'));
});

describe('stepping up by password', () => {
  test('replaces the session by one with which everything is possible', async () => {
    const old = await age(await asStaff());
    const { password } = old.session.identity;
    const fresh = await prove(old, { password });
    assert.equal((await createKey(fresh)).status, 201);
    assert.equal((await old.session.get('/api/auth/profile')).status, 401);
    const { refreshToken } = old;
    const refreshed = await server.anonymous.post('/api/auth/refresh', { refreshToken });
    assert.equal(refreshed.json().code, 'accounts.refresh_invalid');
    const profile = await (await age(fresh, 0)).session.get('/api/auth/profile');
    assert.equal(profile.status, 200);
  });

  test('does not make the session last longer', async () => {
    const old = await age(await asStaff());
    const [row] = await db.database.run<{ createdAt: Date }>(
      'test.age_session',
      `update refresh_families
          set created_at = created_at - interval '13 days 23 hours'
        where user_id = $1::uuid
          and ended_at is null
       returning created_at as "createdAt"`,
      [old.session.identity.userId],
    );
    const { password } = old.session.identity;
    const fresh = await prove(old, { password });
    const sessions = await db.database.run<{ createdAt: Date; days: number }>(
      'test.find_sessions',
      `select created_at as "createdAt", extract(epoch from expires_at - created_at)::int / 86400 as days
         from refresh_families
        where user_id = $1::uuid
          and ended_at is null`,
      [fresh.session.identity.userId],
    );
    assert.deepEqual(sessions, [{ createdAt: row!.createdAt, days: 14 }]);
  });

  test('is refused for a wrong one, and the session goes on', async () => {
    const old = await age(await asStaff());
    const reply = await stepUp(old, { password: 'not the password' });
    assert.deepEqual([reply.status, reply.json().code], [401, 'accounts.invalid_credentials']);
    assert.equal((await old.session.get('/api/auth/profile')).status, 200);
  });

  test('twice at once succeeds once', async () => {
    const old = await age(await asStaff());
    const { password } = old.session.identity;
    const replies = await Promise.all([1, 2, 3].map(() => stepUp(old, { password })));
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 401, 401]);
  });

  test('is refused beside a factor, whether the password is right or wrong', async () => {
    const { signedIn } = await asOldWithApp();
    const { password } = signedIn.session.identity;
    for (const given of [password, 'not the password']) {
      const reply = await stepUp(signedIn, { password: given });
      assert.deepEqual(describeRefusal(reply), required('totp', 'recoveryCode'));
    }
  });
});

describe('stepping up by a factor', () => {
  test('takes a code of the app once, and refuses a wrong one', async () => {
    const { app, signedIn } = await asOldWithApp();
    assert.deepEqual(describeRefusal(await createKey(signedIn)), required('totp', 'recoveryCode'));
    const wrong = await stepUp(signedIn, { totp: app.wrongCode() });
    assert.deepEqual(describeRefusal(wrong), [401, 'accounts.factor_invalid', undefined]);
    const totp = app.code();
    const fresh = await prove(signedIn, { totp });
    assert.equal((await createKey(fresh)).status, 201);
    const used = await stepUp(await age(fresh), { totp });
    assert.deepEqual(describeRefusal(used), [401, 'accounts.factor_invalid', undefined]);
  });

  test('takes a recovery code once', async () => {
    const { recoveryCodes, signedIn } = await asOldWithApp();
    const proof = { recoveryCode: recoveryCodes[0]!.toLowerCase() };
    const fresh = await prove(signedIn, proof);
    assert.equal((await createKey(fresh)).status, 201);
    assert.equal((await stepUp(fresh, proof)).json().code, 'accounts.factor_invalid');
  });

  test('begins with a challenge, which signs nobody in', async () => {
    const { app, signedIn } = await asOldWithApp();
    const begun = await stepUp(signedIn, {});
    assert.equal(begun.status, 200, begun.text);
    const { challenge } = begun.json<{ challenge: { id: string; methods: string[] } }>();
    assert.deepEqual(challenge.methods, ['totp', 'recoveryCode']);
    const proof = { challengeId: challenge.id, totp: app.code() };
    const reply = await server.anonymous.post('/api/auth/login/verify', proof);
    assert.equal(reply.json().code, 'accounts.challenge_invalid');
    assert.equal((await stepUp(signedIn, { totp: proof.totp })).status, 200);
  });

  test('is slowed down after ten failures in an hour, together with signing in', async () => {
    const { app, recoveryCodes, signedIn } = await asOldWithApp();
    const { email, password } = signedIn.session.identity;
    for (let failures = 0; failures < 10; failures += 1) {
      assert.equal((await stepUp(signedIn, { totp: app.wrongCode() })).status, 401);
    }
    assert.equal((await stepUp(signedIn, { totp: app.code() })).status, 429);
    const begun = await server.anonymous.post('/api/auth/login', { email, password });
    const { challenge } = begun.json<{ challenge: { id: string } }>();
    const proof = { challengeId: challenge.id, totp: app.code() };
    assert.equal((await server.anonymous.post('/api/auth/login/verify', proof)).status, 429);
    assert.equal((await stepUp(signedIn, { recoveryCode: recoveryCodes[0] })).status, 200);
  });
});

describe('what is no proof', () => {
  test('is refused: two at once, unknown ones, of a wrong shape', async () => {
    const { password } = (await server.asAdmin()).identity;
    const signedIn = await asStaff();
    for (const proof of [
      { password, totp: '123456' },
      { totp: '123456', recoveryCode: 'A' },
      { pin: '1234' },
      { totp: '12345' },
      { totp: 123456 },
      { password: '' },
      { passkey: {} },
    ]) {
      const reply = await stepUp(signedIn, proof);
      assert.deepEqual([reply.status, reply.json().code], [400, 'request.invalid'], reply.text);
    }
  });

  test('is nothing at all, for an account without a factor', async () => {
    assert.deepEqual(describeRefusal(await stepUp(await asStaff(), {})), required('password'));
  });

  test('is what another user can prove', async () => {
    const [one, other] = [await asOldWithApp(), await asOldWithApp()];
    for (const proof of [{ totp: other.app.code() }, { recoveryCode: other.recoveryCodes[0] }]) {
      assert.equal((await stepUp(one.signedIn, proof)).json().code, 'accounts.factor_invalid');
    }
  });

  test('comes from an API key or an order token, which cannot step up', async () => {
    const secret = (await createKey(await asStaff())).json<{ secret: string }>().secret;
    const key = createSession(server.url, {
      email: '',
      password: '',
      accessToken: secret,
      userId: '',
    });
    const reply = await key.post('/api/auth/step-up', { password: 'a password' });
    assert.equal(reply.json().code, 'auth.forbidden');
  });
});
