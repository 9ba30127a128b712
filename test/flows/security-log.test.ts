import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../src/shared/ids.ts';
import type { SecurityEvent } from '../../src/shared/security-events.ts';
import { testDatabase } from '../support/database.ts';
import { follow } from '../support/event-reader.ts';
import { collectLines, type LogLine } from '../support/log-lines.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { createSession, type Session } from '../support/session.ts';
import { until } from '../support/until.ts';

const db = await testDatabase();
const { logger, lines } = collectLines();
// It sends the mails itself: without background work, another server waits for the end of its lease of their jobs.
const server = await startTestServer(db, { logger, background: true });
const elsewhere = await startTestServer(db);
const admin = await server.asAdmin();

/** Returns the lines of the security log that `work` causes, and checks that the counter has grown by as many. */
async function record(event: SecurityEvent, work: () => Promise<unknown>): Promise<LogLine[]> {
  const before = await readCount(server, event);
  const from = lines.length;
  await work();
  const found = () => lines.slice(from).filter(({ security }) => security === event);
  await until(async () => assert.equal(found().length, (await readCount(server, event)) - before));
  for (const line of found()) {
    assert.equal(line.level, 30);
    assert.equal(line.address, '127.0.0.1');
    assert.match(String(line.requestId), /^[0-9a-f]{32}$/);
  }
  return found();
}

async function readCount({ anonymous }: TestServer, event: SecurityEvent): Promise<number> {
  const { text } = await anonymous.get('/metrics');
  const [, count] =
    new RegExp(`^security_events_total\\{event="${event}"\\} (\\d+)$`, 'm').exec(text) ?? [];
  return Number(count);
}

/** Returns the fields of a line besides those of every line. */
function readDetails(line: LogLine | undefined): Record<string, unknown> {
  const { level, time, msg, security, address, requestId, ...details } = line!;
  return details;
}

const logIn = (email: string, password: string) =>
  server.anonymous.post('/api/auth/login', { email, password });

describe('signing in', () => {
  test('records who signed in, and how', async () => {
    const customer = await server.signUp();
    const { userId, email, password } = customer.identity;
    const [signedIn] = await record('sign_in.ok', () => logIn(email, password));
    assert.deepEqual(readDetails(signedIn), { userId, method: 'password' });
    const newcomer = { email: `${newId()}@example.com`, password: 'a phrase of a newcomer' };
    const [signedUp] = await record('sign_in.ok', () =>
      server.anonymous.post('/api/auth/signup', newcomer),
    );
    assert.equal(signedUp?.method, 'sign_up');
  });

  test('records who proved again who they are, and who could not', async () => {
    const customer = await server.signUp();
    const { userId, password } = customer.identity;
    const stepUp = (given: string) => customer.post('/api/auth/step-up', { password: given });
    const [failed] = await record('sign_in.failed', () => stepUp('not the password'));
    assert.deepEqual(readDetails(failed), {
      userId,
      callerId: userId,
      operation: 'stepUp',
      method: 'step_up',
    });
    const [proved] = await record('step_up.ok', () => stepUp(password));
    assert.deepEqual(readDetails(proved), { userId, callerId: userId, method: 'password' });
  });

  test('records whose password was wrong', async () => {
    const { userId, email } = (await server.signUp()).identity;
    const [failed] = await record('sign_in.failed', () => logIn(email, 'not the password'));
    assert.deepEqual(readDetails(failed), { userId, method: 'password', operation: 'logIn' });
  });

  test('records an unknown address only as a hash, the same for each spelling of it', async () => {
    const typed = 'my-password@example.com';
    const found = await record('sign_in.failed', async () => {
      await logIn(typed, 'a pass phrase');
      await logIn('My-Password@EXAMPLE.com', 'a pass phrase');
      await logIn('other@example.com', 'a pass phrase');
    });
    const hashes = found.map(({ addressHash, userId }) => {
      assert.equal(userId, undefined);
      return String(addressHash);
    });
    assert.match(hashes[0]!, /^[\w-]{22}$/);
    assert.equal(hashes[0], hashes[1]);
    assert.notEqual(hashes[0], hashes[2]);
    assert.doesNotMatch(JSON.stringify(lines), /my-password/i);
  });

  test('records a wrong current password of someone who is signed in', async () => {
    const customer = await server.signUp();
    const [failed] = await record('sign_in.failed', () =>
      customer.post('/api/auth/password', {
        currentPassword: 'not the password',
        newPassword: 'a long pass phrase',
      }),
    );
    const { userId } = customer.identity;
    assert.deepEqual(readDetails(failed), {
      userId,
      callerId: userId,
      method: 'current_password',
      operation: 'changePassword',
    });
  });

  test('records that a spent refresh token was used again, and whose it was', async () => {
    const { email, password, userId } = (await server.signUp()).identity;
    const { refreshToken: spent } = (await logIn(email, password)).json<{ refreshToken: string }>();
    const refresh = (refreshToken: string) =>
      server.anonymous.post('/api/auth/refresh', { refreshToken });
    const { refreshToken: next } = (await refresh(spent)).json<{ refreshToken: string }>();
    await refresh(next);
    const [reused] = await record('refresh.reused', () => refresh(spent));
    assert.deepEqual(readDetails(reused), { userId, operation: 'refreshTokens' });
  });
});

