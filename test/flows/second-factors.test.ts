import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestAuthenticator } from '../support/authenticator.ts';
import { testDatabase } from '../support/database.ts';
import { addTotpTo, createPasskeyFor } from '../support/factors.ts';
import { collectLines } from '../support/log-lines.ts';
import { startTestServer } from '../support/server.ts';
import { createSession } from '../support/session.ts';

const ORIGIN = 'https://shop.example';
const db = await testDatabase();
const server = await startTestServer(db, {
  environment: { PUBLIC_URL: ORIGIN, RATE_LIMIT_AUTH: '5/15m' },
});
const { anonymous } = server;

interface Begun {
  readonly challenge: {
    readonly id: string;
    readonly methods: readonly string[];
    readonly publicKey?: Parameters<TestAuthenticator['get']>[0];
  };
}

async function begin(identity: { email: string; password: string }): Promise<Begun['challenge']> {
  const { email, password } = identity;
  const reply = await anonymous.post('/api/auth/login', { email, password });
  assert.equal(reply.status, 200, reply.text);
  assert.deepEqual(Object.keys(reply.json()), ['challenge']);
  assert.deepEqual(reply.headers.getSetCookie(), []);
  return reply.json<Begun>().challenge;
}

function verify(challengeId: string, proof: object) {
  return anonymous.post('/api/auth/login/verify', { challengeId, ...proof });
}

test('a challenge has no session and sets no cookie, and its proof gives both', async () => {
  const { session, app, recoveryCodes } = await addTotpTo(server, await server.signUp());
  const listed = await session.get('/api/auth/factors');
  assert.equal(listed.json<{ recoveryCodesLeft: number }>().recoveryCodesLeft, 10);
  const { id, methods } = await begin(session.identity);
  assert.deepEqual(methods, ['totp', 'recoveryCode']);
  const wrong = await verify(id, { totp: app.wrongCode() });
  assert.equal(wrong.status, 401);
  assert.equal(wrong.json().code, 'accounts.factor_invalid');
  const proved = await verify(id, { recoveryCode: recoveryCodes[0], credentials: 'cookie' });
  assert.equal(proved.status, 200, proved.text);
  assert.deepEqual(Object.keys(proved.json()).sort(), ['expiresIn', 'user']);
  const cookies = proved.headers.getSetCookie().map((cookie) => cookie.split('=')[0]);
  assert.ok(cookies.includes('holdfast_access') && cookies.includes('holdfast_device'));
  const again = await verify(id, { recoveryCode: recoveryCodes[1] });
  assert.equal(again.json().code, 'accounts.challenge_invalid');
});

test('the sixth code can be right: only passwords are limited per address and account', async () => {
  const { session, app } = await addTotpTo(server, await server.signUp());
  const { id } = await begin(session.identity);
  for (let time = 0; time < 5; time += 1) {
    assert.equal((await verify(id, { totp: app.wrongCode() })).status, 401);
  }
  assert.equal((await verify(id, { totp: app.code(1) })).status, 200);
});

test('after ten failures the reply says how long to wait', async () => {
  const { session, app } = await addTotpTo(server, await server.signUp());
  for (let time = 0; time < 10; time += 1) {
    const { id } = await begin(session.identity);
    await verify(id, { totp: app.wrongCode() });
  }
  const { id } = await begin(session.identity);
  const limited = await verify(id, { totp: app.code(1) });
  assert.equal(limited.status, 429);
  assert.equal(limited.json().code, 'request.rate_limited');
  assert.ok(Number(limited.headers.get('retry-after')) > 0);
});

test('a passkey is added and signs in alone, over HTTP', async () => {
  const session = await server.signUp();
  const { device, body } = await createPasskeyFor(session, ORIGIN);
  const added = await session.post('/api/auth/factors/passkeys', body);
  assert.equal(added.status, 201, added.text);
  assert.equal(added.json<{ recoveryCodes: string[] }>().recoveryCodes.length, 10);
  // The access token is spent.
  assert.equal((await session.get('/api/auth/profile')).status, 401);
  const begun = await anonymous.post('/api/auth/login/passkey', {});
  const { id, publicKey } = begun.json<Begun>().challenge;
  const passkey = device.get(publicKey!);
  const proved = await verify(id, { passkey });
  assert.equal(proved.status, 200, proved.text);
  const { accessToken, user } = proved.json<{ accessToken: string; user: { id: string } }>();
  assert.equal(user.id, session.identity.userId);
  const signedIn = createSession(server.url, { ...session.identity, accessToken });
  const [factor] = (await signedIn.get('/api/auth/factors')).json<{ data: { id: string }[] }>()
    .data;
  const renamed = await signedIn.patch(`/api/auth/factors/${factor!.id}`, { name: 'Laptop' });
  assert.equal(renamed.json().name, 'Laptop');
  assert.equal((await signedIn.delete(`/api/auth/factors/${factor!.id}`)).status, 204);
});

test('malformed proofs are refused as invalid requests, without a failure', async () => {
  const { session } = await addTotpTo(server, await server.signUp());
  const { id } = await begin(session.identity);
  const passkey = { id: 'x', rawId: 'x', type: 'public-key', response: {} };
  for (const proof of [
    {},
    { totp: '12345' },
    { totp: 123456 },
    { totp: '１２３４５６' },
    { totp: '123456', recoveryCode: 'A' },
    { recoveryCode: '' },
    { recoveryCode: 'A'.repeat(101) },
    { passkey },
    { passkey: null },
    { password: 'a password' },
  ]) {
    const reply = await verify(id, proof);
    assert.equal(reply.status, 400, JSON.stringify(proof));
    assert.equal(reply.json().code, 'request.invalid');
  }
  const garbage = {
    ...passkey,
    response: { clientDataJSON: 'e30', authenticatorData: 'AA', signature: 'AA' },
  };
  assert.equal((await verify(id, { passkey: garbage })).status, 401);
});

test('strangers have no factors', async () => {
  for (const path of ['totp', 'passkeys/options', 'recovery-codes']) {
    assert.equal((await anonymous.post(`/api/auth/factors/${path}`, {})).status, 401);
  }
  assert.equal((await anonymous.get('/api/auth/factors')).status, 401);
});

test('the security log names what happened, and no code', async () => {
  const { lines, logger } = collectLines();
  const watched = await startTestServer(db, { environment: { PUBLIC_URL: ORIGIN }, logger });
  const { session, app, recoveryCodes } = await addTotpTo(watched, await watched.signUp());
  const admin = await watched.asAdmin();
  const { email, password, userId } = session.identity;
  const begun = await watched.anonymous.post('/api/auth/login', { email, password });
  const { id: challengeId } = begun.json<Begun>().challenge;
  const post = (proof: object) =>
    watched.anonymous.post('/api/auth/login/verify', { challengeId, ...proof });
  await post({ totp: app.wrongCode() });
  await post({ recoveryCode: recoveryCodes[0] });
  assert.equal((await admin.delete(`/api/users/${userId}/factors`)).status, 204);
  const events = lines.flatMap((line) =>
    line.userId === userId && typeof line.security === 'string' ? [line.security] : [],
  );
  assert.deepEqual(events, [
    'sign_in.ok',
    'factor.added',
    'factor.used',
    'sign_in.ok',
    'factor.failed',
    'recovery_code.used',
    'sign_in.ok',
    'factors.reset',
  ]);
  const text = JSON.stringify(lines);
  for (const secret of [app.wrongCode(), app.code(), recoveryCodes[0]!]) {
    assert.ok(!text.includes(secret), secret);
  }
});
