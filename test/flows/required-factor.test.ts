import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { accessTable } from '../../src/main/tables/access-table.ts';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { fetchOperations } from '../support/openapi.ts';
import { startTestServer } from '../support/server.ts';
import type { Reply, Session } from '../support/session.ts';
import {
  addApp,
  ageProof,
  createCredentials,
  readSession,
  refresh,
  type SignedIn,
  signIn,
  signInAs,
} from '../support/signed-in.ts';

const db = await testDatabase();
const environment = { STAFF_SECOND_FACTOR: 'required' };
/** Servers of one shop. */
const sharedSecret = randomBytes(48).toString('base64url');
const server = await startTestServer(db, { environment });

/** What a user who needs a second factor may do besides setting one up. */
const open = [
  'getProfile',
  'updateProfile',
  'requestVerification',
  'changePassword',
  'stepUp',
  'logOut',
];
const isAboutFactors = (path: string) => path.startsWith('/api/auth/factors');

function readCode(reply: Reply): string {
  return reply.status < 400 ? '' : reply.json<{ code: string }>().code;
}

const readProfile = async (session: Session) =>
  (await session.get('/api/auth/profile')).json<{ factorRequired?: boolean }>();

async function stepUp(signedIn: SignedIn, proof: object): Promise<SignedIn> {
  const reply = await signedIn.session.post('/api/auth/step-up', proof);
  return readSession(server, reply, signedIn.session.identity);
}

describe('without the factor that the shop requires', () => {
  for (const role of ['admin', 'kitchen'] as const) {
    test(`${role}: every operation of the role is refused but the profile, factors, the password and signing out`, async () => {
      const { session } = await signInAs(server, role);
      let refused = 0;
      for (const { operationId, method, path } of await fetchOperations(server.url)) {
        const access = accessTable[operationId];
        if (typeof access !== 'object' || open.includes(operationId)) continue;
        const reply = await session.request(method, path.replace(/\{\w+\}/g, newId()));
        if (isAboutFactors(path)) {
          assert.notEqual(reply.status, 403, `${operationId}: ${reply.text}`);
          continue;
        }
        const code = access.roles.includes(role) ? 'auth.factor_required' : 'auth.forbidden';
        assert.deepEqual([reply.status, readCode(reply)], [403, code], operationId);
        refused += 1;
      }
      assert.ok(refused > 60, String(refused));
      assert.equal((await session.patch('/api/auth/profile', { name: 'Ada' })).status, 200);
      const moved = await session.patch('/api/auth/profile', { email: 'thief@example.com' });
      assert.equal(readCode(moved), 'auth.factor_required', moved.text);
      assert.equal((await session.post('/api/auth/logout')).status, 204);
    });
  }

  test('what anyone may read is read as by anyone', async () => {
    const { session } = await signInAs(server, 'admin');
    assert.equal((await session.get('/api/products')).status, 200);
    assert.equal(readCode(await session.get('/api/orders')), 'auth.factor_required');
  });

  test('a customer is not asked for one', async () => {
    const { session } = await signInAs(server, 'customer');
    assert.equal((await session.get('/api/orders')).status, 200);
    assert.equal('factorRequired' in (await readProfile(session)), false);
  });
});

test('the restriction ends with the next token once a factor is confirmed', async () => {
  const first = await signInAs(server, 'admin');
  assert.equal((await readProfile(first.session)).factorRequired, true);
  const { session } = await addApp(server, first);
  assert.equal((await first.session.get('/api/users')).status, 401);
  assert.equal((await session.get('/api/users')).status, 200);
  assert.equal('factorRequired' in (await readProfile(session)), false);
});

test('an old session steps up by password, and then adds a factor', async () => {
  const old = await ageProof(server, await signInAs(server, 'kitchen'));
  const add = ({ session }: SignedIn) => session.post('/api/auth/factors/totp', {});
  const refused = await add(old);
  assert.equal(readCode(refused), 'auth.step_up_required');
  assert.deepEqual(refused.json().methods, ['password']);
  // What is not allowed at all does not ask for a proof.
  assert.equal(readCode(await old.session.get('/api/orders')), 'auth.factor_required');
  const fresh = await stepUp(old, { password: old.session.identity.password });
  assert.equal(readCode(await fresh.session.get('/api/orders')), 'auth.factor_required');
  const { session } = await addApp(server, fresh);
  assert.equal((await session.get('/api/orders')).status, 200);
});

test('a new password comes first, and until then nobody adds a factor or steps up', async () => {
  const given = await createCredentials(db.database, 'admin', { passwordChangeRequired: true });
  const { session } = await signIn(server, given);
  for (const [path, body] of [
    ['/api/auth/factors/totp', {}],
    ['/api/auth/step-up', { password: given.password }],
  ] as const) {
    const reply = await session.post(path, body);
    assert.equal(readCode(reply), 'auth.password_change_required', path);
  }
  assert.equal('factorRequired' in (await readProfile(session)), false);
  const newPassword = 'a password of my own';
  const body = { currentPassword: given.password, newPassword };
  assert.equal((await session.post('/api/auth/password', body)).status, 204);
  const next = await signIn(server, { email: given.email, password: newPassword });
  assert.equal((await readProfile(next.session)).factorRequired, true);
  const { session: free } = await addApp(server, next);
  assert.equal((await free.get('/api/users')).status, 200);
});

test('a shop that begins to require factors asks for them with the next token', async () => {
  const lenient = await startTestServer(db, {
    environment: { STAFF_SECOND_FACTOR: 'optional', JWT_SECRET: sharedSecret },
  });
  const strict = await startTestServer(db, {
    environment: { ...environment, JWT_SECRET: sharedSecret },
  });
  const before = await signInAs(lenient, 'kitchen');
  assert.equal((await before.session.get('/api/orders')).status, 200);
  const after = await refresh(strict, before);
  assert.equal(readCode(await after.session.get('/api/orders')), 'auth.factor_required');
});