describe('passwords', () => {
  test('records a change, a requested reset and a used one', async () => {
    const customer = await server.signUp();
    const { email, password, userId } = customer.identity;
    const newPassword = 'a long pass phrase';
    const [changed] = await record('password.changed', () =>
      customer.post('/api/auth/password', { currentPassword: password, newPassword }),
    );
    assert.deepEqual(readDetails(changed), { userId, callerId: userId });
    const ask = (address: string) =>
      server.anonymous.post('/api/auth/password/forgot', { email: address });
    const [asked] = await record('reset.asked', () => ask(email));
    assert.deepEqual(readDetails(asked), { userId });
    const [unknown] = await record('reset.asked', () => ask('nobody@example.com'));
    assert.deepEqual(Object.keys(readDetails(unknown)), ['addressHash']);
    const token = await until(() => readResetToken(email));
    const [used] = await record('reset.used', () =>
      server.anonymous.post('/api/auth/password/reset', { token, newPassword: `${newPassword}!` }),
    );
    assert.deepEqual(readDetails(used), { userId });
  });
});

async function readResetToken(email: string): Promise<string> {
  const reply = await admin.get('/api/operations/mail');
  const mails = reply.json<{ data: { to: string; text: string | null }[] }>().data;
  const [, token] = /token=([\w-]+)/.exec(mails.find(({ to }) => to === email)?.text ?? '') ?? [];
  assert.ok(token !== undefined, reply.text);
  return token;
}

describe('access', () => {
  test('records a refused role, and the key that lacks a scope', async () => {
    const kitchen = await server.signInAs('kitchen');
    const { userId } = kitchen.identity;
    const [role] = await record('access.refused', () => kitchen.get('/api/users'));
    assert.deepEqual(readDetails(role), {
      userId,
      callerId: userId,
      reason: 'auth.forbidden',
      operation: 'listUsers',
    });
    const { key, keyId } = await createKey();
    const [scope] = await record('access.refused', () => key.get('/api/users'));
    assert.equal(scope?.callerId, keyId);
  });

  test('records wrong credentials, but neither missing nor expired ones', async () => {
    const reasonsOf = async (token: string) => {
      const found = await record('access.refused', () =>
        createSession(server.url).get('/api/orders', { authorization: `Bearer ${token}` }),
      );
      return found.map(({ reason }) => reason);
    };
    assert.deepEqual(await reasonsOf('a b'), ['malformed']);
    assert.deepEqual(await reasonsOf('made-up'), ['unknown_token']);
    assert.deepEqual(await reasonsOf(`hf_${'x'.repeat(54)}`), ['unknown_key']);
    const { accessToken } = admin.identity;
    assert.deepEqual(await reasonsOf(`${accessToken.slice(0, -8)}AAAAAAAA`), ['unknown_token']);
    assert.deepEqual(await record('access.refused', () => server.anonymous.get('/api/orders')), []);
    const leaver = await server.signUp();
    await leaver.post('/api/auth/logout');
    assert.deepEqual(await reasonsOf(leaver.identity.accessToken), ['ended_session']);
    const expired = await startTestServer(db, {
      logger,
      config: { accessTokenMinutes: 0.01 },
    });
    const late = await expired.signUp();
    await until(async () => assert.equal((await late.get('/api/orders')).status, 401));
    assert.deepEqual(await reasonsOf(late.identity.accessToken), []);
  });

  test('records which limit was reached, and by whom', async () => {
    const limited = await startTestServer(db, {
      logger,
      environment: { RATE_LIMIT_AUTH: '1/1h' },
    });
    const { email } = admin.identity;
    const from = lines.length;
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await limited.anonymous.post('/api/auth/login', { email, password: 'not the password' });
    }
    const reached = lines.slice(from).find(({ security }) => security === 'limit.reached');
    assert.deepEqual(readDetails(reached), { limit: 'auth', operation: 'logIn' });
    assert.equal(await readCount(limited, 'limit.reached'), 1);
  });

  test('records the stream that is one too many', async () => {
    const kitchen = await server.signInAs('kitchen');
    const streams = await Promise.all(
      Array.from({ length: 20 }, () => follow(server.url, kitchen, '/api/stream')),
    );
    const [reached] = await record('limit.reached', () => kitchen.get('/api/stream'));
    assert.equal(reached?.limit, 'streams');
    for (const stream of streams) stream.close();
  });
});

describe('administration', () => {
  test('records a changed role and a disabled user once, and nothing for the same values again', async () => {
    const { userId } = (await server.signUp()).identity;
    const { userId: callerId } = admin.identity;
    const patch = (body: object) =>
      admin.patch(`/api/users/${userId}`, body, { 'idempotency-key': JSON.stringify(body) });
    const [role] = await record('role.changed', async () => {
      await patch({ role: 'kitchen' });
      await patch({ role: 'kitchen' });
      await admin.patch(`/api/users/${userId}`, { role: 'kitchen', vip: true });
      await admin.patch(`/api/users/${userId}`, { role: 'nobody' });
    });
    assert.deepEqual(readDetails(role), { userId, callerId, from: 'customer', to: 'kitchen' });
    const [disabled] = await record('user.disabled', () => patch({ disabled: true }));
    assert.deepEqual(readDetails(disabled), { userId, callerId });
    assert.equal((await record('user.enabled', () => patch({ disabled: false }))).length, 1);
  });

  test('a change that is rolled back is not recorded', async () => {
    const { userId } = admin.identity;
    const found = await record('role.changed', async () => {
      const reply = await admin.patch(`/api/users/${userId}`, { role: 'customer' });
      assert.equal(reply.json().code, 'accounts.last_admin');
    });
    assert.deepEqual(found, []);
  });

  test('records that a key was created, first used, and revoked, each once', async () => {
    const { userId: callerId } = admin.identity;
    let made: Awaited<ReturnType<typeof createKey>> | undefined;
    const [created] = await record('key.created', async () => {
      made = await createKey();
    });
    const { key, keyId } = made!;
    assert.deepEqual(readDetails(created), { keyId, callerId });
    const used = await record('key.first_used', async () => {
      await Promise.all([key.get('/api/orders'), key.get('/api/orders'), key.get('/api/orders')]);
      const other = createSession(elsewhere.url, key.identity);
      assert.equal((await other.get('/api/orders')).status, 200);
    });
    assert.deepEqual(used.map(readDetails), [{ keyId }]);
    const [revoked] = await record('key.revoked', () => admin.delete(`/api/api-keys/${keyId}`));
    assert.deepEqual(readDetails(revoked), { keyId, callerId });
  });

  test('records that a key ended with the access of its holder, and none that another took', async () => {
    const { userId: callerId } = admin.identity;
    for (const keys of ['end', 'take'] as const) {
      const holder = await server.asAdmin();
      const { keyId } = await createKey(holder);
      const { userId } = holder.identity;
      const found = await record('key.revoked', async () => {
        const reply = await admin.patch(`/api/users/${userId}`, { disabled: true, keys });
        assert.equal(reply.status, 200, reply.text);
      });
      const expected = keys === 'end' ? [{ keyId, callerId }] : [];
      assert.deepEqual(found.map(readDetails), expected);
    }
  });
});

async function createKey(
  holder = admin,
): Promise<{ readonly key: Session; readonly keyId: string }> {
  const reply = await holder.post('/api/api-keys', { name: 'a till', scopes: ['orders:read'] });
  const { id, secret } = reply.json<{ id: string; secret: string }>();
  return { key: createSession(server.url, { ...admin.identity, accessToken: secret }), keyId: id };
}

test('a server records at its start which of its settings are weak', async () => {
  const own = collectLines();
  const environment = { PUBLIC_URL: 'http://shop.example', TRUSTED_PROXIES: '0.0.0.0/0' };
  const options = { logger: own.logger, environment, background: true };
  const started = await startTestServer(db, options);
  const found = own.lines.filter(({ security }) => security === 'settings.weak');
  for (const { address, requestId } of found) assert.deepEqual([address, requestId], [null, null]);
  const settings = found.map(({ setting }) => setting);
  for (const weak of Object.keys(environment)) assert.ok(settings.includes(weak), weak);
  assert.equal(await readCount(started, 'settings.weak'), found.length);
});
